"""`fetch`: a subject's proof, and the values that are open to whoever asks, as the files that recomputing reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from ledger.cli.looking import Look, read_signed_look
from ledger.cli.options import argument, option, sharing
from ledger.cli.speaking import door
from ledger.clock import milliseconds
from ledger.errors import PrivateError, SetupError, UnknownError
from ledger.tiles.files import replace
from verifier.errors import MismatchError
from verifier.ledgerformat.disclosure import check_disclosure, parse_disclosure
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import NOT_RECORDED, StoryEvent, Verdict
from verifier.proof.verify import RefusedError, examine_trace
from verifier.texts import text
from verifier.vocabulary import registry_types

_OWN = 0o600  # what is reserved is nobody else's on this machine
_NO_NAME = re.compile(r"[^A-Za-z0-9.-]+")


@door
@sharing(read_signed_look)
def fetch(
    look: Look,
    subject: Annotated[str, argument("help.fetch-subject", "SUBJECT")],
    *,
    out: Annotated[Path, option("--out", text="help.fetch-out", metavar="FOLDER")],
    kind: Annotated[str | None, option("--kind", text="help.fetch-kind", metavar="KIND")] = None,
) -> None:
    """Fetch a proof and the disclosures of its events, check all of it, and write it."""
    walk = kind or look.walk
    proof = look.client.history(kind, subject) if kind else look.client.trace(subject, walk=walk)
    standpoint = Standpoint(look.policy, milliseconds() // 1000, registry_types())
    verdict = examine_trace(proof, standpoint, subject=subject, walk=walk)
    if verdict.story is None and verdict.outcome != NOT_RECORDED:
        raise RefusedError(verdict)
    files = [_write(out, f"{_NO_NAME.sub('-', subject)}.{walk}.trace", proof)]
    withheld = []
    for told in verdict.story.timeline if verdict.story else ():
        found = _values(look, told)
        if found is None:
            withheld.append(told.event.name.hex())
        elif found:
            name = told.event.name.hex()
            answer = json.dumps({"event": name, "disclosures": found}).encode()
            files.append(_write(out, f"{told.event.head.type}-{name[:16]}.json", answer))
    _tell(look, verdict, files, withheld)


def _values(look: Look, told: StoryEvent) -> dict[str, str] | None:
    """Return the disclosures of an event that are open, checked, as base64url text; None where none is."""
    body = told.event.body
    if body is None or not body.digests:
        return {}
    try:
        texts = look.client.disclosures(told.event.name)
    except (PrivateError, UnknownError):
        return None
    for pointer, spelt in texts.items():
        disclosure = parse_disclosure(spelt, f"disclosures[{pointer!r}]")
        if disclosure.pointer != pointer:
            raise MismatchError("disclosure", came=disclosure.pointer, expected=pointer)
        check_disclosure(disclosure, body.digests)
    return texts


def _write(out: Path, name: str, content: bytes) -> str:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(str(out), came=error.strerror, expected="a folder that can be written") from error
    path = out / name
    replace(path, content, mode=_OWN)
    return str(path)


def _tell(look: Look, verdict: Verdict, files: list[str], withheld: Iterable[str]) -> None:
    closed = list(withheld)
    look.voice.tell("fetch.outcome", outcome=text(f"outcome.{verdict.outcome}", look.voice.lang))
    lines = [*files, *(look.voice.say("fetch.withheld", event=name) for name in closed)]
    look.voice.data({"outcome": verdict.outcome, "files": files, "withheld": closed}, lines)
