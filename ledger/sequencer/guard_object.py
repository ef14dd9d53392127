"""The guard as an object: outside the database's failover domain, shared by every candidate for writing.

Each commitment replaces the state that this process wrote last (`If-Match`). Who takes the guard writes its
own mark into it, so that a stalled predecessor's next commitment is refused, whatever its size and root.
"""

from __future__ import annotations

import re
from hashlib import sha256
from secrets import token_hex

from ledger.errors import StoppedError, UnreachableError
from ledger.objects.bucket import Bucket
from ledger.sequencer.guard import Committed, require_extension

KEY, _PROBE = "guard", "guard-conditional-writes"
_TEXT = re.compile(rb"(suyuan guard v1 (0|[1-9][0-9]{0,19}) ([0-9a-f]{64}) [0-9a-f]{32}) ([0-9a-f]{64})\n")
_NOTHING = bytes(32)  # the root that a guard has before the first commitment, with size 0


class ObjectGuard:
    """An object with the newest (size, root) that may have left."""

    def __init__(self, bucket: Bucket, *, holder: str | None = None) -> None:
        """Take the guard, or begin one; who had it before can record nothing more.

        Args:
            bucket: where it lies.
            holder: this process's mark, 32 hex digits; None for a random one.

        Raises:
            SetupError: storage that does not write conditionally, or that we may not write.
            StoppedError: it is damaged, or somebody else takes it now.
        """
        self._bucket = bucket
        self._holder = holder or token_hex(16)
        bucket.require_conditional_writes(_PROBE)
        held = self._ask_for()
        self._newest = parse_guard(held[0], self.name) if held else None
        self._tag = held[1] if held else None
        self._write(self._newest)

    def _ask_for(self) -> tuple[bytes, str] | None:
        try:
            held = self._bucket.read(KEY)
        except UnreachableError as error:
            raise StoppedError(self.name, came=error.came, expected="a guard that can be read") from error
        return (held.content, held.tag) if held else None

    @property
    def name(self) -> str:
        """Return the object's address."""
        return self._bucket.where(KEY)

    @property
    def newest(self) -> Committed | None:
        """Return the newest (size, root), None for a new guard."""
        return self._newest

    def record(self, size: int, root: bytes) -> None:
        """Write (size, root) over what this process wrote last; only then may a signature over them leave.

        Raises:
            StoppedError: another root for this size or a smaller size, another process has taken the
                guard, or storage does not answer.
        """
        require_extension(self._newest, size, root, self.name)
        self._write((size, root))
        self._newest = (size, root)

    def close(self) -> None:
        """Leave it as it is; whoever comes next takes it."""

    def _write(self, committed: Committed | None) -> None:
        try:
            self._tag = self._bucket.replace(KEY, format_guard(committed, self._holder), self._tag)
        except UnreachableError as error:
            raise StoppedError(self.name, came=error.came, expected="a guard that can be written") from error


def format_guard(committed: Committed | None, holder: str) -> bytes:
    """Return the object's bytes: one line with size, root, who has it, and the SHA-256 of what stands before."""
    size, root = committed or (0, _NOTHING)
    text = f"suyuan guard v1 {size} {root.hex()} {holder}"
    return f"{text} {sha256(text.encode()).hexdigest()}\n".encode()


def parse_guard(content: bytes, where: str) -> Committed | None:
    """Return the (size, root) of a guard, None where nothing was committed to yet.

    Raises:
        StoppedError: it is damaged.
    """
    found = _TEXT.fullmatch(content)
    if not found or sha256(found[1]).hexdigest().encode() != found[4]:
        todo = (
            "Nobody can tell from it what this ledger has signed: see `a lost or damaged guard` in docs/operations.md."
        )
        raise StoppedError(where, came="a damaged guard", expected="a size and a root, whole", todo=todo)
    size, root = int(found[2]), bytes.fromhex(found[3].decode())
    return (size, root) if size else None
