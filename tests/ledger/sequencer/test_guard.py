"""The guard: what it has written it knows again, what it cannot read it does not take for nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from hashlib import sha256

import pytest

from ledger.errors import StoppedError
from ledger.sequencer.guard_file import FileGuard
from ledger.tiles.folder import TileFolder

SLOT = 256


def root(size: int) -> bytes:
    return sha256(size.to_bytes(8, "big")).digest()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "guards" / "guard"


def newest(path):
    with closing(FileGuard(path)) as guard:
        return guard.newest


def write(path, *sizes):
    with closing(FileGuard(path)) as guard:
        for size in sizes:
            guard.record(size, root(size))


@pytest.mark.parametrize("sizes", [(1,), (1, 4), (1, 4, 9), (1, 4, 9, 10)])
def test_what_was_recorded_last_is_known_after_a_restart(path, sizes):
    write(path, *sizes)
    assert newest(path) == (sizes[-1], root(sizes[-1]))
    write(path, 50)
    assert newest(path) == (50, root(50))


def test_file_is_its_owner_s_alone(path):
    write(path, 1)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("size", "other"), [(3, False), (4, True), (0, False)])
def test_another_root_for_a_size_and_a_smaller_size_are_refused_and_change_nothing(path, size, other):
    write(path, 1, 4)
    before = path.read_bytes()
    with closing(FileGuard(path)) as guard, pytest.raises(StoppedError, match="an extension of size 4"):
        guard.record(size, root(99) if other else root(size))
    assert path.read_bytes() == before


def test_same_size_and_root_may_be_recorded_again(path):
    write(path, 4, 4)
    assert newest(path) == (4, root(4))


@pytest.mark.parametrize("length", [0, 1, SLOT - 1, SLOT, 2 * SLOT, 5 * SLOT])
def test_file_of_nothing_or_zeros_is_a_new_guard(path, length):
    path.parent.mkdir()
    path.write_bytes(bytes(length))
    assert newest(path) is None
    write(path, 7)
    assert newest(path) == (7, root(7))


@pytest.mark.parametrize("kept", [0, 1, 40, 100, SLOT - 1])
@pytest.mark.parametrize("sizes", [(1, 4), (1, 4, 9)])
def test_write_that_was_torn_leaves_the_one_before(path, sizes, kept):
    """The slot that was being written has new bytes in front, and zeros or what it held before behind."""
    write(path, *sizes[:-1])
    before = path.read_bytes().ljust(2 * SLOT, b"\0")
    write(path, sizes[-1])
    after = path.read_bytes().ljust(2 * SLOT, b"\0")
    at = 0 if before[:SLOT] != after[:SLOT] else SLOT
    assert before[SLOT - at :][:SLOT] == after[SLOT - at :][:SLOT], "one slot is written at a time"
    path.write_bytes(after[: at + kept] + before[at + kept :])
    torn = path.read_bytes() != after
    assert newest(path) == (sizes[-2 if torn else -1], root(sizes[-2 if torn else -1]))


@pytest.mark.parametrize("place", range(0, 2 * SLOT, 37))
def test_flipped_bit_never_gives_what_was_not_recorded(path, place):
    write(path, 1, 4)
    bent = bytearray(path.read_bytes().ljust(2 * SLOT, b"\0"))
    bent[place] ^= 1
    path.write_bytes(bent)
    assert newest(path) in {(4, root(4)), (1, root(1))}


def _both_slots(content: bytes) -> bytes:
    return content.ljust(SLOT, b"\0") * 2


DAMAGED = {
    "noise": _both_slots(os.urandom(SLOT)),
    "one slot of noise": b"\x07".ljust(SLOT, b"\0"),
    "second slot of noise": bytes(SLOT) + b"\x07",
    "another file": b"# Operations\n\nHow to run a ledger.\n",
    "wrong digest": _both_slots(f"suyuan guard v1 4 {root(4).hex()} {'0' * 64}\n".encode()),
    "cut short": f"suyuan guard v1 4 {root(4).hex()}".encode(),
    "ones": b"\xff" * 2 * SLOT,
}


def _signed(text: str) -> bytes:
    return _both_slots(f"{text} {sha256(text.encode()).hexdigest()}\n".encode())


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_guard_is_not_taken_for_a_new_one(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoppedError, match="damaged guard") as refused:
        FileGuard(path)
    assert refused.value.todo
    assert path.read_bytes() == content
    path.write_bytes(b"")
    assert newest(path) is None, "who was refused has let go of it"


@pytest.mark.parametrize(
    "text", [f"suyuan guard v2 4 {root(4).hex()}", f"suyuan guard v1 -4 {root(4).hex()}", "suyuan guard v1 4 00"]
)
def test_guard_of_another_version_or_shape_is_not_read(path, text):
    path.parent.mkdir()
    path.write_bytes(_signed(text))
    with pytest.raises(StoppedError, match="damaged guard"):
        FileGuard(path)


def test_second_process_is_refused_whatever_database_it_brings(path):
    write(path, 4)
    second = (
        f"from pathlib import Path; from ledger.sequencer.guard_file import FileGuard; FileGuard(Path({str(path)!r}))"
    )
    with closing(FileGuard(path)):
        ran = subprocess.run([sys.executable, "-c", second], capture_output=True, text=True, check=False)
        assert ran.returncode
        assert "another process that has it" in ran.stderr
    assert subprocess.run([sys.executable, "-c", second], check=False).returncode == 0


def test_guard_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoppedError, match="a guard that can be written"):
        FileGuard(tmp_path / "file" / "guard")


def test_ledger_with_a_damaged_guard_does_not_start(small):
    small.move(1)
    small.close()
    guard = small.folder / "guard"
    content = guard.read_bytes()
    guard.write_bytes(bytes(each ^ 0x20 if each else 0 for each in content))
    published = TileFolder(small.folder / "tiles").checkpoint()
    with pytest.raises(StoppedError, match="damaged guard"):
        small.open()
    assert TileFolder(small.folder / "tiles").checkpoint() == published
    guard.write_bytes(content)
    small.open()
    assert small.move(2)


def test_guard_that_a_crash_left_behind_is_moved_on_at_the_next_start(small):
    small.move(1)
    small.close()
    behind = (small.folder / "guard").read_bytes()
    small.open()
    small.move(2)
    size = small.size
    small.close()
    (small.folder / "guard").write_bytes(behind)
    small.open()
    small.close()
    assert newest(small.folder / "guard")[0] == size


def test_database_older_than_its_guard_does_not_start_and_is_told_by_how_much(closed, founded, tmp_path):
    """A backup was restored; the guard lies elsewhere and stayed."""
    older = founded.copy(tmp_path / "older")
    closed.open()
    before = closed.size
    closed.move(1)
    size = closed.size
    closed.close()
    (older.folder / "guard").write_bytes((closed.folder / "guard").read_bytes())
    with pytest.raises(StoppedError, match=f"size {size}, expected at most {before}"):
        older.open()
    assert not older.ledger


def test_database_of_another_root_than_its_guard_does_not_start(closed, founded, tmp_path):
    """Two copies went on from one ledger: the second would sign another root for a size that was signed."""
    other = founded.copy(tmp_path / "other")
    for each, unit in ((closed, 1), (other, 2)):
        each.open()
        each.move(unit)
        each.close()
    (other.folder / "guard").write_bytes((closed.folder / "guard").read_bytes())
    with pytest.raises(StoppedError, match="the database's root at"):
        other.open()


def test_closing_twice_closes_no_file_of_somebody_else(tmp_path):
    guard = FileGuard(tmp_path / "guard")
    guard.close()
    with (tmp_path / "another").open("wb") as another:
        guard.close()
        another.write(b"goes on")
    assert (tmp_path / "another").read_bytes() == b"goes on"
