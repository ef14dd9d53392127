"""One bit in any file of an export, and every other way to spoil one: found, and named where it is."""

import random
from dataclasses import replace

import pytest

from tests.verifier.proof.audit.forge import MemorySource, flip
from verifier.errors import MalformedError
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.tiles import format_bundle, parse_bundle
from verifier.proof.audit.findings import UNREADABLE
from verifier.proof.audit.manifest import check_manifest, parse_manifest
from verifier.proof.audit.walk import audit

LAST = "tile/entries/001.p/"


def _paths(source: MemorySource, prefix: str) -> list[str]:
    return sorted(path for path in source.files if path.startswith(prefix))


def _requires_found(rich, source: MemorySource, path: str, bit: int) -> None:
    """Require that one flipped bit is the one thing found, and that its place is named."""
    altered = source.with_files({path: flip(source.files[path], bit)})
    if path == "checkpoint" and not _is_checkpoint(altered.files[path]):
        with pytest.raises(MalformedError, match="checkpoint"):
            audit(altered, rich.standpoint)
        return
    report = audit(altered, rich.standpoint)
    assert report.outcome == "altered", (path, bit)
    first = report.first_fault
    leaf = int(path.removeprefix("batches/")) if path.startswith("batches/") else None
    assert first.place.leaf == leaf if leaf is not None else first.place.path == path, (path, bit, str(first))
    if path.startswith("tile/") and "entries" not in path:
        assert first.place.inside == bit // 256
    places = {str(each.place) for each in report.findings}
    cut = len(places) > 1 and "entries" in path  # a flipped length leaves the bundle's end without its entries
    assert places == {str(first.place)} or cut, (path, bit)


def _is_checkpoint(data: bytes) -> bool:
    try:
        parse_signed_checkpoint(data)
    except MalformedError:
        return False
    return True


@pytest.mark.parametrize("prefix", ["tile/0/000", "tile/0/001.p/", "tile/1/000.p/1", "tile/entries/000", LAST])
@pytest.mark.parametrize("seed", range(2))
def test_one_bit_in_a_tile_or_bundle_is_located(rich, source, prefix, seed):
    (path,) = _paths(source, prefix)
    _requires_found(rich, source, path, random.Random(f"{prefix}{seed}").randrange(8 * len(source.files[path])))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("path", ["checkpoint", "charter"])
def test_one_bit_in_checkpoint_or_charter_file_is_located(rich, source, path, seed):
    _requires_found(rich, source, path, random.Random(f"{path}{seed}").randrange(8 * len(source.files[path])))


@pytest.mark.parametrize("seed", range(8))
def test_one_bit_in_a_head_or_body_is_located(rich, source, seed):
    chosen = random.Random(seed)
    path = chosen.choice(_paths(source, "batches/"))
    _requires_found(rich, source, path, chosen.randrange(8 * len(source.files[path])))


@pytest.mark.soak
@pytest.mark.parametrize(("prefix", "step"), [("checkpoint", 1), ("charter", 5), ("tile", 19), ("batches", 41)])
def test_a_bit_of_every_few_bytes_of_every_file_is_located(rich, source, prefix, step):
    chosen = random.Random(prefix)
    for path in _paths(source, prefix):
        for at in range(chosen.randrange(step), len(source.files[path]), step):
            _requires_found(rich, source, path, 8 * at + chosen.randrange(8))


def _bundle(source: MemorySource) -> list[bytes]:
    return parse_bundle(source.files["tile/entries/000"], 256)


def _with_bundle(source: MemorySource, entries: list[bytes]) -> MemorySource:
    return source.with_files({"tile/entries/000": format_bundle(entries)})


def test_a_dropped_entry_is_located(rich, source):
    entries = _bundle(source)
    report = audit(_with_bundle(source, entries[:100] + entries[101:]), rich.standpoint)
    assert report.first_fault.place.leaf == 100
    assert {each.place.leaf for each in report.findings} == {100}


def test_a_duplicated_entry_is_located(rich, source):
    entries = _bundle(source)
    report = audit(_with_bundle(source, entries[:101] + entries[100:]), rich.standpoint)
    assert report.first_fault.place.leaf == 101
    assert report.counts["leaves"] == rich.size  # all entries are there: nothing else is wrong
    assert len(report.findings) == 1


def test_reordered_entries_are_located_and_nothing_else_is_wrong(rich, source):
    entries = _bundle(source)
    entries[100], entries[140] = entries[140], entries[100]
    report = audit(_with_bundle(source, entries), rich.standpoint)
    assert [each.place.leaf for each in report.findings] == [100, 140]


@pytest.mark.parametrize("prefix", ["tile/0/000", "tile/0/001.p/", "tile/1/000.p/1", "tile/entries/000", LAST])
@pytest.mark.parametrize("keep", [0, 0.5, -1])
def test_a_truncated_tile_or_bundle_is_named(rich, source, prefix, keep):
    (path,) = _paths(source, prefix)
    data = source.files[path]
    cut = data[:-1] if keep == -1 else data[: int(len(data) * keep)]
    report = audit(source.with_files({path: cut}), rich.standpoint)
    assert report.outcome == "altered"
    assert report.first_fault.place.path == path


@pytest.mark.parametrize("prefix", ["tile/0/000", "tile/1/000.p/1", "tile/entries/000", LAST, "batches/60"])
def test_a_missing_file_cannot_be_read_and_is_named(rich, source, prefix):
    (path,) = _paths(source, prefix)
    report = audit(source.with_files({path: None}), rich.standpoint)
    assert (report.outcome, report.exit_code) == ("unreadable", 4)
    assert report.first_fault.place.path == path
    assert {each.weight for each in report.findings} == {UNREADABLE}


def test_a_missing_charter_file_is_said_to_be_unchecked(rich, source):
    report = audit(source.with_files({"charter": None}), rich.standpoint)
    assert report.outcome == "verified"
    assert "audit.unchecked.charter-file" in {each.key for each in report.unchecked}


def test_both_an_entry_and_its_tile_altered_alike_depart_from_the_tile_above(rich, source):
    entries = _bundle(source)
    entries[100] = flip(entries[100], 8 * len(entries[100]) - 1)
    tile = bytearray(source.files["tile/0/000"])
    tile[3200:3232] = leaf_hash(entries[100])
    altered = _with_bundle(source, entries).with_files({"tile/0/000": bytes(tile)})
    report = audit(altered, rich.standpoint)
    assert report.outcome == "altered"
    assert {(each.place.path, each.place.leaf) for each in report.findings} >= {("tile/0/000", 0), (None, 100)}


def test_another_ledger_than_the_trusted_one_is_refused_at_once(rich, source):
    other = replace(rich.standpoint, policy=replace(rich.standpoint.policy, charter=bytes(32)))
    report = audit(source, other)
    assert report.outcome == "altered"
    assert [(each.place.leaf, each.code) for each in report.findings] == [(0, "untrusted")]
    assert "leaves" not in report.counts


def test_a_manifest_must_say_what_was_counted(rich, source):
    report = audit(source, rich.standpoint)
    data = source.files["manifest.json"]
    said = {"origin": report.origin, "size": report.size, "root": report.root, "counts": report.counts}
    check_manifest(parse_manifest(data), **said)
    for bit in range(8 * len(data)):
        with pytest.raises(Exception, match="manifest"):
            check_manifest(parse_manifest(flip(data, bit)), **said)


def test_an_audit_stops_when_nobody_would_read_more(rich, source):
    spoilt = {path: flip(data, 8 * len(data) - 1) for path, data in source.files.items() if path.startswith("batches/")}
    report = audit(source.with_files(spoilt), rich.standpoint)
    assert len(report.findings) == 100
    assert "audit.unchecked.rest" in {each.key for each in report.unchecked}
