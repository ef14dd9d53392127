"""`hidden-codes`: draws a code for each item: its digest for the ledger, itself for the printer, and keeps nothing."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Annotated

from api.cli.label import read_names
from api.labels.hidden import format_codes
from ledger.activation.drawing import draw_codes
from ledger.cli.new_files import write_new
from ledger.cli.options import AsJson, Lang, Quiet, argument, option
from ledger.cli.speaking import Voice, door
from ledger.clock import milliseconds
from ledger.signing.keyfile import write_private
from verifier.errors import MalformedError
from verifier.ledgerformat.statement import MAX_BATCH


@door
def hidden_codes(
    items: Annotated[list[str] | None, argument("help.hidden-codes.items", "URI")] = None,
    *,
    events: Annotated[Path, option("--events", text="help.hidden-codes.events", metavar="FILE")],
    codes: Annotated[Path, option("--print", text="help.hidden-codes.print", metavar="FILE")],
    file: Annotated[Path | None, option("--file", text="help.hidden-codes.file", metavar="FILE")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Draw codes."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    named = [*(items or []), *(read_names(file) if file else [])]
    if not 0 < len(named) <= MAX_BATCH:
        raise MalformedError("URI", came=f"{len(named)} items", expected=f"1 to {MAX_BATCH}, as one batch holds")
    drawn, now = draw_codes(named, secrets.token_bytes), milliseconds()
    drafts = [each.draft(now) for each in drawn]
    described = [{"type": each.type, "subjects": dict(each.subjects), "data": dict(each.data)} for each in drafts]
    write_private(codes, format_codes(drawn))
    write_new(events, (json.dumps(described, indent=1) + "\n").encode())
    answer = {"count": len(drawn), "events": str(events), "codes": str(codes)}
    voice.data(answer, [voice.say("hidden-codes.written", count=len(drawn), events=str(events), codes=str(codes))])
