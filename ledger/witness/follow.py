"""Following one ledger: fetch, verify, rebuild both roots, judge the time, persist, hand in.

The order is the protection. What was cosigned is durable before a line leaves, so a kill at any moment
leaves either nothing signed, or a state against which nothing else will ever be signed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from ledger.client.client import LedgerClient
from ledger.client.logtree import VerifiedTree
from ledger.client.trusted import TrustedLedger, read_charter
from ledger.errors import BusyError, StaleError, StoppedError, UnknownError, UnreachableError
from ledger.failpoints import reach
from ledger.witness.evidence import keep_notes
from ledger.witness.freshness import read_seals, require_fresh, require_not_backdated
from ledger.witness.history import (
    ledger_lines,
    require_extension,
    require_no_rollback,
    require_same_root,
    signed_at,
)
from ledger.witness.keys import CosignerKeys
from ledger.witness.outcome import (
    BEHIND,
    COSIGNED,
    REFUSED,
    STALE,
    STOPPED,
    UNCHANGED,
    UNREACHABLE,
    ContradictionFoundError,
    Outcome,
)
from ledger.witness.protocol import AddCheckpoint, SizeConflictError, require_extends
from ledger.witness.replay.convict import SignReport, keep_lie
from ledger.witness.replay.lies import LieFoundError
from ledger.witness.replay.replayer import Replayer
from ledger.witness.store import Cosigned, Stopped, StoreFailedError, WitnessStore
from verifier.errors import InconsistentError, MalformedError, SuyuanError, UntrustedError, VerificationError
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import Checkpoint, format_checkpoint
from verifier.proof.alone import VerifiedCheckpoint

CHARTER_AGE = 60.0  # seconds after which the charter is fetched again
_ASKED_AGE = 5.0  # seconds after which a note that does not verify makes it be fetched again; anybody can send one
_LATER = (UnreachableError, BusyError, UnknownError, StoppedError)  # whoever asks again may get an answer


class Follower:
    """Follows one ledger for one witness."""

    def __init__(  # noqa: PLR0913 - the parts of a witness
        self,
        client: LedgerClient,
        policy: TrustPolicy,
        *,
        keys: CosignerKeys,
        store: WitnessStore,
        evidence: Path,
        replayer: Replayer | None = None,
        sign_report: SignReport | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Follow the ledger that `policy` pins.

        Args:
            client: asks its service.
            policy: the pinned charter.
            keys: the witness's own.
            store: what it cosigned.
            evidence: the folder for what contradicts itself.
            replayer: computes every block again before it is cosigned; None to look at the log only.
            sign_report: signs the report of a lie that was found, with the key for notices; None to write none.
            clock: POSIX seconds.
            monotonic: seconds, never going back.
        """
        self.url = client.url
        self._client, self._policy, self._keys, self._store = client, policy, keys, store
        self._evidence, self._clock, self._monotonic = evidence, clock, monotonic
        self._replayer, self._sign_report = replayer, sign_report
        self._trusted: TrustedLedger | None = None
        self._walked = 0.0
        self._turn = threading.Lock()

    @property
    def origin(self) -> str | None:
        """Return the ledger's name; None before its charter was walked for the first time."""
        return self._trusted.origin if self._trusted else None

    @property
    def trusted(self) -> TrustedLedger:
        """Return the ledger as its charter described it when it was walked last.

        Raises:
            BusyError: it was not walked so far.
        """
        if self._trusted is None:
            raise BusyError("charter", came="not walked so far", expected="a ledger that answers", todo="Try again.")
        return self._trusted

    def step(self) -> Outcome:
        """Look once, and cosign if everything holds.

        Raises:
            StoreFailedError: the witness's own database failed; nothing more may be signed.
        """
        with self._turn:
            return self._step()

    def add_checkpoint(self, asked: AddCheckpoint) -> bytes:
        """Return lines under a checkpoint that was handed in; see `ledger.witness.protocol.WitnessedLog`.

        The lines are handed in as well: whoever handed in the checkpoint need not be the ledger.
        """
        with self._turn:
            trusted = self._known_charter()
            if stopped := self._store.stopped(trusted.origin):
                raise StoppedError("ledger", came=stopped.reason, expected="one log", todo="`witness resume`")
            try:
                return self._consider(asked, trusted)
            except (ContradictionFoundError, LieFoundError) as found:
                self._stop(found)
                raise InconsistentError("checkpoint", came=found.reason, expected="one log", todo=found.todo) from found

    def _known_charter(self) -> TrustedLedger:
        """Return the charter; what is wrong with it is not the fault of whoever hands in a checkpoint."""
        try:
            return self._charter(fresh=False)
        except (VerificationError, MalformedError, UnknownError) as error:
            raise BusyError("charter", came=str(error), expected="the charter that is pinned") from error

    def _consider(self, asked: AddCheckpoint, trusted: TrustedLedger) -> bytes:
        own = ledger_lines(asked.note)
        if own.endswith(b"\n\n"):
            raise UntrustedError("checkpoint", came="no line of its keys", expected=f"a signature of {trusted.origin}")
        trusted, verified = self._verify(own, trusted, least=_ASKED_AGE)
        before = self._store.newest(trusted.origin)
        try:
            require_extends(asked, verified.checkpoint, (before.size, before.root) if before else None)
        except (SizeConflictError, InconsistentError):
            if before and before.size == verified.checkpoint.size:
                require_same_root(verified.checkpoint, before, own)
            raise
        if before and before.size == verified.checkpoint.size:
            return before.lines
        try:
            tree = VerifiedTree(verified.checkpoint, self._client.tile)
            cosigned, _ = self._cosign(tree, verified, trusted, own, before)
        except (ContradictionFoundError, LieFoundError):
            raise
        except (VerificationError, UnknownError) as error:
            raise BusyError("ledger", came=str(error), expected="tiles and seals of this checkpoint") from error
        return cosigned.lines

    def _step(self) -> Outcome:
        try:
            trusted = self._charter(fresh=False)
            if stopped := self._store.stopped(trusted.origin):
                error = VerificationError("ledger", came=stopped.reason, expected="one log", todo="`witness resume`")
                return Outcome(STOPPED, error=error, evidence=stopped.evidence)
            return self._look_again(trusted)
        except StoreFailedError:
            raise
        except (ContradictionFoundError, LieFoundError) as found:
            return self._stop(found)
        except SuyuanError as error:
            word = STALE if isinstance(error, StaleError) else UNREACHABLE if isinstance(error, _LATER) else REFUSED
            return Outcome(word, error=error)

    def _look_again(self, trusted: TrustedLedger) -> Outcome:
        """Look; where what is seen does not fit the charters that are known, look once more by the newest ones.

        A charter may have handed over to other keys of the ledger, or to other keys of this witness.
        """
        try:
            return self._look(trusted)
        except (ContradictionFoundError, LieFoundError, StoreFailedError):
            raise
        except (VerificationError, MalformedError):
            newest = self._charter(fresh=True)
            if len(newest.registry.charters) == len(trusted.registry.charters):
                raise
            return self._look(newest)

    def _look(self, trusted: TrustedLedger) -> Outcome:
        before = self._store.newest(trusted.origin)
        note = self._client.checkpoint()
        trusted, verified = self._verify(note, trusted)
        own = ledger_lines(note)
        checkpoint = verified.checkpoint
        if before and checkpoint.size == before.size:
            require_same_root(checkpoint, before, own)
            waiting = self._store.waiting(trusted.origin)
            return Outcome(UNCHANGED, checkpoint.size, self._hand_in(trusted.origin, waiting) if waiting else None)
        if before and checkpoint.size < before.size:
            require_no_rollback(verified, before, own, self._client.tile)
            came, expected = f"size {checkpoint.size}", f"at least {before.size}, which was cosigned"
            return Outcome(BEHIND, checkpoint.size, error=VerificationError("checkpoint", came=came, expected=expected))
        tree = VerifiedTree(checkpoint, self._client.tile)
        if before:
            require_extension(tree, before, own)
        cosigned, unread = self._cosign(tree, verified, trusted, own, before)
        return Outcome(COSIGNED, checkpoint.size, self._hand_in(trusted.origin, cosigned), unread)

    def _cosign(
        self,
        tree: VerifiedTree,
        verified: VerifiedCheckpoint,
        trusted: TrustedLedger,
        own: bytes,
        before: Cosigned | None,
    ) -> tuple[Cosigned, bool]:
        """Return the cosignature of what extends `before`, durable, and whether seals could not be read."""
        if self._replayer:
            self._replayer.advance_to(verified.checkpoint, own)
        now = int(self._clock())
        unread = self._judge_time(tree, verified, trusted, before, now)
        cosigned = self._sign(trusted, verified, own, now)
        reach("witness-signed")
        self._store.advance(trusted.origin, before, cosigned)
        reach("witness-persisted")
        return cosigned, unread

    def _charter(self, *, fresh: bool) -> TrustedLedger:
        """Return the ledger's charters, fetched at most once a minute unless asked for afresh."""
        if self._trusted and not fresh and self._monotonic() - self._walked < CHARTER_AGE:
            return self._trusted
        walked = read_charter(self._client.charter(), self._policy, int(self._clock()))
        known = [each.name for each in self._trusted.registry.charters] if self._trusted else []
        if [each.name for each in walked.registry.charters][: len(known)] != known:
            raise UntrustedError("charter", came="fewer or other charters", expected="those that were seen before")
        self._trusted, self._walked = walked, self._monotonic()
        return walked

    def _verify(
        self, note: bytes, trusted: TrustedLedger, *, least: float = 0.0
    ) -> tuple[TrustedLedger, VerifiedCheckpoint]:
        """Return the checkpoint, verified under the charter in force; where that fails, under the newest charter.

        A charter that was fetched less than `least` seconds ago is not fetched again.
        """
        try:
            return trusted, trusted.checkpoint(note)
        except VerificationError:
            if self._monotonic() - self._walked < least:
                raise
            trusted = self._charter(fresh=True)
            return trusted, trusted.checkpoint(note)

    def _judge_time(
        self,
        tree: VerifiedTree,
        verified: VerifiedCheckpoint,
        trusted: TrustedLedger,
        before: Cosigned | None,
        now: int,
    ) -> bool:
        """Return whether seals could not be read, once time fits; raise StaleError if it does not."""
        if before and now < before.time:
            came, expected = f"{now}, before the last cosignature", f"at least {before.time}"
            raise StaleError("clock", came=came, expected=expected, todo="Set this machine's clock.")
        since = before.size if before else tree.size - 1
        seals = read_seals(self._client, tree, trusted.registry, since)
        signed = signed_at(verified)
        times = [each.time // 1000 for each in seals] if seals else [signed] if signed else []
        if times:
            require_fresh(times[-1], now)
            require_not_backdated(times, before.time if before else 0)
        return seals is None

    def _sign(self, trusted: TrustedLedger, verified: VerifiedCheckpoint, own: bytes, now: int) -> Cosigned:
        checkpoint = verified.checkpoint
        charter = trusted.registry.charter_at(checkpoint.size - 1)
        lines = self._keys.cosign(checkpoint, charter.policy.witnesses.values(), now)
        if not lines:
            came = ", ".join(key.name for key in self._keys.note_keys)
            raise UntrustedError("charter.policy", came=came, expected="a key of this witness among its witnesses")
        return Cosigned(checkpoint.size, checkpoint.root, now, signed_at(verified), own, lines)

    def _hand_in(self, origin: str, cosigned: Cosigned) -> bool | None:
        """Give the ledger the lines, and nothing else; where it cannot take them now they wait for the next look."""
        text = format_checkpoint(Checkpoint(origin, cosigned.size, cosigned.root)).encode()
        try:
            accepted = self._client.cosign(text + b"\n" + cosigned.lines)
        except (UnreachableError, BusyError, StoppedError):
            return None
        reach("witness-handed")
        self._store.handed(origin, cosigned.size)
        return accepted.quorum

    def _stop(self, found: ContradictionFoundError | LieFoundError) -> Outcome:
        """Write down what contradicts itself, and cosign nothing more for this ledger."""
        trusted, reason = self._trusted or self._charter(fresh=True), found.reason
        try:
            if isinstance(found, LieFoundError):
                kept = keep_lie(self._evidence, trusted, found, sign=self._sign_report, now=int(self._clock()))
            else:
                kept = keep_notes(self._evidence, trusted, found.first, found.second, found.path)
        except StoppedError as error:  # a full disk must not keep it from stopping
            kept, reason = (), f"{reason}; evidence not written: {error}"
        self._store.stop(Stopped(trusted.origin, reason, int(self._clock()), kept))
        return Outcome(STOPPED, error=found, evidence=kept)
