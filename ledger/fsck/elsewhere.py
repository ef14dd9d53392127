"""Where the files to check are: in the ledger's folder, in another one, or fetched from object storage first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger.fsck.engines import open_rows
from ledger.fsck.rows import UnreadableError, text_of
from ledger.objects.address import is_object_address, parse_address


@contextmanager
def files_at_hand(database: Path, usual: Path) -> Iterator[Path]:
    """Yield a folder with a ledger's tiles and published checkpoint, as they lie where its database says.

    What lies in object storage is fetched whole, into a folder that is gone afterwards: nothing there is changed.

    Raises:
        SetupError: there is no database.
        UnreachableError: storage does not answer.
    """
    where = _named(database)
    if where is None or not is_object_address(where):
        yield Path(where) if where else usual
        return
    with TemporaryDirectory(prefix="suyuan-fsck-") as folder:
        _fetch(where, Path(folder))
        yield Path(folder)


def _named(database: Path) -> str | None:
    try:
        with open_rows(database) as rows:
            found = [text_of(value) for _, value in rows.where("meta", "name", "tiles")]
    except UnreadableError:
        return None  # the check names what is wrong
    return found[0] if found else None


def _fetch(where: str, folder: Path) -> None:
    from ledger.objects.bucket import Bucket  # noqa: PLC0415 - an extra that a folder does not need

    bucket = Bucket(parse_address(where))
    for key in ("checkpoint", *bucket.keys("tile")):
        if held := bucket.read(key):
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(held.content)
