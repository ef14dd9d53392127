"""Second claims, releases of what is held, and states that are not so: refused at admission, found by whoever looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.conftest import reborn, smuggle
from tests.attacks.ruled import ENTRY, INVOICE, MONTH, OTHER, SECOND, Ruled, files, register
from tests.attacks.watching import watched
from verifier.errors import MismatchError, NotPermittedError
from verifier.ledgerformat.head import State, parse_head
from verifier.ledgerformat.index import HistoryEntry, history_root
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.vocabulary import parse_type
from verifier.proof.evidence_kinds import confirm_evidence


@pytest.fixture(scope="module")
def registered(template, tmp_path_factory):
    made = reborn(template, tmp_path_factory.mktemp("ruled") / "ledger")
    register(made)
    made.cosign()  # nothing waits for a quorum in copies that are made later
    made.ledger.close()
    return made


@pytest.fixture
def ruled(registered, tmp_path):
    world = reborn(registered, tmp_path / "ledger")
    yield Ruled(world)
    world.ledger.close()


def refused(answer, field, error=NotPermittedError):
    with pytest.raises(error) as refusal:
        answer.result(timeout=30) if hasattr(answer, "result") else answer()
    assert refusal.value.field.endswith(field)
    return refusal.value


class TestClaims:
    def test_a_second_claim_is_refused_and_told_of_the_first(self, ruled):
        leaf = ruled.tell("test.claimed", INVOICE)
        second = ruled.signed(ruled.event("test.claimed", INVOICE))
        error = refused(ruled.world.ledger.submit(second), "order.claimed-twice")
        assert f"leaf {leaf}" in error.todo

    def test_in_the_same_batch(self, ruled):
        batch = ruled.signed(ruled.event("test.claimed", INVOICE), ruled.event("test.claimed", INVOICE))
        assert refused(ruled.world.ledger.submit(batch), "order.claimed-twice").field.startswith("events[1]")
        assert ruled.tell("test.claimed", INVOICE), "a refused batch claims nothing"

    def test_in_the_same_block(self, ruled):
        batches = [ruled.signed(ruled.event("test.claimed", INVOICE)) for _ in range(2)]
        first, second = ruled.together(*batches)
        assert first.result(timeout=30)
        refused(second, "order.claimed-twice")

    def test_behind_one_that_was_refused_in_the_same_block(self, ruled):
        both = ruled.signed(ruled.event("test.claimed", INVOICE), ruled.event("test.lifted", ENTRY))
        first, second = ruled.together(both, ruled.signed(ruled.event("test.claimed", INVOICE)))
        refused(first, "order.not-held")
        assert second.result(timeout=30)

    def test_after_a_restart(self, ruled):
        ruled.tell("test.claimed", INVOICE)
        ruled.world.reopen()
        refused(ruled.world.ledger.submit(ruled.signed(ruled.event("test.claimed", INVOICE))), "order.claimed-twice")


class TestTheLatest:
    def test_what_is_held_is_released_once_it_is_lifted(self, ruled):
        release = lambda: ruled.tell("test.released", ENTRY)  # noqa: E731 - said again and again
        assert release()
        ruled.tell("test.held", ENTRY)
        refused(release, "order.held")
        ruled.tell("test.lifted", ENTRY)
        assert release()
        ruled.tell("test.held", ENTRY)
        refused(release, "order.held")
        refused(lambda: ruled.tell("test.released", OTHER, ENTRY), "order.held")
        assert ruled.tell("test.released", OTHER)

    def test_within_one_batch_what_stands_before_counts(self, ruled):
        held, lifted, released = (ruled.event(f"test.{word}", ENTRY) for word in ("held", "lifted", "released"))
        assert ruled.say(held, lifted, released)
        batch = ruled.signed(*(ruled.event(f"test.{word}", ENTRY) for word in ("held", "released")))
        refused(ruled.world.ledger.submit(batch), "order.held")

    def test_nothing_is_lifted_that_is_not_held(self, ruled):
        refused(lambda: ruled.tell("test.lifted", ENTRY), "order.not-held")
        ruled.tell("test.held", OTHER)
        refused(lambda: ruled.tell("test.lifted", ENTRY, OTHER), "order.not-held")
        ruled.tell("test.held", ENTRY)
        assert ruled.tell("test.lifted", ENTRY, OTHER)
        refused(lambda: ruled.tell("test.lifted", ENTRY), "order.not-held")

    def test_in_one_block_each_sees_those_before(self, ruled):
        words = ("held", "released", "lifted", "released")
        said = ruled.together(*(ruled.signed(ruled.event(f"test.{word}", ENTRY)) for word in words))
        assert said[0].result(timeout=30)
        refused(said[1], "order.held")
        assert said[2].result(timeout=30)
        assert said[3].result(timeout=30)


class TestStates:
    def test_the_right_root_is_let_in_at_the_end_and_a_little_behind(self, ruled):
        for _ in range(9):
            ruled.tell("test.listed", MONTH)
        assert ruled.say(ruled.sum(back=4))
        assert ruled.say(ruled.sum(back=1))
        assert ruled.say(ruled.sum())

    def test_a_wrong_one_is_refused(self, ruled):
        ruled.tell("test.listed", MONTH)
        ruled.tell("test.listed", MONTH, SECOND)
        for changes, error in (
            ({"root": bytes(32)}, MismatchError),
            ({"count": 1}, MismatchError),
            ({"count": 3}, MismatchError),
            ({"count": 2**64 - 1}, MismatchError),
            ({"count": 0}, NotPermittedError),
            ({"name": subject_name(SECOND)}, NotPermittedError),
            ({"kind": "list"}, NotPermittedError),
        ):
            refused(lambda changes=changes: ruled.say(ruled.sum(**changes)), "head.state", error)
        refused(lambda: ruled.say(ruled.sum(joins=(SECOND,))), "head.state")

    def test_what_stands_in_the_same_batch_does_not_stand_before(self, ruled):
        ruled.tell("test.listed", MONTH)
        leaf, pair = ruled.world.ledger.head.edge.size, ("member", subject_name(MONTH))
        listed = ruled.event("test.listed", MONTH)
        both = [*ruled.entries(pair), HistoryEntry(listed.name, leaf, 0)]
        early = ruled.event("test.summed", MONTH, state=State(*pair, 2, history_root(both)))
        refused(lambda: ruled.say(listed, early), "head.state", MismatchError)
        assert ruled.say(listed, ruled.sum())

    def test_what_stands_in_the_same_block_at_an_earlier_leaf_does(self, ruled):
        for _ in range(3):
            ruled.tell("test.listed", MONTH)
        leaf, pair = ruled.world.ledger.head.edge.size, ("member", subject_name(MONTH))
        listed = ruled.event("test.listed", MONTH)
        grown = [*ruled.entries(pair), HistoryEntry(listed.name, leaf, 0)]
        whole = ruled.event("test.summed", MONTH, state=State(*pair, 4, history_root(grown)))
        behind = ruled.sum(back=1)
        answers = ruled.together(ruled.signed(listed), ruled.signed(behind), ruled.signed(whole))
        assert [each.result(timeout=30) for each in answers] == [leaf, leaf + 1, leaf + 2]

    def test_each_counts_more_than_the_one_before(self, ruled):
        for _ in range(4):
            ruled.tell("test.listed", MONTH)
        assert ruled.say(ruled.sum(back=1))
        for back in (2, 3):
            refused(lambda back=back: ruled.say(ruled.sum(back=back)), "order.not-later")
        same, twice = ruled.sum(back=1), ruled.sum(back=1)
        assert parse_head(same.head).state.count == 4
        first, second = ruled.together(ruled.signed(same), ruled.signed(twice))
        assert first.result(timeout=30)
        refused(second, "order.not-later")
        batch = ruled.signed(ruled.sum(), ruled.sum())
        refused(ruled.world.ledger.submit(batch), "order.not-later")

    def test_a_type_says_whether_there_is_one(self, ruled):
        kind = parse_type(files()["test.listed"].encode())
        assert not kind.head
        with pytest.raises(MismatchError, match=r"head\.state"):
            ruled.event("test.summed", MONTH)


def test_what_was_admitted_is_clean_to_an_auditor_and_a_replaying_witness(ruled, tmp_path):
    with watched(ruled.world, tmp_path / "witness") as watching:
        for _ in range(5):
            ruled.tell("test.listed", MONTH)
        for batch in (
            [ruled.event("test.claimed", INVOICE)],
            [ruled.event(f"test.{word}", ENTRY) for word in ("held", "lifted", "released")],
            [ruled.sum(back=2)],
            [ruled.event("test.listed", MONTH), ruled.sum(), ruled.event("test.listed", MONTH)],
        ):
            ruled.say(*batch)
        watching.look()
        assert watching.cosigned == ruled.world.ledger.head.edge.size
        ruled.tell("test.held", ENTRY)
        ruled.tell("test.lifted", ENTRY)
        ruled.say(ruled.sum(back=1))
        watching.look()
        assert watching.cosigned == ruled.world.ledger.head.edge.size
        assert ruled.audited(tmp_path / "export").outcome == "verified"


def test_a_witness_adds_what_is_new_to_a_long_history(ruled, monkeypatch, tmp_path):
    """It keeps a digest of what it read, and must not miss the first event after it."""
    with watched(ruled.world, tmp_path / "witness") as watching:
        words = ("held", "lifted")
        ruled.say(*(ruled.event(f"test.{words[number % 2]}", ENTRY) for number in range(80)))
        ruled.tell("test.released", ENTRY)
        watching.look()
        ruled.tell("test.held", ENTRY)
        world = ruled.world
        leaf = smuggle(world, world.cast[ruled.who], [ruled.event("test.released", ENTRY)], monkeypatch)
        watching.caught("inadmissible statement", leaf=leaf, event=0)


def test_a_ledger_adds_what_is_new_to_a_long_history(ruled):
    words = ("held", "lifted")
    ruled.say(*(ruled.event(f"test.{words[number % 2]}", ENTRY) for number in range(80)))
    assert ruled.tell("test.released", ENTRY)
    ruled.tell("test.held", ENTRY)
    refused(lambda: ruled.tell("test.released", ENTRY), "order.held")


def second_claim(ruled):
    ruled.tell("test.claimed", INVOICE)
    return [ruled.event("test.claimed", INVOICE)]


def claimed_twice_in_a_batch(ruled):
    return [ruled.event("test.claimed", INVOICE), ruled.event("test.claimed", INVOICE)]


def released_while_held(ruled):
    ruled.tell("test.held", ENTRY)
    return [ruled.event("test.released", ENTRY)]


def lifted_without_need(ruled):
    return [ruled.event("test.lifted", ENTRY)]


def summed_again(ruled):
    ruled.tell("test.listed", MONTH)
    ruled.say(ruled.sum())
    return [ruled.sum(back=1)]


def wrong_root(ruled):
    ruled.tell("test.listed", MONTH)
    return [ruled.sum(root=bytes(32))]


def beyond(ruled):
    ruled.tell("test.listed", MONTH)
    return [ruled.sum(count=2)]


def no_entries(ruled):
    ruled.tell("test.listed", MONTH)
    return [ruled.sum(count=0)]


def of_another_history(ruled):
    ruled.tell("test.listed", MONTH, SECOND)
    return [ruled.sum(joins=(SECOND,))]


@pytest.mark.parametrize(
    ("lie", "field"),
    [
        (second_claim, "order.claimed-twice"),
        (claimed_twice_in_a_batch, "order.claimed-twice"),
        (released_while_held, "order.held"),
        (lifted_without_need, "order.not-held"),
        (summed_again, "order.not-later"),
        (wrong_root, "head.state"),
        (beyond, "head.state"),
        (no_entries, "head.state"),
        (of_another_history, "head.state"),
    ],
)
def test_what_a_lying_ledger_lets_in_is_found_by_auditors_and_convicted(ruled, monkeypatch, tmp_path, lie, field):
    """The auditor holds the whole ledger; whoever gets the witness's file holds nothing else."""
    with watched(ruled.world, tmp_path / "witness") as watching:
        events = lie(ruled)
        watching.look()
        before = watching.cosigned
        assert before
        world = ruled.world
        leaf = smuggle(world, world.cast[ruled.who], events, monkeypatch)
        kept = watching.caught("inadmissible statement", leaf=leaf, event=len(events) - 1)
        fault = ruled.audited(tmp_path / "export").first_fault
    assert (fault.place.leaf, fault.place.position) == (leaf, len(events) - 1)
    assert field in str(fault)
    (file,) = (Path(each) for each in kept if each.endswith(".evidence"))
    facts = confirm_evidence(file.read_bytes(), world.standpoint()).facts
    reason = "state" if field == "head.state" else "order"
    assert (facts["leaf"], facts["position"], facts["reason"]) == (leaf, len(events) - 1, reason)
    assert str(facts["fault"]).startswith(f"{field}: ")
