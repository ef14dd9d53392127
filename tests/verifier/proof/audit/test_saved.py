"""An audit put down and taken up again: the same report, never backwards, and no root beside one that was audited."""

from dataclasses import replace
from hashlib import sha256

import pytest

from fixtures.zone.actors import all_types
from ledger.compose.event import Draft
from tests.verifier.proof.audit.forge import Block, Forge, MemorySource, Said, blocks_of, entries_of, flip, source_of
from tests.world import PRODUCT, now
from verifier.errors import MalformedError, MismatchError, UnsupportedError
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent, format_batch_answer
from verifier.primitives.cbor import format_cbor, parse_cbor
from verifier.proof.audit.saved import load_audit, save_audit
from verifier.proof.audit.walk import Audit, audit


@pytest.fixture(scope="module")
def growing(rich) -> list[Block]:
    """Blocks that lie across the ends of bundles."""
    seller, types = replace(rich.cast["seller"], _sequence=dict(rich.cast["seller"]._sequence)), all_types()
    blocks = blocks_of(source_of(rich))
    for number in range(3):
        said = []
        for item in range(300):
            subjects = {"item": f"{PRODUCT}/21/E{number}{item:04d}", "product": PRODUCT}
            event = seller.compose(Draft("transport.commissioning", now(), subjects, {"action": "ADD"}), types)
            entry = seller.sign([event], rich.keys.origin).statement
            said.append(Said(entry, format_batch_answer([AnsweredEvent(event.head, SHOWN, event.body)])))
        blocks.append(Block(said, blocks[-1].time + 1000))
    return blocks


@pytest.fixture(scope="module")
def long(rich, growing) -> MemorySource:
    """A log of some bundles."""
    source = Forge(rich).build(growing)
    source.files["charter"] = source_of(rich).files["charter"]
    return source


def _interrupted(source, standpoint, steps: int):
    """Return the report of an audit that is put down and taken up again after each of its first steps."""
    walk = Audit(source, standpoint)
    for _ in range(steps):
        try:
            next(walk.run())
        except StopIteration:
            break
        walk = load_audit(save_audit(walk), source, standpoint)
    for _ in walk.run():
        pass
    return walk.report()


@pytest.mark.parametrize("steps", [1, 2, 4, 9])
def test_an_interrupted_audit_gives_the_same_report(rich, long, steps):
    whole = audit(long, rich.standpoint)
    assert whole.outcome == "verified"
    assert _interrupted(long, rich.standpoint, steps) == whole


ALTERED = {
    "a tile": {"tile/0/001": 77},
    "an entry before": {"tile/entries/000": 9001},
    "an entry after": {"tile/entries/003": 9001},
    "a registry body": {"batches/16": 8000},
    "a body after": {"batches/900": 4000},
    "much": {"tile/0/000": 5, "batches/300": 4000, "batches/700": 4000, "tile/1/000.p/4": 300, "charter": 5000},
}


@pytest.mark.parametrize("case", ALTERED)
def test_an_interrupted_audit_of_an_altered_log_finds_the_same(rich, long, case):
    changes = {path: flip(long.files[path], bit) for path, bit in ALTERED[case].items()}
    altered = long.with_files(changes)
    whole = audit(altered, rich.standpoint)
    assert whole.outcome == "altered"
    assert _interrupted(altered, rich.standpoint, 9) == whole


def test_a_lie_behind_the_interruption_is_named_as_well(rich, growing):
    lying = Forge(rich, hides=lambda leaf, *_: leaf == 700).build(growing)
    assert _interrupted(lying, rich.standpoint, 2) == audit(lying, rich.standpoint)
    assert {each.place.leaf for each in audit(lying, rich.standpoint).findings} >= {700}


def test_an_audit_goes_on_with_what_is_new(rich, source, long):
    walk = Audit(source, rich.standpoint)
    for _ in walk.run():
        pass
    walk.remember(walk.note)
    again = load_audit(save_audit(walk), long, rich.standpoint, go_on=True)
    for _ in again.run():
        pass
    report = again.report()
    assert report.outcome == "verified"
    assert (report.first, report.leaves) == (rich.size, len(entries_of(long)))
    assert ("audit.unchecked.before", rich.size) in {(each.key, each.values.get("leaf")) for each in report.unchecked}
    whole = audit(long, rich.standpoint)
    assert report.counts["events"] == whole.counts["events"]
    assert report.counts["keys"] == whole.counts["keys"]


def test_a_log_that_was_changed_behind_the_audited_end_is_found_going_on(rich, source, growing):
    walk = Audit(source, rich.standpoint)
    for _ in walk.run():
        pass
    walk.remember(walk.note)
    saved = save_audit(walk)
    other = [*growing[:-4], replace(growing[-4], time=growing[-4].time + 1), *growing[-3:]]
    again = load_audit(saved, Forge(rich).build(other), rich.standpoint, go_on=True)
    for _ in again.run():
        pass
    report = again.report()
    assert report.outcome == "altered"
    assert report.forked
    assert report.first_fault.place.leaf == rich.size - 1


def test_without_going_on_the_next_audit_reads_everything_again(rich, long):
    walk = Audit(long, rich.standpoint)
    for _ in walk.run():
        pass
    again = load_audit(save_audit(walk), long, rich.standpoint)
    assert again.tree.size == 0
    assert load_audit(save_audit(walk, whole=False), long, rich.standpoint).tree.size == 0


def test_an_older_checkpoint_than_the_audited_one_is_refused(rich, source, long):
    report = audit(source, rich.standpoint, seen=long.files["checkpoint"])
    assert (report.outcome, report.exit_code) == ("incomplete", 3)
    assert report.leaves == 0
    assert not report.forked


def test_the_same_checkpoint_and_a_longer_one_are_not_refused(rich, source, long):
    seen = source.files["checkpoint"]
    assert audit(source, rich.standpoint, seen=seen).outcome == "verified"
    assert audit(long, rich.standpoint, seen=seen).outcome == "verified"


def test_another_root_for_the_audited_size_is_evidence(rich, source):
    blocks = blocks_of(source)
    other = Forge(rich).build([*blocks[:-1], replace(blocks[-1], time=blocks[-1].time + 1)])
    report = audit(other, rich.standpoint, seen=source.files["checkpoint"])
    assert report.outcome == "altered"
    assert report.forked
    assert (report.seen, report.note) == (source.files["checkpoint"], other.files["checkpoint"])


def test_a_longer_log_that_does_not_extend_the_audited_one_is_evidence(rich, source, growing):
    other = [*growing[:-4], replace(growing[-4], time=growing[-4].time + 1), *growing[-3:]]
    report = audit(Forge(rich).build(other), rich.standpoint, seen=source.files["checkpoint"])
    assert report.outcome == "altered"
    assert report.forked
    assert {each.code for each in report.findings} == {"inconsistent"}


def _saved(rich, source) -> bytes:
    walk = Audit(source, rich.standpoint)
    next(walk.run())
    return save_audit(walk)


def test_a_damaged_state_file_is_refused(rich, source):
    saved = _saved(rich, source)
    for bit in range(0, 8 * len(saved), 8 * len(saved) // 50):
        with pytest.raises(MalformedError, match="state file"):
            load_audit(flip(saved, bit), source, rich.standpoint)
    with pytest.raises(MalformedError):
        load_audit(saved[:-1], source, rich.standpoint)


def test_the_state_of_another_ledger_is_refused(rich, source):
    other = replace(rich.standpoint, policy=replace(rich.standpoint.policy, charter=bytes(32)))
    with pytest.raises(MismatchError, match="state file"):
        load_audit(_saved(rich, source), source, other)


def test_the_state_of_a_later_version_is_unsupported(rich, source):
    word, version, content = parse_cbor(_saved(rich, source)[32:])
    data = format_cbor([word, version + 1, content])
    with pytest.raises(UnsupportedError):
        load_audit(sha256(data).digest() + data, source, rich.standpoint)
