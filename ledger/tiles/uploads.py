"""What is on its way to object storage: tiles side by side, then the checkpoint that makes readers look at them.

The writer hands over and goes on: rows are durable in the database before, and a start writes again what
the published checkpoint does not cover. So a slow or dead object store delays publishing, and nothing else;
past `MOST_BYTES` the writer waits (long before, intake has closed for want of a quorum).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Condition, Thread

from ledger.errors import StoppedError, UnreachableError
from ledger.objects.bucket import Bucket
from verifier.errors import SuyuanError

MOST_BYTES = 256 << 20  # of contents that wait
LONGEST_PAUSE = 5.0  # seconds between two rounds of attempts while storage does not answer
_SIDE_BY_SIDE = 8


class Uploads:
    """Writes objects behind the writer's back, in the writer's order."""

    def __init__(
        self, bucket: Bucket, *, checkpoint: str, monotonic: Callable[[], float], most_bytes: int = MOST_BYTES
    ) -> None:
        """Write to a bucket; `checkpoint` is the key of the one object that is replaced."""
        self._bucket = bucket
        self._key = checkpoint
        self._monotonic = monotonic
        self._most_bytes = most_bytes
        self._changed = Condition()
        self._waiting: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._note: bytes | None = None
        self._tag: str | None = None
        self._spare: list[str] = []
        self._since: float | None = None
        self._stopped: SuyuanError | None = None
        self._closing = False
        self._thread: Thread | None = None
        self.published: bytes | None = None

    def resume(self, note: bytes | None, tag: str | None) -> None:
        """Go on from the checkpoint that is there."""
        self.published, self._tag = note, tag

    @property
    def idle(self) -> bool:
        """Return whether no checkpoint is on its way; True too where the next call says why none will arrive."""
        return self._note is None or self._stopped is not None

    @property
    def lag(self) -> float:
        """Return for how many seconds there has been something on its way."""
        since = self._since
        return 0.0 if since is None else max(0.0, self._monotonic() - since)

    @property
    def held(self) -> tuple[int, int, int]:
        """Return how many objects wait, their bytes, and how many bytes may wait before the writer does."""
        return len(self._waiting), self._bytes, self._most_bytes

    def find(self, key: str) -> bytes | None:
        """Return what is on its way under a key."""
        with self._changed:
            return self._waiting.get(key)

    def put(self, key: str, content: bytes) -> None:
        """Hand over an object that never changes.

        Raises:
            StoppedError: other bytes are on their way under this key, or something could never be written.
        """
        with self._changed:
            self._require_running()
            if self._waiting.get(key, content) != content:
                raise StoppedError(self._bucket.where(key), came="other bytes", expected="the same or none")
            self._changed.wait_for(lambda: self._bytes < self._most_bytes or self._stopped or self._closing)
            self._require_running()
            if key not in self._waiting:
                self._waiting[key] = content
                self._bytes += len(content)
            self._wake()

    def publish(self, note: bytes) -> None:
        """Hand over a checkpoint: it follows everything that was handed over before. Raises what `put` does."""
        with self._changed:
            self._require_running()
            self._note = note
            self._wake()

    def remove(self, folders: Sequence[str]) -> None:
        """Have what lies below these folders removed, once everything that was handed over before is there."""
        with self._changed:
            self._spare.extend(folders)
            self._wake()

    def close(self, patience: float) -> None:
        """Wait at most this many seconds for what is on its way, then end."""
        with self._changed:
            self._changed.wait_for(lambda: self._done or self._stopped, timeout=patience if self._thread else 0)
            self._closing = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join(timeout=patience)

    @property
    def _done(self) -> bool:
        return not self._waiting and self._note is None and not self._spare

    def _require_running(self) -> None:
        if self._stopped:
            raise self._stopped
        if self._closing:
            raise StoppedError(self._bucket.name, came="closed", expected="a ledger that writes")

    def _wake(self) -> None:
        if self._since is None:
            self._since = self._monotonic()
        if self._thread is None:
            self._thread = Thread(target=self._run, name="suyuan-uploads", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        pause = self._bucket.pause
        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="suyuan-upload") as pool:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: not self._done or self._closing)
                    if self._closing or self._stopped:
                        return
                    waiting, note, spare = list(self._waiting.items()), self._note, tuple(self._spare)
                try:
                    self._turn(pool, waiting, note, spare)
                    pause = self._bucket.pause
                except UnreachableError:
                    with self._changed:
                        self._changed.wait_for(lambda: self._closing, timeout=pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
                except Exception as error:  # noqa: BLE001 - whatever it was, nothing more is published
                    self._stop(error)
                    return

    def _turn(
        self, pool: ThreadPoolExecutor, waiting: list[tuple[str, bytes]], note: bytes | None, spare: tuple[str, ...]
    ) -> None:
        """Write what waited when the turn began: every tile, then the checkpoint, then away with what is spare."""
        failed: UnreachableError | None = None
        for (key, content), done in zip(waiting, pool.map(self._create, waiting), strict=True):
            if isinstance(done, UnreachableError):
                failed = done
            else:
                with self._changed:
                    del self._waiting[key]
                    self._bytes -= len(content)
                    self._changed.notify_all()
        if failed:
            raise failed
        if note is not None:
            self._tag = self._bucket.replace(self._key, note, self._tag)
            self.published = note
        for folder in spare:
            self._bucket.remove(self._bucket.keys(folder))
        self._settle(note, len(spare))

    def _create(self, item: tuple[str, bytes]) -> UnreachableError | None:
        try:
            self._bucket.create(*item)
        except UnreachableError as error:
            return error
        return None

    def _settle(self, note: bytes | None, spare: int) -> None:
        with self._changed:
            if self._note is note:
                self._note = None
            del self._spare[:spare]
            self._since = None if self._done else self._monotonic()
            self._changed.notify_all()

    def _stop(self, error: Exception) -> None:
        with self._changed:
            if isinstance(error, SuyuanError):
                self._stopped = error
            else:
                came = f"{type(error).__name__}: {error}"
                self._stopped = StoppedError(self._bucket.name, came=came, expected="no fault", todo="Restart.")
            self._changed.notify_all()
