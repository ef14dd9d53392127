"""What a participant says to the registry by itself, without approvals: drafted, rehearsed, shown, signed and sent."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from ledger.cli.ceremonies import confirm, read_policy, require_policy
from ledger.cli.held import held_lines
from ledger.cli.holder import Holder, read_holder
from ledger.cli.options import RequestKey, option, sharing
from ledger.cli.showing import case_lines, sent_json
from ledger.cli.signers import numbering
from ledger.cli.speaking import Voice
from ledger.cli.telling import act_json, state_json, state_line, tell_acts
from ledger.client.client import LedgerClient
from ledger.clock import milliseconds
from ledger.compose.event import Draft
from ledger.endorsing.sending import Sent, send_batches
from ledger.governance.agencies import subjects_of
from ledger.governance.checking import Checked
from ledger.governance.effects import require_going, require_opening
from ledger.governance.fetching import fetch_evidence, read_evidence
from ledger.governance.mandates import held
from ledger.governance.signing import sign_ceremony
from ledger.governance.speaking import draft_alone, submission_of
from ledger.governance.targets import Target, fetch_targets, require_recorded
from ledger.signing.signer import Signer
from verifier.errors import NotPermittedError
from verifier.ledgerformat.submission import Submission, format_submission
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.proof.examination import Standpoint
from verifier.rendering import plain
from verifier.vocabulary import registry_types


@dataclass(frozen=True, slots=True)
class Recording:
    """Who says it, to which ledger, and how."""

    voice: Voice
    client: LedgerClient
    issuer: str
    policy: TrustPolicy
    signer: Signer
    key: str
    walk: str
    keep: Path
    wait: float | None
    dry_run: bool
    yes: bool


@sharing(read_holder)
def read_recording(  # noqa: PLR0913 - options
    holder: Holder,
    *,
    issuer: Annotated[str, option("--issuer", text="help.speaker", metavar="URI")],
    to: Annotated[str, option("--to", text="help.url", metavar="URL")],
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
    key: Annotated[str, option("--key", text="help.statement-key", metavar="KEY")],
    request_key: RequestKey = None,
    keep: Annotated[Path, option("--keep", text="help.keep", metavar="DIR")] = Path("receipts"),
    wait: Annotated[float | None, option("--wait", text="help.wait", metavar="SECONDS", min=0)] = None,
    dry_run: Annotated[bool, option("--dry-run", text="help.dry-run")] = False,
    yes: Annotated[bool, option("--yes", "-y", text="help.yes")] = False,
) -> Recording:
    """Return what every such act shares, from its options."""
    voice = holder.voice
    trusted = require_policy(read_policy(policy))
    client = LedgerClient(to, request_key=holder.request_key(request_key))
    signer = holder.open(key)
    walk = "parties" if request_key is not None else "public"
    return Recording(voice, client, issuer, trusted, signer, key, walk, keep, wait, dry_run, yes)


def record(recording: Recording, draft: Draft) -> None:
    """Draft against the newest state, rehearse, show, ask, sign and send; a dry run records and numbers nothing."""
    voice, moment = recording.voice, milliseconds()
    standpoint = Standpoint(recording.policy, moment // 1000, registry_types())
    _require_few(draft)
    targets = fetch_targets(recording.client, draft.about, standpoint, walk=recording.walk)
    if draft.type == "registry.grant":
        require_opening(draft.data["fields"], [each.case.told.kind for each in targets if each.case])
    checked = _check(recording, draft, targets, moment)
    voice.show([*tell_acts(voice, checked), *_behind(voice, checked, targets), state_line(voice, checked.state), ""])
    if not recording.dry_run:
        confirm(voice, "ceremony.confirm", yes=recording.yes)
    submission = _sign(recording, checked, moment)
    sent = _send(recording, submission)
    answer = {
        **act_json(checked.acts[0]),
        "targets": [_target_json(each) for each in targets],
        "batches": [sent_json(each) for each in sent],
        "state": state_json(checked.state),
    }
    voice.data(answer, [voice.say("endorse.nothing-sent")] if not sent else [_sent_line(voice, each) for each in sent])


def _require_few(draft: Draft) -> None:
    """Refuse too many targets before any of them is fetched."""
    answers = registry_types()[draft.type].answers
    if answers and len(set(draft.about)) > answers.most:
        expected, todo = f"at most {answers.most}", "Say it in several acts."
        raise NotPermittedError("EVENT", came=f"{len(draft.about)} events", expected=expected, todo=todo)


def _check(recording: Recording, draft: Draft, targets: Sequence[Target], moment: int) -> Checked:
    kid = recording.signer.public.kid
    subjects = [*subjects_of([draft], recording.issuer, kid), *(each for one in targets for each in one.subjects)]
    evidence = fetch_evidence(recording.client, recording.policy, subjects)
    state = read_evidence(evidence, recording.policy, moment)
    require_recorded(targets, state)
    if draft.type == "registry.revocation":
        ended = [each for given in draft.subjects.values() for each in ([given] if isinstance(given, str) else given)]
        require_going(held(ended, state))
    heads = {each.name: each.head for each in targets}
    return draft_alone(
        draft, issuer=recording.issuer, kid=kid, evidence=evidence, state=state, targets=heads,
        random=secrets.token_bytes,
    )  # fmt: skip


def _sign(recording: Recording, checked: Checked, moment: int) -> Submission:
    signer = recording.signer
    least = checked.state.numbers.get(signer.public.kid, 0)
    numbers = numbering(recording.key, signer, least=least, take=not recording.dry_run)
    signed = sign_ceremony(checked, signer, numbers=numbers, time=moment, random=secrets.token_bytes)
    return submission_of(signed.proposal)


def _send(recording: Recording, submission: Submission) -> list[Sent]:
    if recording.dry_run:
        for fault in recording.client.validate(format_submission(submission)):
            raise fault
        return []
    return send_batches(
        recording.client, [submission], keep=recording.keep, policy=recording.policy, wait=recording.wait,
        clock=time.time,
    )  # fmt: skip


def _sent_line(voice: Voice, sent: Sent) -> str:
    standing = "recorded" if sent.recorded is not None else "promised"
    path = str(sent.kept.path("receipt" if sent.recorded is not None else "promise"))
    size = sent.receipt.size if sent.recorded is None else sent.recorded
    return voice.say(f"submit.{standing}", leaf=sent.receipt.leaf, size=size, path=path)


def _behind(voice: Voice, checked: Checked, targets: Sequence[Target]) -> list[str]:
    """Return what the act is about: the events that it answers, or the mandate or grant that it ends."""
    body = checked.acts[0].body
    ended = held(body.all_subjects() if body else (), checked.state)
    lines = ["", *(line for each in ended for line in held_lines(voice, each))] if ended else []
    lines += ["", voice.say("record.targets")] if targets else []
    for each in targets:
        head = plain(f"{each.name.hex()}  {each.head.type} · {each.head.principal}")
        lines += case_lines(voice, each.case) if each.case else [head]
    return lines


def _target_json(target: Target) -> dict[str, str | None]:
    case = target.case
    return {
        "name": target.name.hex(),
        "type": target.head.type,
        "issuer": target.head.principal,
        "verdict": case.verdict.outcome if case else None,
        "recognition": case.told.recognition.outcome if case else None,
    }
