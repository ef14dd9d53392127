"""What a ledger gives out: receipts, events, traces, consistency, checkpoints, the charter.

Each proof is made over one snapshot, and checked with the verifier's code before it leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import TypeVar

from ledger.errors import BusyError, StoppedError, UnknownError
from ledger.prove.beside import Examiners
from ledger.prove.checks import check_charter, check_event_proof, own_fault
from ledger.prove.examined import KNOWN, Question, examine, fault_of
from ledger.prove.kept import Kept
from ledger.prove.log import consistency_path, root_at
from ledger.prove.notes import cosigned_note, note_of
from ledger.prove.parts import erased_by_order, order_to_erase, public_body, statement_parts, whole_body
from ledger.prove.promises import SharedRoot, statements_at
from ledger.prove.receipt import prove_event
from ledger.prove.since import newest_state
from ledger.prove.source import BodyOf, EventSource
from ledger.prove.trace import Sources, prove_trace
from ledger.store.interface import Reader, StoredCheckpoint, StoredEvent, StoredStatement
from verifier.errors import SuyuanError
from verifier.judgement.charter import APPROVAL, CHARTER
from verifier.ledgerformat.head import Head, parse_head
from verifier.ledgerformat.subject import form_of, subject_name
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.keys import PublicKey
from verifier.primitives.merkle import check_consistency, leaf_hash
from verifier.proof.bundle import BodyState, StatementPart
from verifier.proof.charterfile import format_charter_file
from verifier.proof.eventproof import format_event_proof
from verifier.proof.examination import Standpoint
from verifier.proof.known import Known
from verifier.proof.quick import write_trace_proof
from verifier.proof.verdict import Verdict
from verifier.vocabulary import registry_types

_Made = TypeVar("_Made")
MayShow = Callable[[Sources, StoredEvent], bool]
TURNS = 4  # proofs made at a time: more threads would wait for each other, and be woken in vain
_ATTEMPTS = 3  # how often a proof is made again because a quorum moved on while it was made


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a statement stands, and a receipt of it.

    Attributes:
        leaf: its leaf.
        entry: its bytes.
        identity: what makes two statements the same, 32 bytes.
        receipt: against the checkpoint of `size`.
        size: that checkpoint's.
        quorum: whether that checkpoint has reached its quorum: *recorded*, no longer only *promised*.
    """

    leaf: int
    entry: bytes
    identity: bytes
    receipt: bytes
    size: int
    quorum: bool


@dataclass(frozen=True, slots=True)
class Proved:
    """A trace proof and what it proves.

    Attributes:
        data: the `.trace` file.
        verdict: what the verifier's code makes of it here, on the server.
        size: leaves that its checkpoint covers.
        newer: committed leaves that it does not cover yet.
    """

    data: bytes
    verdict: Verdict
    size: int
    newer: int


@dataclass(frozen=True, slots=True)
class ProvedFile:
    """A trace proof that verifies.

    Attributes:
        data: the `.trace` file.
        size: leaves that its checkpoint covers.
        newer: committed leaves that it does not cover yet.
    """

    data: bytes
    size: int
    newer: int


class Prover:
    """Makes proofs. Any thread may use it.

    Attributes:
        examiners: who examines trace files that are not told of here; whoever sets it closes it.
    """

    def __init__(
        self,
        sources: Callable[[], AbstractContextManager[Sources]],
        *,
        clock: Callable[[], int],
        kept: Kept | None = None,
    ) -> None:
        """Make proofs from `sources`, whose memory is `kept`; `clock` in milliseconds since 1970."""
        self._sources = sources
        self._clock = clock
        self._kept = kept or Kept()
        self._turns = BoundedSemaphore(TURNS)
        self._known = Known(KNOWN)
        self.examiners = Examiners()

    def promise(self, leaf: int) -> Recorded:
        """Return the receipt of a statement against its own block's checkpoint: ever the same bytes.

        Raises:
            UnknownError: there is no statement at this leaf.
        """
        with self._sources() as sources:
            shared = _shared_root(sources.reader.checkpoint_covering(leaf + 1), sources)
            return _recorded(leaf, None, shared, sources)

    def promises(self, leaves: Sequence[int]) -> list[Recorded | SuyuanError]:
        """Return for each leaf its promise, or why there is none: what `promise` does, over one snapshot."""
        made: dict[int, Recorded | SuyuanError] = {}
        with self._sources() as sources:
            shared: SharedRoot | None = None
            found = statements_at(leaves, sources.reader)
            for leaf in sorted(set(leaves)):
                try:
                    if shared is None or shared.checkpoint.size <= leaf:
                        shared = _shared_root(sources.reader.checkpoint_covering(leaf + 1), sources)
                    made[leaf] = _recorded(leaf, found.get(leaf), shared, sources)
                except SuyuanError as error:
                    made[leaf] = error
        return [made[leaf] for leaf in leaves]

    def receipt(self, leaf: int) -> Recorded:
        """Return the receipt against the newest quorum checkpoint that covers a statement, else its promise."""
        with self._sources() as sources:
            newest = sources.reader.newest_checkpoint(quorum=True)
            if newest is None or newest.size <= leaf:
                newest = sources.reader.checkpoint_covering(leaf + 1)
            return _recorded(leaf, None, _shared_root(newest, sources), sources)

    def trace(self, subject: str, *, walk: str = "public", may_show: MayShow | None = None) -> Proved:
        """Return the trace proof of a subject from the newest quorum checkpoint.

        Args:
            subject: in its canonical spelling.
            walk: `public` or `parties`.
            may_show: whether a body that joins no public history may be shown, on the parties' walk; None for all.

        Raises:
            BusyError: no checkpoint has reached a quorum yet.
            StoppedError: the proof does not verify here; it does not leave.
        """
        return self._again(lambda: self._anew(lambda: self._trace(subject, walk, may_show)))

    def trace_file(self, subject: str, *, walk: str = "public") -> ProvedFile:
        """Return the trace proof of a subject as `trace` does, for whoever wants the file and not what it tells.

        Args:
            subject: in its canonical spelling.
            walk: `public` or `registry`: all of what it may show is shown.

        Raises:
            BusyError: no checkpoint has reached a quorum yet.
            StoppedError: the proof does not verify here; it does not leave.
        """
        return self._again(lambda: self._anew(lambda: self._trace_file(subject, walk)))

    def history(self, kind: str, subject: str, *, since: int | None = 0, may_show: MayShow | None = None) -> Proved:
        """Return the proof of one history of a subject, whole or since a state that one of its events states.

        Args:
            kind: one of `HISTORY_WALKS`.
            subject: in its canonical spelling.
            since: how many of its first entries are not to be shown; None for as many as are stated.
            may_show: whether a body that joins no public history may be shown; None for all.

        Raises:
            UnknownError: no event states the root of the entries that are not to be shown.
            TooLargeError: more events than one proof holds.
            BusyError: no checkpoint has reached a quorum yet.
            StoppedError: the proof does not verify here; it does not leave.
        """
        return self._again(lambda: self._anew(lambda: self._trace(subject, kind, may_show, since)))

    def _again(self, prove: Callable[[], _Made]) -> _Made:
        """Make a proof; make it again where a quorum moved on while it was made."""
        for attempt in range(_ATTEMPTS):
            try:
                return prove()
            except BusyError:
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _anew(self, prove: Callable[[], _Made]) -> _Made:
        """Make a proof; where it does not verify, forget what is kept, and make it once more of what is stored.

        Rows may have been wrong when they were read, and be right again: no refusal may outlast that.
        """
        with self._turns:
            try:
                return prove()
            except StoppedError:
                self._kept.clear()
                return prove()

    def _trace(self, subject: str, walk: str, may_show: MayShow | None, since: int | None = 0) -> Proved:
        file, asked = self._made(subject, walk, may_show, since)
        verdict = examine(asked, self._known)
        _require(fault_of(verdict))
        return Proved(file.data, verdict, file.size, file.newer)

    def _trace_file(self, subject: str, walk: str) -> ProvedFile:
        file, asked = self._made(subject, walk, None)
        _require(self.examiners.fault(asked, self._known))
        return file

    def _made(
        self, subject: str, walk: str, may_show: MayShow | None, since: int | None = 0
    ) -> tuple[ProvedFile, Question]:
        """Return a file that is not examined yet, and what is to be asked of it."""
        form_of(subject)
        with self._sources() as sources, own_fault("trace"):
            checkpoint = self._newest_quorum(sources.reader)
            note, size = self._kept.notes.get(*note_of(checkpoint, sources.reader)), checkpoint.size
            if since is None:
                since = newest_state((walk, subject_name(subject)), reader=sources.reader, size=size)
            body_of = _body_of(walk, may_show, sources)
            made = prove_trace(subject, walk=walk, size=size, note=note, sources=sources, body_of=body_of, since=since)
            data = write_trace_proof(made, self._known)
            asked = Question(self._pinned(sources), self._clock() // 1000, subject, data)
            return ProvedFile(data, size, sources.log.size - size), asked

    def _standpoint(self, sources: Sources) -> Standpoint:
        """Return how a stranger would look who pinned this ledger's charter."""
        return Standpoint(
            TrustPolicy(self._pinned(sources)), self._clock() // 1000, registry_types(), known=self._known
        )

    def _pinned(self, sources: Sources) -> bytes:
        """Return the leaf hash of the first charter."""
        if sources.replay.founding is None:
            raise UnknownError("charter", came="none", expected="a founded ledger")
        return self._kept.pins.get(0, lambda: leaf_hash(sources.reader.entries(0, 1)[0]))

    def _newest_quorum(self, reader: Reader) -> StoredCheckpoint:
        checkpoint = reader.newest_checkpoint(quorum=True)
        if checkpoint is None:
            raise BusyError("checkpoint", came="none with a quorum", expected="cosignatures", todo="Try again.")
        return checkpoint

    def event(self, name: bytes, *, everything: bool = False) -> bytes:
        """Return the proof of one event from the newest quorum checkpoint, as an `.event` file.

        Args:
            name: 32 bytes.
            everything: whether a body that joins no public history may be shown.

        Raises:
            UnknownError: there is no such event below that checkpoint.
            StoppedError: the proof does not verify here; it does not leave.
        """
        return self._anew(lambda: self._event(name, everything=everything))

    def _event(self, name: bytes, *, everything: bool) -> bytes:
        with self._sources() as sources:
            checkpoint = self._newest_quorum(sources.reader)
            stored = sources.reader.find_event(name)
            registry, size = sources.replay.registry, checkpoint.size
            gone = stored is not None and stored.body is None and order_to_erase(name, registry, size) is None
            if stored is None or stored.leaf >= size or gone:
                raise UnknownError("event", came=name, expected="the name of a recorded event")
            with own_fault("event"):
                body_of = erased_by_order(whole_body if everything else public_body, registry, size)
                body = body_of(stored, parse_head(stored.head))
                note = cosigned_note(sources.reader, checkpoint.size)
                proof = prove_event(stored, size=checkpoint.size, note=note, body=body, sources=sources)
                data = format_event_proof(proof)
                check_event_proof(data, sources.replay, self._standpoint(sources))
        return data

    def consistency(self, size: int, newer: int) -> list[bytes]:
        """Return the path that shows that the log of `newer` leaves extends that of `size`.

        Raises:
            UnknownError: sizes that this log has not reached, or in the wrong order.
            StoppedError: the path does not verify here; it does not leave.
        """
        with self._sources() as sources:
            log = sources.log
            if not 0 < size <= newer <= log.size:
                raise UnknownError("sizes", came=f"{size} to {newer}", expected=f"1 to {log.size}, the older first")
            with own_fault("consistency"):
                path = consistency_path(log, size, newer)
                roots = _root(size, sources), _root(newer, sources)
                check_consistency(size=size, root=roots[0], newer_size=newer, newer_root=roots[1], path=path)
        return path

    def checkpoint(self, size: int | None = None, *, quorum: bool = False) -> bytes:
        """Return a checkpoint with its cosignatures: of a size, the newest, or the newest with a quorum.

        Raises:
            UnknownError: there is none of this size.
            BusyError: none has a quorum yet.
        """
        with self._sources() as sources:
            reader = sources.reader
            if size is None:
                found = self._newest_quorum(reader) if quorum else reader.newest_checkpoint()
                size = found.size if found else 0
            return cosigned_note(reader, size)

    def charter_file(self) -> bytes:
        """Return every charter and approval, as a `.charter` file.

        Raises:
            UnknownError: the ledger is not founded yet.
            StoppedError: they do not verify here; they do not leave. (A charter that waits for its approvals does:
                whoever is to approve it reads it.)
        """
        with self._sources() as sources, own_fault("charter"):
            source = EventSource(sources.reader, sources.log.size)
            history = source.history(("registry", subject_name(f"urn:suyuan:ledger:{sources.origin}")))
            events = [event for event in history if event.head.type in (CHARTER, APPROVAL)]
            parts: tuple[StatementPart, ...] = statement_parts(events, source, whole_body)
            if not parts:
                raise UnknownError("charter", came="none", expected="a founded ledger")
            if sources.replay.registry.charter_in_force(sources.log.size):
                check_charter(parts, self._standpoint(sources))
        return format_charter_file(parts)


def _require(fault: str | None) -> None:
    """Raise where a proof does not leave."""
    if fault is not None:
        raise StoppedError("trace", came=fault, expected="a proof that verifies", todo="suyuan fsck")


def _shared_root(checkpoint: StoredCheckpoint | None, sources: Sources) -> SharedRoot:
    if checkpoint is None:
        raise _no_statement(sources.log.size)
    return SharedRoot(checkpoint, sources.log, _receipt_key(checkpoint.size, sources))


def _recorded(leaf: int, known: StoredStatement | None, shared: SharedRoot, sources: Sources) -> Recorded:
    stored, checkpoint = known or sources.reader.statement(leaf), shared.checkpoint
    if stored is None:
        raise _no_statement(leaf)
    with own_fault("receipt"):
        receipt = shared.receipt(leaf, stored.entry)
    return Recorded(leaf, stored.entry, stored.identity, receipt, checkpoint.size, checkpoint.quorum)


def _no_statement(leaf: int) -> UnknownError:
    return UnknownError("leaf", came=leaf, expected="the leaf of a statement")


def _receipt_key(size: int, sources: Sources) -> PublicKey:
    """Return the key that signs receipts against a size: that of the charter in force at its last leaf."""
    charter = sources.replay.registry.charter_in_force(size - 1) or sources.replay.founding
    if charter is None:
        raise UnknownError("charter", came="none", expected="a founded ledger")
    return charter.receipt


def _body_of(walk: str, may_show: MayShow | None, sources: Sources) -> BodyOf:
    """Return what shows each body of a walk: the public ones always, the others as `may_show` says."""
    if walk == "public":
        return public_body

    def body_of(stored: StoredEvent, head: Head) -> BodyState:
        show = may_show is None or may_show(sources, stored)
        return (whole_body if show else public_body)(stored, head)

    return body_of


def _root(size: int, sources: Sources) -> bytes:
    """Return the root at a size: the signed one where a block ended there, else what the tiles come to."""
    stored = sources.reader.checkpoint(size)
    return parse_signed_checkpoint(stored.note)[0].root if stored else root_at(sources.log, size)
