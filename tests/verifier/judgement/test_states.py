"""Rule 8 of section 13: `state` is the history root of the first entries that stand before the event's leaf."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import bare
from verifier.errors import MismatchError, NotPermittedError
from verifier.judgement.states import check_state, root_of_first
from verifier.ledgerformat.head import State
from verifier.ledgerformat.history import push
from verifier.ledgerformat.index import HistoryEntry, entry_hash, history_root

SET = ("member", b"s" * 32)
ENTRIES = [HistoryEntry(bytes([number]) * 32, 2 * (number // 3), number % 3) for number in range(70)]


class Read:
    """Entries of a history, and how many of them were asked for."""

    def __init__(self, entries):
        self.entries, self.count = entries, 0

    def __call__(self, first, end):
        self.count += end - first
        return self.entries[first:end]


def grown(entries):
    frontier = b""
    for count, entry in enumerate(entries):
        frontier = push(frontier, count, entry_hash(entry))
    return len(entries), frontier


@given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 60))
def test_the_root_of_the_first_entries_is_that_of_the_definition(total, count, leaf):
    entries = ENTRIES[:total]
    found = root_of_first(count, leaf, grown(entries), Read(entries))
    stand_before = sum(entry.leaf < leaf for entry in entries)
    assert found == (history_root(entries[:count]) if count <= stand_before else None)


@pytest.mark.parametrize("total", [1, 2, 33, 64, 65, 70])
def test_of_the_newest_state_one_entry_is_read(total):
    read = Read(ENTRIES[:total])
    assert root_of_first(total, 100, grown(ENTRIES[:total]), read)
    assert read.count == 1


def test_of_a_state_that_is_a_little_behind_few_entries_are_read():
    read = Read(ENTRIES)
    assert root_of_first(66, 100, grown(ENTRIES), read) == history_root(ENTRIES[:66])
    assert read.count <= 6


def test_a_history_of_which_entries_are_lacking_has_no_root():
    assert root_of_first(5, 100, grown(ENTRIES[:8]), lambda first, end: ENTRIES[first : end - 1]) is None


def stating(**changes):
    state = replace(State(*SET, 2, history_root(ENTRIES[:2])), **changes)
    return bare("a.stating", 10, joins=(SET,), state=state)


def judge(event, entries=ENTRIES[:3]):
    check_state(
        event,
        lambda pair, count, leaf: root_of_first(count, leaf, grown(entries), Read(entries)) if pair == SET else None,
    )


def test_the_right_root_is_let_in():
    judge(stating())
    judge(stating(count=3, root=history_root(ENTRIES[:3])))
    judge(bare("a.silent", 10, joins=(SET,)))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"root": bytes(32)}, MismatchError),
        ({"count": 1}, MismatchError),
        ({"count": 3}, MismatchError),
        ({"count": 4, "root": history_root(ENTRIES[:4])}, MismatchError),
        ({"count": 2**64 - 1}, MismatchError),
        ({"count": 0, "root": bytes(32)}, NotPermittedError),
        ({"name": b"t" * 32}, NotPermittedError),
        ({"kind": "trace"}, NotPermittedError),
    ],
)
def test_another_state_is_refused(changes, error):
    with pytest.raises(error) as refusal:
        judge(stating(**changes))
    assert refusal.value.field == "head.state"


def test_entries_of_the_same_leaf_do_not_stand_before_it():
    same = [*ENTRIES[:2], HistoryEntry(b"n" * 32, 10, 0)]
    event = replace(stating(), head=replace(stating().head, state=State(*SET, 3, history_root(same))))
    with pytest.raises(MismatchError, match=r"head\.state"):
        judge(event, same)
    judge(stating(), same)


def test_hash_envelopes_have_no_state_to_tell():
    note = ("note", SET[1])
    with pytest.raises(NotPermittedError, match=r"head\.state"):
        judge(bare("a.stating", 10, joins=(note,), state=State(*note, 2, history_root(ENTRIES[:2]))))
