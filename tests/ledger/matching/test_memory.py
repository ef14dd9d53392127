"""What the matching service remembers, and what it forgets."""

from __future__ import annotations

import os

from ledger.matching.memory import Keeping, Memory

ORIGIN, CUSTOMS = "ledger.test/zone", "urn:suyuan:agency:customs"
WORD = b"a name and a telephone number " * 50


def test_a_batch_that_was_answered_leaves_nothing_of_it_in_the_file(tmp_path):
    """A result that differs discloses what both sides stated: in the ledger it can be erased, here it is gone."""
    path = tmp_path / "match.db"
    memory = Memory(path, origin=ORIGIN, issuer=CUSTOMS)
    numbers = [memory.keep(WORD, [Keeping(bytes([place]) * 32, "urn:suyuan:order:1")]) for place in range(3)]
    assert WORD in b"".join(each.read_bytes() for each in tmp_path.iterdir()), "this test would find it"
    memory.answered(numbers[0])
    memory.answered(numbers[1], "refused")
    memory.withdraw(numbers[2])
    memory.close()
    assert not any(WORD[:30] in each.read_bytes() for each in tmp_path.iterdir())


def test_nobody_else_on_the_machine_reads_what_is_kept(tmp_path):
    before = os.umask(0o022)
    try:
        memory = Memory(tmp_path / "match.db", origin=ORIGIN, issuer=CUSTOMS)
    finally:
        os.umask(before)
    memory.keep(WORD, [Keeping(bytes(32), "urn:suyuan:order:1")])
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
    memory.close()
