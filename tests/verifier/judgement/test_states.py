"""Rule 8 of section 13: `state` is the history root of the first entries that stand before the event's leaf."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import bare
from verifier.errors import MismatchError, NotPermittedError
from verifier.judgement.states import KeptNumbers, StatedRoots, check_state
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


def root_of_first(count, leaf, history, entries):
    return StatedRoots().root_of_first(SET, count, leaf, history=history, entries=entries, settled=history[0])


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
    assert read.count <= 3


LONG = [HistoryEntry(number.to_bytes(32, "big"), number, 0) for number in range(2100)]


@pytest.mark.parametrize("count", [1, 255, 256, 257, 511, 512, 513, 1023, 1024, 1500, 2047, 2048, 2049, 2100])
def test_subtrees_that_are_kept_give_the_same_roots(count):
    roots, expected = StatedRoots(), history_root(LONG[:count])
    for total in (2100, 2048, 2100):
        if count <= total:
            found = roots.root_of_first(
                SET, count, 9999, history=grown(LONG[:total]), entries=Read(LONG[:total]), settled=total
            )
            assert found == expected


def test_whoever_states_old_counts_again_does_not_have_the_history_read_again():
    roots, history = StatedRoots(), grown(LONG)
    first, again = Read(LONG), Read(LONG)
    for read in (first, again):
        assert roots.root_of_first(SET, 2047, 9999, history=history, entries=read, settled=2100)
    assert first.count > 2000
    assert again.count <= 256


def test_what_may_be_taken_back_is_not_kept():
    roots = StatedRoots()
    other = [*LONG[:300], *(HistoryEntry(b"o" * 32, 400 + number, 0) for number in range(800))]
    for entries in (LONG[:1100], other):
        found = roots.root_of_first(SET, 1000, 9999, history=grown(entries), entries=Read(entries), settled=300)
        assert found == history_root(entries[:1000])


def test_histories_do_not_share_subtrees():
    roots = StatedRoots()
    for pair, entries in ((SET, LONG[:600]), (("member", b"t" * 32), LONG[600:1200])):
        history, read = grown(entries), Read(entries)
        found = roots.root_of_first(pair, 511, 9999, history=history, entries=read, settled=600)
        assert found == history_root(entries[:511])


def test_numbers_of_a_chain_are_walked_once():
    kept, walked = KeptNumbers(2), []

    def backwards(end):
        for number in range(end - 1, -1, -1):
            walked.append(number)
            yield number

    for end in (50, 50, 53):
        assert list(kept.numbers(SET, backwards(end))) == list(range(end))
    assert len(walked) == 50 + 1 + 4


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
