"""Small reads that the prover has no word for."""

from __future__ import annotations

from api.access import Access
from api.actors import Moment
from api.authorise import READ_BODY, READ_HISTORY, WALK_PARTIES
from api.facts import Facts
from ledger.errors import UnknownError
from ledger.ledger import Ledger
from ledger.prove.prover import Proved
from ledger.prove.trace import Sources
from ledger.store.interface import StoredEvent
from verifier.ledgerformat.head import parse_head


def leaf_of(ledger: Ledger, identity: bytes) -> int:
    """Return the leaf of a recorded statement.

    Raises:
        UnknownError: nothing of this identity is recorded.
        BusyError: whether it is, rows that are behind do not say.
    """
    with ledger.read() as reader:
        found = reader.statement_by_identity(identity)
        if found is None:
            raise UnknownError("identity", came=identity, expected="the identity of a recorded statement")
    return found.leaf


def published_checkpoint(ledger: Ledger) -> bytes:
    """Return the published note's bytes.

    Raises:
        UnknownError: nothing is published yet.
    """
    note = ledger.tiles.checkpoint()
    if note is None:
        raise UnknownError("checkpoint", came="none", expected="a ledger that has published")
    return note


OPEN_WALKS = ("public", "registry")
_OPEN_HISTORIES = ("list", "recall")  # the others tell how much business somebody does, or who claimed what


def trace_of(ledger: Ledger, subject: str, walk: str, access: Access, moment: Moment) -> Proved:
    """Return the trace proof of a subject, with the bodies that whoever asks may read.

    Raises:
        UnauthenticatedError: the parties' walk, and whoever asks signed nothing.
        PrivateError: the parties' walk, and whoever asks is no party of the subject.
    """
    if walk in OPEN_WALKS:
        return ledger.prover.trace(subject, walk=walk)
    with ledger.sources() as sources:
        access.require(WALK_PARTIES, Facts(sources, moment, access.actor).subject(subject))
    return ledger.prover.trace(subject, walk=walk, may_show=_Showing(access, moment))


def history_of(ledger: Ledger, subject: str, kind: str, *, since: int | None, access: Access, moment: Moment) -> Proved:
    """Return the proof of one history of a subject, with the bodies that whoever asks may read.

    Args:
        ledger: whose.
        subject: in its canonical spelling.
        kind: of the history.
        since: how many of its first entries are not to be shown; None for as many as one of its events states.
        access: who asks.
        moment: what holds now.

    Raises:
        UnauthenticatedError: not an open kind, and whoever asks signed nothing.
        PrivateError: not an open kind, and whoever asks is neither an agency nor whose set it is.
        UnknownError: no event states the root of the entries that are not to be shown.
    """
    if kind not in _OPEN_HISTORIES:
        with ledger.sources() as sources:
            access.require(READ_HISTORY, Facts(sources, moment, access.actor).owner_of_set(subject))
    return ledger.prover.history(kind, subject, since=since, may_show=_Showing(access, moment))


def event_of(ledger: Ledger, name: bytes, access: Access, moment: Moment) -> bytes:
    """Return the proof of an event, its body shown if whoever asks may read it.

    Raises:
        UnknownError: there is no such event.
    """
    with ledger.sources() as sources:
        stored = sources.reader.find_event(name)
        everything = stored is not None and stored.body is not None and _Showing(access, moment)(sources, stored)
    return ledger.prover.event(name, everything=everything)


class _Showing:
    """Says which bodies whoever asks may read; facts of one snapshot are gathered once."""

    def __init__(self, access: Access, moment: Moment) -> None:
        self._access, self._moment = access, moment
        self._facts: Facts | None = None

    def __call__(self, sources: Sources, stored: StoredEvent) -> bool:
        if self._facts is None or self._facts.sources is not sources:
            self._facts = Facts(sources, self._moment, self._access.actor)
        return self._access.allows(READ_BODY, self._facts.event(stored, parse_head(stored.head)))
