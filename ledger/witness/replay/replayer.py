"""Replaying a ledger up to a checkpoint: fetch, verify, judge, compare, persist; only then may anybody cosign.

What is in the database is always the end of a block, replayed whole. A crash, an answer that does not come or a lie
leaves the last chunk that was written; the next look goes on from there. A cosignature is kept elsewhere
(`ledger.witness.store`) and made only when the whole checkpoint is in this database.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger.client.logtree import VerifiedTree
from ledger.errors import BusyError
from ledger.index import frontier as mini
from ledger.prove.log import consistency_path, root_at
from ledger.witness.outcome import ContradictionFoundError
from ledger.witness.replay.blocks import Chain, parse_joined_seal, reached, replay_block
from ledger.witness.replay.judge import Taken, parse_taken, read_envelope, read_heads, require_ordered
from ledger.witness.replay.lies import BROKEN_SEAL, FORKED, INADMISSIBLE, Conviction, LieFoundError, Where
from ledger.witness.replay.past import Past, open_past
from ledger.witness.replay.prosecute import PROSECUTED, Prosecutor
from ledger.witness.replay.rows import Reached, ReplayRows
from ledger.witness.replay.source import ReplaySource, read_batch, read_entries
from ledger.witness.replay.standing import Sealed
from verifier.errors import IncompleteError, InconsistentError, MismatchError, SuyuanError, UntrustedError
from verifier.judgement.replay import Replay
from verifier.ledgerformat.seal import SignedSeal, is_seal
from verifier.ledgerformat.statement import Envelope
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.vocabulary import registry_types

CHUNK = 20_000  # events judged before they are written: most keys lie on pages of their own


class Replayer:
    """Replays one ledger for one witness. Any thread may call it, one at a time."""

    def __init__(self, path: Path, source: ReplaySource, policy: TrustPolicy, *, chunk: int = CHUNK) -> None:
        """Open the database.

        Args:
            path: its file.
            source: where the ledger is served.
            policy: the pinned charter.
            chunk: events that may wait to be written.

        Raises:
            SetupError: another process has it, or it is of another version.
        """
        self._rows = ReplayRows(path)
        self._source, self._policy, self._chunk = source, policy, chunk
        self._past: Past | None = None
        self._block: list[Taken] = []
        self._waiting: list[Sealed] = []  # the blocks before it that are not written
        self._seal: SignedSeal | None = None
        self._mutex = threading.Lock()

    def close(self) -> None:
        """Close the database."""
        self._rows.close()

    @property
    def size(self) -> int:
        """Return how many leaves were replayed, durably."""
        return self._rows.reached().size

    @property
    def events(self) -> int:
        """Return how many events were replayed, durably."""
        return self._rows.reached().events

    def advance_to(self, checkpoint: Checkpoint, note: bytes = b"") -> None:
        """Replay the ledger up to a checkpoint whose signature was verified.

        When this returns, every block up to there was judged and is durable.

        Args:
            checkpoint: origin, size and root.
            note: the same, as the ledger signed it; kept for evidence.

        Raises:
            ContradictionFoundError: a fork.
            LieFoundError: what the ledger signed cannot be.
            UnservedError: what it signed is not served; later it may be.
            UnreachableError: nothing is served now.
            StoppedError: the database could not be written.
        """
        with self._mutex:
            try:
                self._advance(checkpoint, note, self._chunk)
            except LieFoundError as found:
                self._past, found.seen = None, checkpoint
                self._convict(found, checkpoint, note)
                raise
            except BaseException:
                self._past = None  # what is in memory may be half a block; the database has the last whole one
                raise

    def _convict(self, found: LieFoundError, checkpoint: Checkpoint, note: bytes) -> None:
        """Give a lie what makes evidence of it: out of the log; else come to it again block by block, and stand there.

        Where no file can convict, or what it would have to show is not served any more, the lie stands all the same.
        """
        if found.word not in PROSECUTED or not note:
            return
        prosecutor = Prosecutor(self._source, self._rows, checkpoint, note)
        try:
            found.conviction = prosecutor.by_the_log(found)
        except IncompleteError:
            with suppress(SuyuanError):
                found.conviction = self._convict_again(prosecutor, checkpoint, note)
        except SuyuanError:
            return

    def _convict_again(self, prosecutor: Prosecutor, checkpoint: Checkpoint, note: bytes) -> Conviction | None:
        """Return what makes evidence of the lie that is come to block by block."""
        try:
            self._advance(checkpoint, note, 0)
        except LieFoundError as again:
            last = [Sealed(self._block, self._seal)] if self._seal else []
            return prosecutor.by_the_state(again, [*self._waiting, *last] if last else [])
        finally:
            self._past, self._block, self._waiting, self._seal = None, [], [], None
        return None

    @contextmanager
    def scratch(self, patience: float) -> Iterator[Past]:
        """Yield the state as it was replayed, to try something on: whatever is done to it is forgotten.

        Args:
            patience: seconds to wait for a replay that is under way.

        Raises:
            BusyError: it still is.
        """
        if not self._mutex.acquire(timeout=patience):
            raise BusyError("replay", came="under way", expected="a state that stands", todo="Try again.")
        try:
            live = self._past = self._past or open_past(self._rows, Replay(registry_types()))
            yield open_past(self._rows, Replay(registry_types()), live.index.heap)
        finally:
            self._mutex.release()

    def _advance(self, checkpoint: Checkpoint, note: bytes, chunk: int) -> None:
        past = self._past = self._past or open_past(self._rows, Replay(registry_types()))
        before = past.reached
        if checkpoint.size <= before.size:
            self._require_behind(checkpoint, note, past)
            return
        tree = VerifiedTree(checkpoint, self._source.tile)
        if before.size and root_at(tree, before.size) != mini.root(before.edge):
            raise _forked(before, note, tree)
        chain = Chain(before.size, before.first, before.seal, before.time, before.edge)
        block: list[tuple[int, bytes]] = []
        hashes: list[bytes] = []
        for leaf, entry, hashed in read_entries(self._source, tree, before.size):
            if not leaf and hashed != self._policy.charter:
                raise UntrustedError("charter", came=hashed, expected=f"{self._policy.charter.hex()}, as pinned")
            hashes.append(hashed)
            if not _is_seal(leaf, entry):
                block.append((leaf, entry))
                continue
            signed = parse_joined_seal(chain, leaf, entry, chain.size)
            replay_block(past, chain, self._taken(block, signed, keep=not chunk), signed, hashes)
            block, hashes = [], []
            if len(past.chunk.events) >= chunk and not chain.waiting:
                past.write(reached(past, chain, note))
                self._block, self._waiting, self._seal = [], [], None
        self._finish(checkpoint, note, chain, block)

    def _finish(self, checkpoint: Checkpoint, note: bytes, chain: Chain, block: list[tuple[int, bytes]]) -> None:
        past = self._past
        if past is None or block:
            error = MismatchError("seal", came="another entry as last leaf", expected="the seal of its block")
            raise LieFoundError(BROKEN_SEAL, Where(checkpoint.size - 1), error)
        if chain.waiting:
            raise UntrustedError("charter", came="one that waits", expected="approvals by its own threshold")
        require_ordered(past, checkpoint.size)
        past.write(reached(past, chain, note))

    def _taken(self, block: list[tuple[int, bytes]], signed: SignedSeal, *, keep: bool) -> Iterable[Taken]:
        """Return a block's entries, read one by one; kept whole only where somebody will be convicted by them."""
        taken = (self._take(*each) for each in block)
        if not keep:
            return taken
        self._waiting += [Sealed(self._block, self._seal)] if self._seal else []
        self._block, self._seal = [], None  # what cannot even be read convicts nobody by the block before
        self._block, self._seal = list(taken), signed
        return self._block

    def _take(self, leaf: int, entry: bytes) -> Taken:
        parsed = parse_taken(leaf, entry)
        if isinstance(parsed, Envelope):
            return read_envelope(leaf, entry, parsed)
        return read_heads(leaf, entry, parsed, *read_batch(self._source, leaf, parsed))

    def _require_behind(self, checkpoint: Checkpoint, note: bytes, past: Past) -> None:
        """Refuse a checkpoint of the size that was replayed with another root; smaller ones are the follower's."""
        if checkpoint.size == past.reached.size and checkpoint.root != mini.root(past.reached.edge):
            raise _forked(past.reached, note, None)


def _forked(before: Reached, note: bytes, tree: VerifiedTree | None) -> SuyuanError:
    """Return what the checkpoint that was replayed towards, and another one, come to."""
    if not before.note or not note:
        error = InconsistentError("checkpoint", came="another root at this size", expected="the one replayed")
        return LieFoundError(FORKED, Where(max(before.size - 1, 0)), error)
    first, second = (parse_signed_checkpoint(each)[0].size for each in (before.note, note))
    if first > second:
        return ContradictionFoundError("a fork", first=note, second=before.note, path=None)
    path = [] if first == second else consistency_path(tree, first, second, whole=True) if tree else None
    return ContradictionFoundError("a fork", first=before.note, second=note, path=path)


def _is_seal(leaf: int, entry: bytes) -> bool:
    try:
        return is_seal(entry)
    except SuyuanError as error:
        raise LieFoundError(INADMISSIBLE, Where(leaf), error) from error
