"""The running witness: one thread a ledger, all looking at the same moments.

Quorums form when witnesses cosign the same checkpoint. So every witness looks at whole multiples of its
period on the clock: those whose clocks agree see the same one, however busy the ledger is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.signing.signer import Signer
from ledger.witness.folder import Followed, WitnessFolder
from ledger.witness.follow import Follower
from ledger.witness.foreign import ForeignLog
from ledger.witness.keys import CosignerKeys, load_cosigner_keys
from ledger.witness.mirror.confirming import ConfirmingKey
from ledger.witness.mirror.door import mirror_door
from ledger.witness.mirror.mirror import Held, LedgerMirror, Mirrors
from ledger.witness.outcome import Outcome
from ledger.witness.replay.replayer import Replayer
from ledger.witness.serve.add_checkpoint import Prompt, add_checkpoint_door
from ledger.witness.serve.server import Door
from ledger.witness.statements.keys import open_notice_key
from ledger.witness.statements.replayed import ReplayJudge
from ledger.witness.statements.service import StatementService
from ledger.witness.store import WitnessStore

PERIOD = 1.0  # seconds; a ledger publishes at most once a second
_SELDOM = 5.0  # seconds between two rounds of statements and mirrors, at most
_PATIENCE = Patience(attempts=2, most=2.0)
Report = Callable[[str, Outcome], None]  # URL of the ledger, and what a look at it came to


class Witness:
    """A witness over its folder; one process at a time."""

    def __init__(
        self,
        root: Path,
        passphrase: bytes,
        *,
        serves: bool = False,
        request_key: Signer | None = None,
        replays: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open keys and database.

        Args:
            root: its folder.
            passphrase: of its keys.
            serves: whether it takes statements as well.
            request_key: signs what it asks of ledgers, where these read to agencies only.
            replays: whether it computes every block again before it cosigns, and signs with its replay keys too.
            clock: POSIX seconds.

        Raises:
            SetupError: there is no witness here, or it runs already; or no replay keys.
            KeyFileError: keys that this passphrase does not open.
        """
        self.root, folder = root, WitnessFolder(root)
        self.name, ledgers = folder.read()
        keys = _cosigner_keys(folder, self.name, passphrase, replays=replays)
        self.store = WitnessStore(folder.database)
        self._clock, self._done = clock, threading.Event()
        self._failed: Exception | None = None
        self._request_key = request_key
        noticing = replays or (serves and passphrase)  # who replays may have to stop, and says so under its own key
        self._notices = open_notice_key(folder.keys, self.name, passphrase) if noticing else None
        self._replayers: list[Replayer] = []
        self.followers = [self._follower_of(each, folder, keys, replays=replays) for each in ledgers]
        self.foreign = self._foreign_logs(folder, keys)
        self._prompt = [Prompt(each) for each in self.followers]
        self._mirrors: Mirrors | None = None
        self._mirror_door: Door | None = None
        self._statements = self._take_statements(folder, replays=replays) if serves else None

    def _foreign_logs(self, folder: WitnessFolder, keys: CosignerKeys) -> list[ForeignLog]:
        """Return the logs of others whose checkpoints it cosigns when they are handed to it."""
        return [
            ForeignLog(
                each.origin, each.vkeys, keys=keys, store=self.store, evidence=folder.evidence, clock=self._clock
            )
            for each in folder.accepted()
        ]

    def _follower_of(self, followed: Followed, folder: WitnessFolder, keys: CosignerKeys, *, replays: bool) -> Follower:
        """Return what looks at one ledger, its blocks computed again where the witness replays."""
        policy = folder.policy(followed)
        client = LedgerClient(followed.url, timeout=5.0, patience=_PATIENCE, request_key=self._request_key)
        replayer = Replayer(folder.replay(policy), client, policy) if replays else None
        if replayer:
            self._replayers.append(replayer)
        return Follower(
            client,
            policy,
            keys=keys,
            store=self.store,
            evidence=folder.evidence,
            replayer=replayer,
            sign_report=self._notices.sign_report if self._notices else None,
            clock=self._clock,
        )

    def _take_statements(self, folder: WitnessFolder, *, replays: bool) -> StatementService | None:
        """Return what takes statements for the ledgers that are followed, None without a key to sign notices with."""
        if self._notices is None:
            return None
        return StatementService(
            folder.root / "statements.db",
            self.followers,
            key=self._notices,
            cosigned=self.store,
            judge_of=self._replay_judge if replays else None,
            clock=self._clock,
        )

    def close(self) -> None:
        """End what is judged, and close the database."""
        for each in self._prompt:
            each.close()
        if self._statements:
            self._statements.close()
        for replayer in self._replayers:
            replayer.close()
        self.store.close()

    def doors(self) -> list[Door]:
        """Return what it answers over HTTP, beside what it cosigned."""
        doors = [add_checkpoint_door(lambda: [*self._prompt, *self.foreign], self._fail)]
        doors += [self._statements.door()] if self._statements else []
        return [*doors, self._mirror_door] if self._mirror_door else doors

    def mirror_into(
        self, root: Path, keys: CosignerKeys, *, open_reads: bool = False, confirming: ConfirmingKey | None = None
    ) -> None:
        """Mirror every ledger that is followed, below a folder; before `run` or `look`.

        Args:
            root: the folder.
            keys: the mirror's own.
            open_reads: whether entries, heads and bodies are shown to everybody.
            confirming: with what it says that its copy of what was erased is gone; None to say nothing.
        """
        mirrors = [
            LedgerMirror(
                root,
                each,
                LedgerClient(each.url, timeout=30.0, patience=_PATIENCE, request_key=self._request_key),
                keys=keys,
                confirming=confirming,
                clock=self._clock,
            )
            for each in self.followers
        ]
        self._mirrors = held = Mirrors(mirrors)
        self._mirror_door = mirror_door(lambda: held.folders, open_reads=open_reads)

    def look_at_mirrors(self) -> Sequence[tuple[str, Held]]:
        """Do one round of the mirrors."""
        return self._mirrors.look() if self._mirrors else []

    def look(self) -> Sequence[tuple[str, Outcome]]:
        """Look at every ledger once."""
        return [(each.url, each.step()) for each in self.followers]

    def run(
        self, report: Report, *, period: float = PERIOD, mirrored: Callable[[str, Held], None] = lambda *_: None
    ) -> None:
        """Look again and again, until `stop`.

        Args:
            report: is told what each look came to.
            period: seconds between two looks. Statements and mirrors have a round as often as five of them take, and
                at least every 5 s.
            mirrored: is told what each round of a mirror came to.

        Raises:
            StoreFailedError: the database failed; the witness must not go on.
        """
        seldom = min(_SELDOM, 5 * period)
        threads = [
            threading.Thread(target=self._follow, args=(each, report, period), name="suyuan-witness", daemon=True)
            for each in self.followers
        ]
        if self._statements:
            work = partial(self._statements.run, self._done, self._fail, period=seldom)
            threads.append(threading.Thread(target=work, name="suyuan-statements", daemon=True))
        if self._mirrors:
            rounds = partial(self._mirrors.run, self._done, mirrored, period=seldom)
            threads.append(threading.Thread(target=rounds, name="suyuan-mirror", daemon=True))
        for thread in threads:
            thread.start()
        self._done.wait()
        for thread in threads:
            thread.join()
        if self._failed:
            raise self._failed

    def stop(self) -> None:
        """End `run` after the looks under way."""
        self._done.set()

    def _replay_judge(self, follower: Follower, _client: LedgerClient, origin: str) -> ReplayJudge:
        return ReplayJudge(self._replayers[self.followers.index(follower)], origin)

    def _follow(self, follower: Follower, report: Report, period: float) -> None:
        while not self._done.is_set():
            try:
                report(follower.url, follower.step())
            except Exception as error:  # noqa: BLE001 - whatever it was, the witness ends; `run` raises it
                self._fail(error)
                return
            now = self._clock()
            self._done.wait(period - now % period)

    def _fail(self, error: Exception) -> None:
        """End `run` with an error; nothing more is signed."""
        self._failed = error
        self._done.set()


def _cosigner_keys(folder: WitnessFolder, name: str, passphrase: bytes, *, replays: bool) -> CosignerKeys:
    """Return what it cosigns with: where it replays, the keys for that as well."""
    keys = load_cosigner_keys(folder.keys, name, passphrase)
    return keys + folder.replay_keys(name, passphrase) if replays else keys
