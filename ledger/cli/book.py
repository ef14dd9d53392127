"""`book balance`, `book reconcile`: a line of a bonded account book, from a proof that is checked and reckoned here."""

from __future__ import annotations

import mimetypes
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
from ledger.cli.speaking import DONE, FALSE, Voice, door
from ledger.client.composing import load_types
from ledger.clock import milliseconds
from ledger.compose.event import AttachmentDraft
from ledger.endorsing.sending import send_batches
from ledger.trade.books import BookLine, draft_reconciliation, read_line
from ledger.trade.speaker import Said, Speaker
from verifier.ledgerformat.disclosure import MAX_ATTACHMENT
from verifier.ledgerformat.submission import Submission, format_submission
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import EXIT_CODES
from verifier.results.findings import DIFFERS
from verifier.results.recomputation import REFUTED
from verifier.texts import text
from verifier.vocabulary import registry_types

book = typer.Typer(help=help_of("book"), no_args_is_help=True)
_OPEN = 3
_Line = Annotated[str, argument("help.book-line", "LINE")]


@book.command("balance", help=help_of("book.balance"))
@door
@sharing(read_signed_look)
def balance(
    look: Look, line: _Line, *, whole: Annotated[bool, option("--whole", text="help.book-whole")] = False
) -> None:
    """Tell the balance of a line."""
    found = read_line(look.client, line, _standpoint(look.policy), whole=whole)
    look.voice.data(line_json(found), _lines(look.voice, found))
    raise typer.Exit(exit_code_of(found))


@book.command("reconcile", help=help_of("book.reconcile"))
@door
@sharing(read_recording)
def reconcile(
    recording: Recording,
    line: _Line,
    *,
    counted: Annotated[str, option("--counted", text="help.book-counted", metavar="DECIMAL")],
    unit: Annotated[str | None, option("--unit", text="help.book-unit", metavar="CODE")] = None,
    report: Annotated[Path | None, option("--report", text="help.book-report", metavar="FILE")] = None,
    types: Annotated[Path | None, option("--types", text="help.types", metavar="DIR")] = None,
) -> None:
    """Reconcile a line with what was counted."""
    voice = recording.voice
    found = read_line(recording.client, line, _standpoint(recording.policy))
    attached = {"/report": _attachment(report)} if report else {}
    draft = draft_reconciliation(found, counted=counted, time=milliseconds(), unit=unit, attachments=attached)
    outcome = str(draft.data["outcome"])
    voice.show([*_lines(voice, found), voice.say(f"book.{outcome}", counted=draft.disclosed["/counted"]), ""])
    if exit_code_of(found) == FALSE:
        voice.tell("book.wrong")
    if not recording.dry_run:
        confirm(voice, "ceremony.confirm", yes=recording.yes)
    submission = _speaker(recording, types).sign([Said(draft)])
    batches = _send(recording, submission)
    answer = {**line_json(found), "outcome": outcome, "counted": draft.disclosed["/counted"], "batches": batches}
    voice.data(answer, [voice.say("book.sent" if batches else "endorse.nothing-sent")])


def exit_code_of(found: BookLine) -> int:
    """Return 1 where something does not follow, 3 where something cannot be told, 0 else."""
    told = found.reconciliations
    wrong = any(each.outcome == REFUTED for each in told)
    result = found.balance.result if found.balance else None
    overdrawn = result is not None and result.outcome == DIFFERS
    if wrong or overdrawn or EXIT_CODES[found.outcome] == FALSE:
        return FALSE
    return _OPEN if found.amount is None or EXIT_CODES[found.outcome] else DONE


def line_json(found: BookLine) -> dict[str, Any]:
    """Return a line as it stands, for programs."""
    told = found.balance
    return {
        "line": found.line,
        "amount": found.amount,
        "unit": found.unit,
        "events": found.count,
        "notShown": found.since,
        "leaf": found.place[0] if found.place else None,
        "position": found.place[1] if found.place else None,
        "size": found.size,
        "since": told.facts["since"] if told else None,
        "missing": list(told.missing) if told else [],
        "proof": found.outcome,
        "reconciliations": {each.recorded.hex(): each.outcome for each in found.reconciliations if each.recorded},
    }


def _lines(voice: Voice, found: BookLine) -> list[str]:
    told, unit = found.balance, found.unit or ""
    if told is None:
        return [voice.say("book.empty", line=found.line, size=found.size)]
    amount = voice.say("book.untold") if found.amount is None else f"{found.amount} {unit}".strip()
    lines = [voice.say("book.balance-of", line=found.line, amount=amount)]
    leaf, position = found.place or (0, 0)
    lines.append(voice.say("book.position", count=found.count, leaf=leaf, position=position, size=found.size))
    if told.facts["since"]:
        lines.append(voice.say("book.since", event=told.facts["since"], count=found.since))
    lines += [voice.say("book.missing", what=each) for each in told.missing]
    for each in found.reconciliations:
        outcome = text(f"result.recomputed.{each.outcome}", voice.lang)
        name = each.recorded.hex() if each.recorded else ""
        lines.append(voice.say("book.reconciliation", event=name, outcome=outcome))
    return [*lines, voice.say("book.proof", outcome=text(f"outcome.{found.outcome}", voice.lang))]


def _standpoint(policy: TrustPolicy) -> Standpoint:
    return Standpoint(policy, milliseconds() // 1000, registry_types())


def _attachment(path: Path) -> AttachmentDraft:
    return AttachmentDraft(
        mimetypes.guess_type(path.name)[0] or "application/octet-stream", read_file(path, MAX_ATTACHMENT)
    )


def _speaker(recording: Recording, types: Path | None) -> Speaker:
    origin = parse_signed_checkpoint(recording.client.checkpoint())[0].origin
    numbers = numbering(recording.key, recording.signer, take=not recording.dry_run)
    return Speaker(recording.issuer, recording.signer, numbers, load_types(types), origin, secrets.token_bytes)


def _send(recording: Recording, submission: Submission) -> list[dict[str, Any]]:
    if recording.dry_run:
        for fault in recording.client.validate(format_submission(submission)):
            raise fault
        return []
    sent = send_batches(
        recording.client, [submission], keep=recording.keep, policy=recording.policy, wait=recording.wait,
        clock=time.time,
    )  # fmt: skip
    return [sent_json(each) for each in sent]
