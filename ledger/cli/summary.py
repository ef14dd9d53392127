"""`summary show`, `declare`, `result`: the declaration that covers every list of a month once (汇总申报)."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.ceremonies import confirm
from ledger.cli.files import read_file
from ledger.cli.looking import Look, read_signed_look
from ledger.cli.options import argument, help_of, option, sharing
from ledger.cli.recording import Recording, read_recording
from ledger.cli.showing import sent_json
from ledger.cli.signers import numbering
from ledger.cli.speaking import Voice, door
from ledger.client.composing import load_types
from ledger.client.reading import read_head
from ledger.clock import milliseconds
from ledger.compose.event import Draft
from ledger.endorsing.sending import send_batches
from ledger.readers.ceb import DrawnHandles, Facts, Mode, draft_event, read_message
from ledger.trade.speaker import Said, Speaker
from ledger.trade.summaries import Period, draft_summary, read_period
from verifier.errors import MalformedError
from verifier.ledgerformat.submission import format_submission
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.base64strict import parse_hash_hex
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.strict_json import parse_json
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types

summary = typer.Typer(help=help_of("summary"), no_args_is_help=True)
_MOST = 8 << 20
_RESULT = "CEB792"
_Period = Annotated[str, argument("help.summary-period", "PERIOD")]
_Types = Annotated[Path | None, option("--types", text="help.types", metavar="DIR")]


@summary.command("show", help=help_of("summary.show"))
@door
@sharing(read_signed_look)
def show(look: Look, period: _Period) -> None:
    """Tell which lists no summary covers yet, and what they make together."""
    found = read_period(look.client, period, _standpoint(look.policy))
    look.voice.data(_period_json(found), _lines(look.voice, found))


@summary.command("declare", help=help_of("summary.declare"))
@door
@sharing(read_recording)
def declare(
    recording: Recording,
    period: _Period,
    *,
    file: Annotated[Path, option("--data", text="help.summary-data", metavar="FILE.json")],
    enterprise: Annotated[str | None, option("--enterprise", text="help.summary-enterprise", metavar="URI")] = None,
    types: _Types = None,
) -> None:
    """Declare every list that no summary covers."""
    found = read_period(recording.client, period, _standpoint(recording.policy))
    recording.voice.show([*_lines(recording.voice, found), ""])
    data, disclosed = _described(read_file(file, _MOST))
    handle = f"urn:suyuan:summary:{secrets.token_hex(16)}"
    draft = draft_summary(
        found,
        summary=handle,
        enterprise=enterprise or recording.issuer,
        data=data,
        disclosed=disclosed,
        time=milliseconds(),
    )
    _say(recording, draft, types, {**_period_json(found), "summary": handle})


@summary.command("result", help=help_of("summary.result"))
@door
@sharing(read_recording)
def result(
    recording: Recording,
    event: Annotated[str, argument("help.summary-event", "EVENT")],
    file: Annotated[Path, argument("help.summary-result", "FILE.xml")],
    *,
    lenient: Annotated[bool, option("--lenient", text="help.import.lenient")] = False,
    types: _Types = None,
) -> None:
    """Record the result of a summary, from customs' message 792."""
    name = parse_hash_hex(event, "EVENT")
    reading = read_message(read_file(file, _MOST), Mode.LENIENT if lenient else Mode.STRICT)
    for fault in (*reading.faults, *(each for one in reading.documents for each in one.faults)):
        raise fault
    if reading.message != _RESULT or len(reading.usable) != 1:
        came = f"{len(reading.usable)} of {reading.message}"
        raise MalformedError(str(file), came=came, expected=f"one document of {_RESULT}")
    facts = Facts(about=(name.hex(),))
    handles = DrawnHandles(secrets.token_bytes)
    draft = draft_event(reading.usable[0], handles=handles, facts=facts, signature=reading.signature)
    _say(recording, draft, types, {"summary": name.hex(), "state": draft.data["state"]})


def _say(recording: Recording, draft: Draft, types: Path | None, answer: dict[str, Any]) -> None:
    voice = recording.voice
    if not recording.dry_run:
        confirm(voice, "ceremony.confirm", yes=recording.yes)
    targets = tuple(read_head(recording.client, each) for each in draft.about)
    submission = _speaker(recording, types).sign([Said(draft, targets)])
    if recording.dry_run:
        for fault in recording.client.validate(format_submission(submission)):
            raise fault
        voice.data({**answer, "batches": []}, [voice.say("endorse.nothing-sent")])
        return
    sent = send_batches(
        recording.client, [submission], keep=recording.keep, policy=recording.policy, wait=recording.wait,
        clock=time.time,
    )  # fmt: skip
    lines = [voice.say("summary.sent", path=str(each.kept.path("promise"))) for each in sent]
    voice.data({**answer, "batches": [sent_json(each) for each in sent]}, lines)


def _described(data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return data and disclosures of a JSON file: `data`, and optionally `disclosed`."""
    value = parse_json(data, "--data")
    if not isinstance(value, dict) or not {"data"} <= value.keys() <= {"data", "disclosed"}:
        raise MalformedError("--data", came="another shape", expected='{"data": {…}, "disclosed": {…}}')
    disclosed = value.get("disclosed", {})
    if not isinstance(value["data"], dict) or not isinstance(disclosed, dict) or "/totals" in disclosed:
        expected = "objects; /totals is reckoned from the lists"
        raise MalformedError("--data", came="another shape", expected=expected)
    return value["data"], disclosed


def _period_json(found: Period) -> dict[str, Any]:
    return {
        "period": found.set,
        "size": found.size,
        "covered": found.covered,
        "count": found.state.count if found.state else 0,
        "root": found.state.root.hex() if found.state else None,
        "lists": [each.event.name.hex() for each in found.lists],
        "cancelled": [each.hex() for each in found.cancelled],
        "cancelledSince": [each.hex() for each in found.since],
        "changed": [each.hex() for each in found.changed],
        "totals": found.totals if found.lists else None,
    }


def _lines(voice: Voice, found: Period) -> list[str]:
    count = found.state.count if found.state else 0
    lines = [voice.say("summary.period", period=found.set, count=count, covered=found.covered, size=found.size)]
    lines += [f"  {each.event.name.hex()}  {each.event.head.type}" for each in found.lists]
    lines += [voice.say("summary.cancelled", event=each.hex()) for each in found.cancelled]
    lines += [voice.say("summary.cancelled-since", event=each.hex()) for each in found.since]
    lines += [voice.say("summary.changed", event=each.hex()) for each in found.changed]
    if not found.lists:
        return [*lines, voice.say("summary.nothing")]
    totals = found.totals
    if totals is None:
        return [*lines, voice.say("summary.untold")]
    return [*lines, voice.say("summary.totals", totals=", ".join(f"{name} {value}" for name, value in totals.items()))]


def _standpoint(policy: TrustPolicy) -> Standpoint:
    return Standpoint(policy, milliseconds() // 1000, registry_types())


def _speaker(recording: Recording, types: Path | None) -> Speaker:
    origin = parse_signed_checkpoint(recording.client.checkpoint())[0].origin
    numbers = numbering(recording.key, recording.signer, take=not recording.dry_run)
    return Speaker(recording.issuer, recording.signer, numbers, load_types(types), origin, secrets.token_bytes)
