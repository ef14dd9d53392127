"""`list import`, `list check`: positive and negative lists from CSV into the ledger, and what is on them, proved."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.ceremonies import confirm
from ledger.cli.looking import Look, read_look
from ledger.cli.options import argument, help_of, option, sharing
from ledger.cli.recording import Recording, read_recording
from ledger.cli.showing import sent_json
from ledger.cli.signers import numbering
from ledger.cli.speaking import FALSE, Voice, door
from ledger.client.client import LedgerClient
from ledger.client.composing import load_types
from ledger.client.reading import read_head
from ledger.clock import milliseconds
from ledger.endorsing.sending import Sent, send_batches
from ledger.errors import SetupError
from ledger.trade.histories import History, read_history
from ledger.trade.list_files import (
    Change,
    Edition,
    draft_changes,
    draft_edition,
    parse_rows,
    standing_entries,
)
from ledger.trade.listed import ListReader, Presence, Version, entry_subject, speaks_now, version_told
from ledger.trade.speaker import Said, Speaker
from verifier.errors import MalformedError
from verifier.ledgerformat.submission import Submission, format_submission
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.examination import Standpoint
from verifier.results.reference_lists import canonical_entry
from verifier.vocabulary import registry_types

list_ = typer.Typer(help=help_of("list"), no_args_is_help=True)
_MOST_BYTES = 32 << 20
_BATCH = 1_000  # events


@list_.command("import", help=help_of("list.import"))
@door
@sharing(read_recording)
def import_(  # noqa: PLR0913 - a command's options
    recording: Recording,
    label: Annotated[str, argument("help.list-label", "LABEL")],
    file: Annotated[Path, argument("help.list-file", "FILE.csv")],
    *,
    name: Annotated[list[str], option("--name", text="help.list-name", metavar="zh=…|en=…")],
    basis: Annotated[list[str], option("--basis", text="help.list-basis", metavar="zh=…|en=…")],
    version: Annotated[str, option("--version", text="help.list-version", metavar="TEXT")],
    since: Annotated[str, option("--since", text="help.list-since", metavar="YYYYMMDD")],
    kind: Annotated[str, option("--kind", text="help.list-kind", metavar="positive|negative|other")] = "positive",
    of: Annotated[str, option("--of", text="help.list-of", metavar="WORD")] = "hs-code",
    keep_others: Annotated[bool, option("--keep-others", text="help.list-keep-others")] = False,
    types: Annotated[Path | None, option("--types", text="help.types", metavar="DIR")] = None,
) -> None:
    """Bring a list in the ledger to a file: a new version, new entries, removals."""
    rows = parse_rows(_read(file), label, str(file))
    edition = Edition(label, _both(name, "--name"), kind, of, version, _both(basis, "--basis"), since)
    members = _members(recording, label)
    for row in rows:
        if canonical_entry(of, row.entry) != row.entry:
            raise MalformedError(f"{file} entry", came=row.entry, expected=f"{of} in its one spelling")
    told, standing = version_told(label, members), _standing(label, members)
    if told and told.kind != kind:
        raise MalformedError("--kind", came=kind, expected=f"{told.kind}, as this list was begun")
    changes = draft_changes(edition, rows, standing, time=milliseconds(), amended=not keep_others)
    head = [] if told and told.version == version else [Change(draft_edition(edition, milliseconds()))]
    _record(recording, [*head, *changes], types, entries=len(standing))


def _record(recording: Recording, changes: Sequence[Change], types: Path | None, *, entries: int) -> None:
    voice = recording.voice
    counts = {
        "added": sum(each.removes is None and each.draft.type.endswith(".entry") for each in changes),
        "removed": sum(each.removes is not None for each in changes),
        "before": entries,
    }
    voice.show([voice.say("list.plan", **counts)])
    if not changes:
        voice.data({**counts, "batches": []}, [voice.say("list.nothing")])
        return
    speaker = _speaker(recording, types, take=not recording.dry_run)
    batches = [_sign(recording.client, speaker, changes[at : at + _BATCH]) for at in range(0, len(changes), _BATCH)]
    if not recording.dry_run:
        confirm(voice, "ceremony.confirm", yes=recording.yes)
    sent = _send(recording, batches)
    lines = [voice.say("list.sent", batches=len(sent), **counts)] if sent else [voice.say("endorse.nothing-sent")]
    voice.data({**counts, "batches": [sent_json(each) for each in sent]}, lines)


def _sign(client: LedgerClient, speaker: Speaker, changes: Sequence[Change]) -> Submission:
    return speaker.sign(
        [Said(each.draft, () if each.removes is None else (read_head(client, each.removes),)) for each in changes]
    )


def _send(recording: Recording, batches: Sequence[Submission]) -> list[Sent]:
    if recording.dry_run:
        for fault in recording.client.validate(format_submission(batches[0])):
            raise fault
        return []
    return send_batches(
        recording.client, batches, keep=recording.keep, policy=recording.policy, wait=recording.wait, clock=time.time
    )


def _members(recording: Recording, label: str) -> History:
    standpoint = Standpoint(recording.policy, milliseconds() // 1000, registry_types())
    return read_history(recording.client, "member", entry_subject(label, "meta"), standpoint)


def _standing(label: str, members: History) -> dict[str, bytes]:
    prefix = entry_subject(label, "meta").removesuffix("meta")
    version = version_told(label, members)
    told = [
        (each.event.head.type, each.event.name, entry.removeprefix(prefix))
        for each in members.events
        if each.event.body and version and speaks_now(each) == version.agency
        for entry in each.event.body.of_role("entry")
    ]
    return standing_entries(told)


@list_.command("check", help=help_of("list.check"))
@door
@sharing(read_look)
def check(
    look: Look,
    label: Annotated[str, argument("help.list-label", "LABEL")],
    entries: Annotated[list[str], argument("help.list-entry", "ENTRY...")],
) -> None:
    """Tell whether entries are on a list, by the version in force; 1 where one of them is not allowed by it."""
    reader = ListReader(look.client, Standpoint(look.policy, milliseconds() // 1000, registry_types()))
    version = reader.version(label)
    found = [reader.presence(label, each) for each in entries]
    lines = [_version_line(look.voice, version), *(_presence_line(look.voice, each) for each in found)]
    look.voice.data({**_version_json(version), "entries": [_presence_json(each) for each in found]}, lines)
    wanted = {"positive": True, "negative": False}.get(version.kind)
    if wanted is not None and any(each.listed != wanted for each in found):
        raise typer.Exit(FALSE)


def _version_line(voice: Voice, version: Version) -> str:
    kind = voice.say(f"list.{version.kind}")
    return voice.say("list.version", label=version.label, kind=kind, version=version.version, leaf=version.leaf)


def _presence_line(voice: Voice, presence: Presence) -> str:
    word = voice.say("list.listed" if presence.listed else "list.not-listed")
    return voice.say("list.entry", entry=presence.entry, word=word, size=presence.size)


def _version_json(version: Version) -> dict[str, Any]:
    return {
        "list": version.label, "kind": version.kind, "of": version.of, "version": version.version,
        "event": version.event.hex(), "leaf": version.leaf, "size": version.size,
    }  # fmt: skip


def _presence_json(presence: Presence) -> dict[str, Any]:
    event = presence.event.hex() if presence.event else None
    return {"entry": presence.entry, "listed": presence.listed, "event": event, "size": presence.size}


def _speaker(recording: Recording, types: Path | None, *, take: bool) -> Speaker:
    origin = parse_signed_checkpoint(recording.client.checkpoint())[0].origin
    numbers = numbering(recording.key, recording.signer, take=take)
    return Speaker(recording.issuer, recording.signer, numbers, load_types(types), origin, secrets.token_bytes)


def _both(given: Sequence[str], what: str) -> dict[str, str]:
    """Return a text in both languages, from `zh=…` and `en=…`."""
    found = dict(each.partition("=")[::2] for each in given)
    if found.keys() != {"zh", "en"} or not all(found.values()):
        raise MalformedError(what, came=", ".join(given), expected="twice: zh=… and en=…")
    return found


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SetupError(str(path), came=error.strerror, expected="a readable file") from error
    if len(data) > _MOST_BYTES:
        raise MalformedError(str(path), came="more", expected=f"at most {_MOST_BYTES} bytes")
    return data
