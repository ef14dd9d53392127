"""`match`: the single window's tool: judges three documents and a list as they come, and says what it finds."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.options import argument, option, sharing
from ledger.cli.passphrases import read_passphrase
from ledger.cli.recording import Recording, read_recording
from ledger.cli.signers import numbering
from ledger.cli.speaking import FALSE, door, error_json, render_error
from ledger.client.composing import load_types
from ledger.clock import milliseconds
from ledger.endorsing.sending import send_batches
from ledger.errors import BusyError, UnreachableError
from ledger.matching.matcher import Judging, Matcher, Pass
from ledger.matching.memory import Memory
from ledger.trade.pseudonym_file import load_pseudonym_key
from ledger.trade.pseudonyms import PseudonymKey
from ledger.trade.speaker import Speaker
from verifier.errors import MalformedError
from verifier.ledgerformat.submission import Submission
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.examination import Standpoint
from verifier.results.findings import DIFFERS
from verifier.results.rules import IMPORT_VERSIONS, VERSION
from verifier.vocabulary import registry_types


@door
@sharing(read_recording)
def match(  # noqa: PLR0913 - a command's options
    recording: Recording,
    memory: Annotated[Path, argument("help.match-memory", "MEMORY")],
    *,
    follow: Annotated[bool, option("--follow", text="help.match-follow")] = False,
    every: Annotated[float, option("--every", text="help.match-every", metavar="SECONDS", min=0.05)] = 2.0,
    rules: Annotated[str, option("--rules", text="help.match-rules", metavar="VERSION")] = VERSION,
    lists: Annotated[list[str] | None, option("--list", text="help.match-list", metavar="LABEL")] = None,
    quota_key: Annotated[Path | None, option("--quota-key", text="help.match-quota", metavar="FILE")] = None,
    quota_passphrase: Annotated[
        Path | None, option("--quota-passphrase-file", text="help.match-quota-passphrase", metavar="FILE")
    ] = None,
    partial: Annotated[bool, option("--partial", text="help.match-partial")] = False,
    types: Annotated[Path | None, option("--types", text="help.types", metavar="DIR")] = None,
) -> None:
    """Match documents."""
    if rules not in IMPORT_VERSIONS:
        raise MalformedError("--rules", came=rules, expected=f"one of {', '.join(IMPORT_VERSIONS)}")
    if recording.dry_run:
        raise MalformedError("--dry-run", came="given", expected="suyuan-verify recompute, which says nothing")
    quota = _quota_key(recording, quota_key, quota_passphrase)
    judging = Judging(rules, tuple(lists or ()), quota, partial)
    speaker = _speaker(recording, types)
    kept = Memory(memory, origin=speaker.origin, issuer=recording.issuer)
    try:
        service = Matcher(
            kept, recording.client, speaker, judging=judging, standpoint=lambda: _standpoint(recording),
            clock=milliseconds, send=lambda submission: _send(recording, submission),
        )  # fmt: skip
        if not follow:
            _end(recording, service.turn())
        while follow:
            _turn(recording, service)
            time.sleep(every)
    except KeyboardInterrupt:
        recording.voice.tell("match.stopped")
    finally:
        kept.close()


def _turn(recording: Recording, service: Matcher) -> None:
    """Take a pass of a service that goes on whatever becomes of the ledger for a while."""
    try:
        done = service.turn()
    except (UnreachableError, BusyError) as error:
        recording.voice.tell("match.later", reason=render_error(error, recording.voice.lang))
        return
    if done.told or done.refused or done.sent:
        _tell(recording, done)


def _end(recording: Recording, done: Pass) -> None:
    _tell(recording, done)
    if done.refused:
        raise typer.Exit(FALSE)


def _tell(recording: Recording, done: Pass) -> None:
    voice = recording.voice
    lines = [_line(recording, each.order, each.outcome, each.differs) for each in done.told if each.said]
    lines += [voice.say("match.refused", reason=render_error(each, voice.lang)) for each in done.refused]
    lines += [
        voice.say("match.open", order=order, reason=render_error(error, voice.lang) if error else "")
        for order, error in done.open
    ]
    differ = sum(each.outcome == DIFFERS for each in done.told)
    lines.append(voice.say("match.done", size=done.size, judged=len(done.told), differ=differ, sent=done.sent))
    voice.data(pass_json(done), lines)


def _line(recording: Recording, order: str, outcome: str, differs: tuple[str, ...]) -> str:
    word = recording.voice.say(f"match.{outcome}")
    return f"{order}  {word}" + (f"  {' '.join(differs)}" if differs else "")


def pass_json(done: Pass) -> dict[str, Any]:
    """Return what a pass did, for programs."""
    told = [
        {"order": each.order, "outcome": each.outcome, "differs": list(each.differs), "said": each.said}
        for each in done.told
    ]
    open_ = [{"order": order, "error": error_json(error) if error else None} for order, error in done.open]
    refused = [error_json(each) for each in done.refused]
    return {"size": done.size, "judged": told, "sent": done.sent, "refused": refused, "open": open_}


def _standpoint(recording: Recording) -> Standpoint:
    return Standpoint(recording.policy, milliseconds() // 1000, registry_types())


def _quota_key(recording: Recording, file: Path | None, passphrase: Path | None) -> PseudonymKey | None:
    if file is None:
        return None
    key = load_pseudonym_key(file, read_passphrase(recording.voice, None, passphrase))
    if key.use != "quota" or key.agency != recording.issuer:
        came = f"a key of {key.agency} for a {key.use}"
        raise MalformedError("--quota-key", came=came, expected=f"one of {recording.issuer} for a quota")
    return key


def _speaker(recording: Recording, types: Path | None) -> Speaker:
    origin = parse_signed_checkpoint(recording.client.checkpoint())[0].origin
    numbers = numbering(recording.key, recording.signer)
    return Speaker(recording.issuer, recording.signer, numbers, load_types(types), origin, secrets.token_bytes)


def _send(recording: Recording, submission: Submission) -> None:
    send_batches(
        recording.client, [submission], keep=recording.keep, policy=recording.policy, wait=recording.wait,
        clock=time.time,
    )  # fmt: skip
