"""From a signed ceremony to the ledger: rehearsed against the newest state, then sent, the proposal first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger.governance.ceremony import Batch
from ledger.governance.checking import Checked
from verifier.errors import IncompleteError, SuyuanError
from verifier.judgement.replay import Replay
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.submission import Submission, format_submission


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What submitting would bring about.

    Attributes:
        sends: batches to send, in order; those that are recorded already are left out.
        spare: approvals that are not needed any more when their turn comes.
        takes_effect: whether the acts are in force after the last of them.
        done: whether they took effect before: there is nothing to send.
    """

    sends: tuple[Batch, ...]
    spare: tuple[Batch, ...]
    takes_effect: bool
    done: bool


def rehearse(checked: Checked) -> Rehearsal:
    """Return what submitting would bring about, by the ledger's own rules.

    Raises:
        NotPermittedError: the ledger would refuse it: an older state, a key that is not valid any more, a successor
            of another charter.
    """
    state, batch = checked.state, checked.ceremony.proposal
    replay, leaf = state.replay.copy(), state.size
    names = set(batch.names)
    recorded = names <= state.recorded
    sends: list[Batch] = []
    if not recorded:
        _play(replay, batch, leaf, state.time, "proposal")
        sends, leaf = [batch], leaf + 1
    elif not _waits(replay, names):
        return Rehearsal((), checked.ceremony.approvals, takes_effect=True, done=True)
    spare = []
    for each in checked.ceremony.approvals:
        if not _waits(replay, names):
            spare.append(each)
        elif not set(each.names) <= state.recorded:
            _play(replay, each, leaf, state.time, f"approvals of {each.issuer}")
            sends.append(each)
            leaf += 1
    return Rehearsal(tuple(sends), tuple(spare), takes_effect=not _waits(replay, names), done=False)


def require_complete(checked: Checked, rehearsal: Rehearsal) -> None:
    """Return if everything is signed that must be, and the acts take effect by that.

    Raises:
        IncompleteError: it is not; it says who is missing.
    """
    if not checked.signed:
        came, todo = "not signed", f"Let {checked.ceremony.proposal.issuer} sign it."
        raise IncompleteError("proposal", came=came, expected="the proposer's signature", todo=todo)
    for each in checked.progress:
        if each.needed:
            came = f"{len(each.approved)} approvals of {each.circle.word}"
            missing = ", ".join(sorted(member.agency for member in each.missing))
            todo = f"Let {each.needed} more of these sign: {missing}."
            raise IncompleteError("approvals", came=came, expected=f"{each.circle.threshold}", todo=todo)
    if not rehearsal.takes_effect:
        todo = "Let more holders sign: a suspension soon after another one needs as many as the charter asks for."
        raise IncompleteError("approvals", came="too few to take effect", expected="the charter's threshold", todo=todo)


def submit_batches(rehearsal: Rehearsal, send: Callable[[bytes], object], told: Callable[[Batch], None]) -> None:
    """Send what a rehearsal found to be sent, one after another; `told` hears of each that the ledger took.

    What is sent again after a failure is the same submission: the ledger keeps the first.

    Raises:
        SuyuanError: the first that the ledger refused, the batch named; those before it are recorded.
    """
    for batch in rehearsal.sends:
        submission = Submission(batch.statement or b"", batch.heads, batch.bodies, ((),) * len(batch.heads))
        try:
            send(format_submission(submission))
        except SuyuanError as error:
            raise error.within(batch.issuer) from error
        told(batch)


def _play(replay: Replay, batch: Batch, leaf: int, time: int, what: str) -> None:
    for place, (spelt, body) in enumerate(zip(batch.heads, batch.bodies, strict=True)):
        event = Event(event_name(spelt), leaf, place, parse_head(spelt), parse_body(body), batch.kid)
        try:
            replay.check(event, time=time)
            replay.apply(event, time=time)
        except SuyuanError as error:
            raise error.within(what) from error


def _waits(replay: Replay, names: set[bytes]) -> bool:
    return any(each.event.name in names for each in replay.waiting)
