"""What the matching service remembers, and what it forgets."""

from __future__ import annotations

from ledger.matching.memory import Keeping, Memory

WORD = b"a name and a telephone number " * 50


def test_a_batch_that_was_answered_leaves_nothing_of_it_in_the_file(tmp_path):
    """A result that differs discloses what both sides stated: in the ledger it can be erased, here it is gone."""
    path = tmp_path / "match.db"
    memory = Memory(path, origin="ledger.test/zone", issuer="urn:suyuan:agency:customs")
    numbers = [memory.keep(WORD, [Keeping(bytes([place]) * 32, "urn:suyuan:order:1")]) for place in range(3)]
    assert WORD in b"".join(each.read_bytes() for each in tmp_path.iterdir()), "this test would find it"
    memory.answered(numbers[0])
    memory.answered(numbers[1], "refused")
    memory.withdraw(numbers[2])
    memory.close()
    assert not any(WORD[:30] in each.read_bytes() for each in tmp_path.iterdir())
