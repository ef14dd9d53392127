"""An audit put down and taken up again: the same report, never backwards, and no root beside one that was audited."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.zone.actors import all_types
from ledger.compose.event import Draft
from tests.reference import MTH
from tests.verifier.proof.audit.forge import Block, Forge, MemorySource, Said, blocks_of, entries_of, flip, source_of
from tests.world import PRODUCT, now
from verifier.errors import MalformedError, MismatchError, UnsupportedError
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent, format_batch_answer
from verifier.primitives.cbor import format_cbor, parse_cbor
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import roots_of_consistency
from verifier.proof.audit.fork import fork_evidence, whole_path
from verifier.proof.audit.saved import load_audit, save_audit
from verifier.proof.audit.walk import Audit, audit
from verifier.proof.evidence import confirm_fork, parse_fork_evidence


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


def _interrupted(source, standpoint, stops):
    """Return the report of an audit that is put down behind each of these leaves, and taken up again."""
    walk = Audit(source, standpoint)
    for stop in stops:
        for progress in walk.run():
            if progress.leaves >= stop:
                break
        walk = load_audit(save_audit(walk), source, standpoint)
    for _ in walk.run():
        pass
    return walk.report()


def _sampled(cases, *always):
    """Return cases of which these are tried in every run, and the others in the soak."""
    return [each if each in always else pytest.param(each, marks=pytest.mark.soak) for each in cases]


STOPS = {
    "at once": [1],
    "inside a bundle": [100, 101],
    "behind a bundle": [256, 512],
    "often": [3, 77, 255, 257, 300, 511, 700, 1024],
}


@pytest.mark.parametrize("stops", _sampled(STOPS, "at once", "often"))
def test_an_interrupted_audit_gives_the_same_report(rich, long, stops):
    whole = audit(long, rich.standpoint)
    assert whole.outcome == "verified"
    assert _interrupted(long, rich.standpoint, STOPS[stops]) == whole


ALTERED = {
    "a tile": {"tile/0/001": 77},
    "an entry before": {"tile/entries/000": 9001},
    "an entry after": {"tile/entries/003": 9001},
    "a registry body": {"batches/16": 8000},
    "a body after": {"batches/900": 4000},
    "much": {"tile/0/000": 5, "batches/300": 4000, "batches/700": 4000, "tile/1/000.p/4": 300, "charter": 5000},
}


@pytest.mark.parametrize("case", _sampled(ALTERED, "an entry before", "a body after", "much"))
def test_an_interrupted_audit_of_an_altered_log_finds_the_same(rich, long, case):
    changes = {path: flip(long.files[path], bit) for path, bit in ALTERED[case].items()}
    altered = long.with_files(changes)
    whole = audit(altered, rich.standpoint)
    assert whole.outcome == "altered"
    assert _interrupted(altered, rich.standpoint, STOPS["often"]) == whole


def test_a_lie_behind_the_interruption_is_named_as_well(rich, growing):
    lying = Forge(rich, hides=lambda leaf, *_: leaf == 700).build(growing)
    assert _interrupted(lying, rich.standpoint, [310]) == audit(lying, rich.standpoint)
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
    assert "audit.unchecked.older" in {each.key for each in report.unchecked}
    assert not report.forked


def test_an_older_checkpoint_than_what_was_read_before_an_interruption_is_refused(rich, source, long):
    walk = Audit(long, rich.standpoint)
    for progress in walk.run():
        if progress.leaves > rich.size:
            break
    again = load_audit(save_audit(walk), source, rich.standpoint)
    assert list(again.run()) == []
    assert (again.report().outcome, again.done) == ("incomplete", False)


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


@pytest.mark.parametrize("charter", [True, False])
def test_a_checkpoint_that_the_ledger_did_not_sign_is_no_evidence(rich, source, charter):
    blocks = blocks_of(source)
    other = Forge(rich).build([*blocks[:-1], replace(blocks[-1], time=blocks[-1].time + 1)])
    note = other.files["checkpoint"].decode()
    lines = [line for line in note.split("\n") if not line.startswith(f"\N{EM DASH} {rich.keys.origin} ")]
    other = other.with_files({"checkpoint": "\n".join(lines).encode()})
    if charter:
        other.files["charter"] = source.files["charter"]
    report = audit(other, rich.standpoint, seen=source.files["checkpoint"])
    assert report.outcome == "altered"
    assert not report.forked


def test_a_longer_log_that_does_not_extend_the_audited_one_is_evidence(rich, source, growing):
    other = [*growing[:-4], replace(growing[-4], time=growing[-4].time + 1), *growing[-3:]]
    report = audit(Forge(rich).build(other), rich.standpoint, seen=source.files["checkpoint"])
    assert report.outcome == "altered"
    assert report.forked
    assert {each.code for each in report.findings} == {"inconsistent"}


@pytest.mark.parametrize("behind", [1, 4])
def test_a_fork_gives_a_file_that_convicts_the_ledger(rich, source, growing, behind):
    cut = len(blocks_of(source)) if behind == 1 else len(growing)
    other = [*growing[: cut - behind], replace(growing[cut - behind], time=growing[cut - behind].time + 1)]
    forked = Forge(rich).build([*other, *growing[cut - behind + 1 : cut]])
    forked.files["charter"] = source.files["charter"]
    report = audit(forked, rich.standpoint, seen=source.files["checkpoint"])
    fork = confirm_fork(parse_fork_evidence(fork_evidence(report, forked, rich.standpoint)), rich.standpoint)
    assert fork.sizes == (rich.size, len(entries_of(forked)))
    assert fork.roots[0] == parse_signed_checkpoint(source.files["checkpoint"])[0].root
    honest = audit(source, rich.standpoint, seen=source.files["checkpoint"])
    assert fork_evidence(honest, source, rich.standpoint) is None


@given(st.integers(2, 700), st.data())
def test_a_path_leads_to_both_roots(newer, data):
    size = data.draw(st.integers(1, newer - 1))
    leaves = [number.to_bytes(2, "big") for number in range(newer)]
    path = whole_path(size, newer, lambda low, high: MTH(leaves[low:high]))
    assert roots_of_consistency(size=size, newer_size=newer, path=path) == (MTH(leaves[:size]), MTH(leaves))


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
