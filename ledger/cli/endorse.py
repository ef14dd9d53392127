"""`endorse`: fetch events, check their whole proof, show them, and sign one statement over the answers."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.deciding import decision_of, names_of
from ledger.cli.holder import Holder, read_holder
from ledger.cli.inbox import Agency, Filters, To
from ledger.cli.options import RequestKey, argument, option, sharing
from ledger.cli.showing import case_json, case_lines, sent_json, skipped_json
from ledger.cli.signers import numbering
from ledger.cli.speaking import FALSE, Voice, door, render_error
from ledger.client.client import LedgerClient
from ledger.client.composing import load_types
from ledger.clock import milliseconds
from ledger.compose.event import ComposedEvent
from ledger.endorsing.bulk import CheckedEvent
from ledger.endorsing.case import Case
from ledger.endorsing.endorse import Answerable, Decision, compose_endorsements, require_answerable, sign_endorsements
from ledger.endorsing.fetch import CaseReader
from ledger.endorsing.sending import Sent, send_batches
from ledger.endorsing.statements import Named, StatementReader
from ledger.errors import SetupError
from ledger.governance.own import look_at_own
from ledger.signing.signer import Signer
from verifier.errors import MalformedError, SuyuanError
from verifier.ledgerformat.submission import Submission, format_submission
from verifier.ledgerformat.trust_policy import TrustPolicy, parse_trust_policy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types

_Skipped = list[tuple[bytes, SuyuanError]]


@dataclass(frozen=True, slots=True)
class _Errand:
    """What one run is to do."""

    voice: Voice
    client: LedgerClient
    agency: str
    policy: TrustPolicy
    keep: Path
    wait: float | None


@door
@sharing(read_holder)
def endorse(  # noqa: PLR0913 - a command's options
    holder: Holder,
    verb: Annotated[str, argument("help.verb", "VERB")],
    name: Annotated[str | None, argument("help.event-name", "[EVENT]")] = None,
    *,
    to: To,
    agency: Agency,
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
    key: Annotated[str | None, option("--key", text="help.key", metavar="KEY")] = None,
    request_key: RequestKey = None,
    from_inbox: Annotated[bool, option("--from-inbox", text="help.from-inbox")] = False,
    filters: Filters = None,
    file: Annotated[Path | None, option("--file", text="help.names-file", metavar="FILE")] = None,
    by_statement: Annotated[bool, option("--by-statement", text="help.by-statement")] = False,
    reason: Annotated[str | None, option("--reason", text="help.reason", metavar="TEXT")] = None,
    conditions: Annotated[list[str] | None, option("--condition", text="help.condition", metavar="TEXT")] = None,
    until: Annotated[str | None, option("--until", text="help.until", metavar="TIME")] = None,
    keep: Annotated[Path, option("--keep", text="help.keep", metavar="DIR")] = Path("receipts"),
    wait: Annotated[float | None, option("--wait", text="help.wait", metavar="SECONDS", min=0)] = None,
    dry_run: Annotated[bool, option("--dry-run", text="help.dry-run")] = False,
    yes: Annotated[bool, option("--yes", text="help.yes")] = False,
) -> None:
    """Answer events."""
    voice = holder.voice
    decision = decision_of(verb, reason=reason, conditions=conditions or (), until=until)
    signed = holder.request_key(request_key)
    client = LedgerClient(to, request_key=signed)
    errand = _Errand(voice, client, agency, parse_trust_policy(_read(policy)), keep, wait)
    named = names_of(client, agency, name=name, file=file, types=filters, from_inbox=from_inbox)
    walk = "parties" if signed else "public"
    cases, skipped = _checked(errand, named, decision, by_statement=by_statement, walk=walk)
    sent = _answer(errand, cases, decision, key, holder.open, dry_run=dry_run, yes=yes)
    _conclude(errand, cases, skipped, sent)


def _checked(
    errand: _Errand, named: dict[bytes, Named], decision: Decision, *, by_statement: bool, walk: str
) -> tuple[list[Case] | list[CheckedEvent], _Skipped]:
    """Check the events and show them; where the only one cannot be answered, that is the error."""
    voice = errand.voice
    cases: list[Case] | list[CheckedEvent]
    if by_statement:
        voice.tell("endorse.by-statement")
        cases, skipped = _statements(errand, named, decision)
    else:
        cases, skipped = _cases(errand, named, decision, walk=walk)
    for case in cases:
        voice.show(case_lines(voice, case))
    for each, error in skipped:
        voice.show([voice.say("endorse.skipped", name=each.hex()), f"  {render_error(error, voice.lang)}"])
    if len(named) == 1 and skipped:
        raise skipped[0][1]
    return cases, skipped


def _cases(errand: _Errand, named: dict[bytes, Named], decision: Decision, *, walk: str) -> tuple[list[Case], _Skipped]:
    """Return the checked cases, and those that cannot be answered so, each with the reason."""
    reader = CaseReader(errand.client, _standpoint(errand), walk=walk, compare=len(named) == 1)
    cases: list[Case] = []
    skipped: _Skipped = []
    for name, hints in named.items():
        try:
            case = reader.read(name, hints.subjects)
            require_answerable(case, decision, agency=errand.agency, now=milliseconds())
        except SuyuanError as error:
            skipped.append((name, error))
        else:
            cases.append(case)
    return cases, skipped


def _statements(errand: _Errand, named: dict[bytes, Named], decision: Decision) -> tuple[list[CheckedEvent], _Skipped]:
    """Return the events of statements that were checked whole, and those that cannot be answered so."""
    if decision.verb == "withdraw":
        expected = "any other verb: what is withdrawn stands in the event's trace"
        raise MalformedError("--by-statement", came="withdraw", expected=expected)
    checked = StatementReader(errand.client, _standpoint(errand)).read(named)
    for each in checked.events[:1]:
        require_answerable(each, decision, agency=errand.agency, now=milliseconds())
    return checked.events, checked.refused


def _standpoint(errand: _Errand) -> Standpoint:
    return Standpoint(errand.policy, int(time.time()), registry_types())


def _answer(
    errand: _Errand,
    cases: Sequence[Answerable],
    decision: Decision,
    key: str | None,
    open_: Callable[[str], Signer],
    *,
    dry_run: bool,
    yes: bool,
) -> list[Sent]:
    """Compose, ask, sign and send; a dry run signs nothing that counts and sends nothing."""
    events = compose_endorsements(
        cases, decision, agency=errand.agency, now=milliseconds(), types=load_types(None), random=secrets.token_bytes
    )
    if not events or key is None:
        if events and not dry_run:
            raise SetupError("--key", came="none", expected="the agency's statement key, to sign with")
        return []
    signer = open_(key)
    _warn_of_own(errand, signer.public.kid)
    if not dry_run and not yes:
        _confirm(errand.voice, decision, len(events))
    submissions = _sign(errand, events, signer, numbering(key, signer, take=not dry_run))
    if dry_run:
        faults = [fault for each in submissions for fault in errand.client.validate(format_submission(each))]
        if faults:
            raise faults[0]
        return []
    return send_batches(
        errand.client, submissions, keep=errand.keep, policy=errand.policy, wait=errand.wait, clock=time.time
    )


def _warn_of_own(errand: _Errand, kid: bytes) -> None:
    """Warn whoever signs under a key whose word would be disputed at once; where nobody can say, that is told."""
    try:
        found = look_at_own(errand.client, errand.policy, agency=errand.agency, kid=kid, now=milliseconds())
    except SuyuanError as error:
        errand.voice.tell("endorse.own-unknown", error=render_error(error, errand.voice.lang))
        return
    if found:
        by = ", ".join(f"{each.reason} {each.by.hex()[:16]}…" for each in found)
        errand.voice.tell("endorse.own-disputed", by=by)


def _confirm(voice: Voice, decision: Decision, count: int) -> None:
    if not sys.stdin.isatty():
        raise MalformedError("--yes", came="no terminal to ask at", expected="--yes, once somebody has looked")
    typer.confirm(voice.say("endorse.confirm", verb=decision.verb, count=count), abort=True, err=True)


def _sign(errand: _Errand, events: list[ComposedEvent], signer: Signer, take: Callable[[int], int]) -> list[Submission]:
    origin = parse_signed_checkpoint(errand.client.checkpoint())[0].origin
    return sign_endorsements(events, signer, agency=errand.agency, audience=origin, take=take)


def _conclude(errand: _Errand, cases: Sequence[Case | CheckedEvent], skipped: _Skipped, sent: list[Sent]) -> None:
    voice = errand.voice
    answer: dict[str, Any] = {
        "answered": [case_json(each, voice.lang) for each in cases],
        "skipped": [skipped_json(name, error) for name, error in skipped],
        "batches": [sent_json(each) for each in sent],
    }
    lines = [voice.say("endorse.checked", count=len(cases), skipped=len(skipped))]
    for each in sent:
        standing = "recorded" if each.recorded is not None else "promised"
        path = str(each.kept.path("receipt" if each.recorded is not None else "promise"))
        lines.append(voice.say(f"endorse.{standing}", count=each.count, leaf=each.receipt.leaf, path=path))
    voice.data(answer, lines if sent else [*lines, voice.say("endorse.nothing-sent")])
    if skipped:
        raise typer.Exit(FALSE)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetupError(str(path), came=error.strerror, expected="a readable file") from error
