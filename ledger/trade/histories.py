"""One history of a subject, asked of a ledger's service and checked here; that there is none is proved, too."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.client.client import LedgerClient
from verifier.errors import IncompleteError
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import parse_trace_proof
from verifier.proof.verdict import NOT_RECORDED, Rest, StoryEvent, Verdict
from verifier.proof.verify import RefusedError, examine_trace


@dataclass(frozen=True, slots=True)
class History:
    """A history as its proof shows it.

    Attributes:
        events: in log order; none where nothing of it is recorded, which the proof shows.
        size: leaves that the proof covers.
        time: ledger time of the newest seal that it covers; 0 where there is no event.
        rest: what of it is not shown; None where all of it is.
    """

    events: tuple[StoryEvent, ...]
    size: int
    time: int
    rest: Rest | None = None


def read_history(
    client: LedgerClient, kind: str, subject: str, standpoint: Standpoint, *, since: int | str | None = None
) -> History:
    """Return a history.

    Args:
        client: asks the ledger; signs its requests where the kind is not open.
        kind: of the history.
        subject: in its canonical spelling.
        standpoint: whom the reader trusts.
        since: how many of its first entries are not asked for; `latest` for as many as one of its events states.

    Raises:
        RefusedError: the proof does not verify.
        IncompleteError: it leaves out entries that were asked for.
        SuyuanError: what the service answered.
    """
    data = client.history(kind, subject, since=since)
    history = history_told(examine_trace(data, standpoint, subject=subject, walk=kind), data)
    if since is None and history.rest is not None:
        raise IncompleteError("since", came=f"{history.rest.count} entries left out", expected="the whole history")
    return history


def history_told(verdict: Verdict, proof: bytes) -> History:
    """Return the history that an examined proof shows.

    Raises:
        RefusedError: it neither verified nor showed that there is nothing.
    """
    story = verdict.story
    if story is not None:
        return History(story.timeline, story.size, story.time, story.rest)
    if verdict.outcome != NOT_RECORDED:
        raise RefusedError(verdict)
    return History((), parse_signed_checkpoint(parse_trace_proof(proof).checkpoint)[0].size, 0)
