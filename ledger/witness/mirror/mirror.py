"""The mirror beside a witness: it copies what reached its quorum, then cosigns it with keys of its own.

Its cosignature says more than a witness's: everything below this size is held here, durably. So it has
another name and other keys, and never signs what it has not synced.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ledger.client.client import LedgerClient
from ledger.compose.event import Randomness
from ledger.errors import BusyError, StoppedError
from ledger.failpoints import reach
from ledger.tiles.files import replace
from ledger.witness.follow import Follower
from ledger.witness.history import ledger_lines
from ledger.witness.keys import CosignerKeys, create_cosigner_keys, load_cosigner_keys
from ledger.witness.mirror.confirming import Confirming, ConfirmingKey
from ledger.witness.mirror.copy import LedgerCopy
from ledger.witness.mirror.erasing import erase_copy
from verifier.errors import SuyuanError
from verifier.primitives.checkpoint import parse_signed_checkpoint

PERIOD = 5.0  # seconds between two rounds
_SOON = 1.0  # before the first, and where a confirmation was sent
_SUFFIX = "/mirror"
Report = Callable[[str, "Held"], None]


@dataclass(frozen=True, slots=True)
class Held:
    """What one round came to.

    Attributes:
        size: that is held.
        error: why it is not more.
        waiting: orders to erase that were carried out here, and not confirmed in the log so far.
        refused: why they could not be sent.
    """

    size: int
    error: SuyuanError | None = None
    waiting: int = 0
    refused: SuyuanError | None = None


class LedgerMirror:
    """The mirror of one ledger."""

    def __init__(
        self,
        root: Path,
        follower: Follower,
        client: LedgerClient,
        *,
        keys: CosignerKeys,
        confirming: ConfirmingKey | None = None,
        random: Randomness = secrets.token_bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Mirror the ledger that `follower` follows.

        Args:
            root: the folder of mirrors; a ledger's copy lies below the hash of its name.
            follower: knows the ledger's charter, and never goes back.
            client: reads entries, heads and bodies.
            keys: the mirror's own.
            confirming: with what it says that its copy of what was erased is gone; None to say nothing.
            random: the source of what it says.
            clock: POSIX seconds.
        """
        self._root, self._follower, self._client = root, follower, client
        self._keys, self._clock = keys, clock
        self._confirming_key, self._random = confirming, random
        self._confirming: Confirming | None = None
        self._looked = False  # for orders to erase, since this process began

    @property
    def url(self) -> str:
        """Return the ledger's address."""
        return self._client.url

    @property
    def folder(self) -> Path | None:
        """Return the folder of the copy; None while nobody knows the ledger's name."""
        origin = self._follower.origin
        return copy_of(self._root, origin) if origin else None

    def step(self) -> Held:
        """Copy what is new, and cosign it. What is in its way is told, and tried again.

        Raises:
            StoppedError: the disk cannot be written.
        """
        trusted = self._follower.trusted
        copy = LedgerCopy(copy_of(self._root, trusted.origin), self._client)
        note = self._newest()
        verified = trusted.checkpoint(note)
        held = copy.manifest
        if held and held.size >= verified.checkpoint.size and held.root != verified.checkpoint.root.hex():
            return Held(held.size)
        looked, self._looked = self._looked, False  # whatever fails from here on, the whole copy is looked at again
        if held is None or held.size < verified.checkpoint.size:
            held = copy.advance(verified.checkpoint, note, self._client.charter())
        self._looked = looked and not copy.approved
        if verified.quorum:
            self._erase(copy, held.size)
        self._cosign(copy.root, note)
        refused = self._confirming.say(trusted.origin, held.size) if self._confirming else None
        return Held(held.size, None, self._confirming.waiting if self._confirming else 0, refused)

    def _erase(self, copy: LedgerCopy, size: int) -> None:
        """Take out what orders are about, at the first look or when one may be complete; see what was confirmed."""
        if self._looked:
            if self._confirming:
                self._confirming.take(copy.said)
            return
        erased = erase_copy(copy.root, size, int(self._clock() * 1000))
        reach("mirror-erased")
        if self._confirming_key:
            self._confirming = self._confirming or self._confirm(copy.root, self._confirming_key)
            self._confirming.begin(erased)
        self._looked = True

    def _confirm(self, root: Path, key: ConfirmingKey) -> Confirming:
        _, own = self._keys.signers[0]
        kid = own.public.kid
        return Confirming(root, self._client, key, mirror=kid, random=self._random, clock=self._clock)

    def _newest(self) -> bytes:
        """Return the newest checkpoint that reached its quorum; the newest, where none has."""
        try:
            return self._client.checkpoint(quorum=True)
        except BusyError:
            return self._client.checkpoint()

    def _cosign(self, root: Path, note: bytes) -> None:
        """Write the ledger's lines and the mirror's own under what is held; only a file that is synced is served."""
        own = ledger_lines(note)
        path = root / "cosigned"
        if path.exists() and path.read_bytes().startswith(own):
            return
        checkpoint, _ = parse_signed_checkpoint(own)
        lines = self._keys.cosign(checkpoint, self._keys.note_keys, int(self._clock()))
        reach("mirror-signed")
        replace(path, own + lines)


class Mirrors:
    """All mirrors of one witness, and the thread that does their rounds."""

    def __init__(self, mirrors: Sequence[LedgerMirror]) -> None:
        """Keep these."""
        self._mirrors = tuple(mirrors)

    @property
    def folders(self) -> list[Path]:
        """Return the folders of the copies, as far as their ledgers' names are known."""
        return [each.folder for each in self._mirrors if each.folder]

    def look(self) -> list[tuple[str, Held]]:
        """Do one round; return what it came to for each ledger's address."""
        return [(each.url, _tried(each)) for each in self._mirrors]

    def run(self, done: threading.Event, report: Report, *, period: float = PERIOD) -> None:
        """Do rounds until `done`, `period` seconds apart; sooner where the next growth will hold what was sent."""
        pause = soon = min(_SOON, period)
        while not done.wait(pause):
            rounds = self.look()
            for url, held in rounds:
                report(url, held)
            sent = any(held.waiting and not held.refused for _, held in rounds)
            pause = soon if sent else period


def open_mirror_keys(folder: Path, witness: str, passphrase: bytes, *, post_quantum: bool = True) -> CosignerKeys:
    """Return the mirror's keys below a witness's folder of keys; made where there are none yet.

    Raises:
        KeyFileError: this passphrase does not open them.
    """
    own = folder / "mirror"
    if not own.exists():
        create_cosigner_keys(own, witness + _SUFFIX, passphrase, post_quantum=post_quantum)
        own.chmod(0o700)
    return load_cosigner_keys(own, witness + _SUFFIX, passphrase)


def _tried(mirror: LedgerMirror) -> Held:
    """Do a round of one ledger: whatever is wrong with it or its copy, the others go on."""
    try:
        return mirror.step()
    except SuyuanError as error:
        return Held(0, error)
    except OSError as error:
        todo = "Move the copy away: it is copied again."
        expected = "a copy that can be read"
        return Held(0, StoppedError(str(error.filename), came=error.strerror, expected=expected, todo=todo))


def copy_of(root: Path, origin: str) -> Path:
    """Return the folder of a ledger's copy below a folder of mirrors."""
    return root / sha256(origin.encode()).hexdigest()


def mirrored_size(root: Path, origin: str) -> int | None:
    """Return the size up to which a folder of mirrors holds a ledger, and cosigned it; None where it holds nothing."""
    path = copy_of(root, origin) / "cosigned"
    return parse_signed_checkpoint(path.read_bytes())[0].size if path.exists() else None
