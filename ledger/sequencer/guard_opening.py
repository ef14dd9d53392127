"""Where a guard is, by name: a file, or `s3://bucket/prefix`."""

from __future__ import annotations

from pathlib import Path

from ledger.objects.address import is_object_address, parse_address
from ledger.sequencer.guard import Guard
from ledger.sequencer.guard_file import FileGuard


def open_guard(where: str | Path) -> Guard:
    """Take the guard at a path or at `s3://bucket/prefix`, or begin one.

    Raises:
        StoppedError: another process has it (a file), it is damaged, or it cannot be written.
        SetupError: storage that does not write conditionally.
    """
    if is_object_address(str(where)):
        from ledger.objects.bucket import Bucket  # noqa: PLC0415 - an extra that a file does not need
        from ledger.sequencer.guard_object import ObjectGuard  # noqa: PLC0415

        return ObjectGuard(Bucket(parse_address(str(where))))
    return FileGuard(Path(where))


def holds_something(where: str | Path) -> bool | None:
    """Return whether the guard at a place says anything, None where there is none. It is not taken.

    Raises:
        UnreachableError: storage does not answer.
    """
    if is_object_address(str(where)):
        from ledger.objects.bucket import Bucket  # noqa: PLC0415
        from ledger.sequencer.guard_object import KEY, parse_guard  # noqa: PLC0415

        bucket = Bucket(parse_address(str(where)))
        held = bucket.read(KEY)
        return None if held is None else parse_guard(held.content, bucket.where(KEY)) is not None
    if not Path(where).exists():
        return None
    try:
        with Path(where).open("rb") as file:
            return any(file.read(512))
    except OSError:
        return True  # whoever opens it says what is wrong
