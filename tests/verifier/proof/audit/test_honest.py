"""An honest ledger: nothing is found, and the report says how much was looked at."""

import pytest

from tests.verifier.proof.audit.forge import Forge, MemorySource, blocks_of, entries_of
from verifier.ledgerformat.batch_answer import RESTRICTED, AnsweredEvent, format_batch_answer, parse_batch_answer
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.seal import is_seal
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.note import format_vkey
from verifier.primitives.tlog_policy import parse_tlog_policy
from verifier.proof.audit.source import ClosedError, UnreachableError
from verifier.proof.audit.walk import audit
from verifier.proof.examination import Standpoint


def test_an_honest_log_is_clean_and_everything_in_it_was_looked_at(rich, source):
    report = audit(source, rich.standpoint)
    entries = entries_of(source)
    seals = sum(is_seal(entry) for entry in entries)
    assert (report.outcome, report.exit_code, report.findings) == ("verified", 0, ())
    assert report.leaves == report.size == len(entries) == rich.size > 256
    counts = report.counts
    assert counts["seals"] == counts["indexes"] == seals
    assert counts["envelopes"] == 1
    assert counts["statements"] == counts["batches"] == len(entries) - seals - 1
    assert counts["events"] == counts["bodies"] > counts["batches"]
    assert counts["signatures"] == len(entries) + 2 + 3  # every entry, the ledger's lines, the witnesses'
    assert (counts["tiles"], counts["bundles"]) == (3, 2)
    assert report.cosigned == ("witness0.test", "witness1.test", "witness2.test")


def test_every_file_of_the_export_is_read(rich, source):
    audit(source, rich.standpoint)
    assert set(source.read) == source.files.keys() - {"manifest.json"}


def test_the_forge_makes_the_same_log_from_the_same_blocks(rich, source):
    forged = Forge(rich).build(blocks_of(source))
    assert entries_of(forged) == entries_of(source)
    shared = [path for path in forged.files if path != "checkpoint"]
    assert all(forged.files[path] == source.files[path] for path in shared)
    assert audit(forged, rich.standpoint).outcome == "verified"


def test_a_full_tile_stands_for_a_partial_one_that_was_collected(rich, source):
    entries = entries_of(source)
    cut = next(size for size in range(256, 0, -1) if is_seal(entries[size - 1]))
    shorter = source.with_files({"checkpoint": Forge(rich).sign(entries, cut), "charter": None})
    report = audit(shorter, rich.standpoint)
    assert (report.outcome, report.leaves) == ("verified", cut)


@pytest.mark.parametrize("cosigners", [0, 1])
def test_too_few_cosignatures_are_incomplete(rich, source, cosigners):
    report = audit(Forge(rich, cosigners=cosigners).build(blocks_of(source)), rich.standpoint)
    assert (report.outcome, report.exit_code) == ("incomplete", 3)
    assert [each.place.path for each in report.findings] == ["checkpoint"]


def test_the_auditors_own_policy_must_be_met_as_well(rich, source):
    lines = "".join(f"{line}\n" for line in _policy_lines(rich))
    for quorum, outcome in (("w2", "verified"), ("w3", "incomplete")):
        policy = TrustPolicy(rich.standpoint.policy.charter, policy=parse_tlog_policy(f"{lines}quorum {quorum}\n"))
        cosigned = Forge(rich, cosigners=2).build(blocks_of(source))
        assert audit(cosigned, Standpoint(policy, 0, rich.standpoint.builtin)).outcome == outcome


def _policy_lines(rich):
    yield f"log {format_vkey(rich.keys.note_keys[0])}"
    for number, witness in enumerate(rich.witnesses, 1):
        yield f"witness w{number} {format_vkey(witness.key)}"


def test_restricted_bodies_are_said_to_be_unchecked_and_no_fault(rich, source):
    changes = {}
    for path, data in source.files.items():
        if path.startswith("batches/"):
            changes[path] = format_batch_answer([_restricted(each) for each in parse_batch_answer(data)])
    report = audit(source.with_files(changes), rich.standpoint)
    assert report.outcome == "verified"
    assert report.counts["bodies.restricted"] == 1  # the payment, which joins a case only
    assert "audit.unchecked.bodies" in {each.key for each in report.unchecked}


def _restricted(event: AnsweredEvent) -> AnsweredEvent:
    public = {kind for kind, _ in parse_head(event.head).joins} & {"trace", "recall", "registry"}
    return event if public else AnsweredEvent(event.head, RESTRICTED)


class Closed(MemorySource):
    """A source that does not open some of its paths."""

    closed = ("batches/",)

    def get(self, path: str) -> bytes:
        if path.startswith(self.closed):
            raise ClosedError(path, came="status 403", expected="access")
        return super().get(path)


class Reserved(Closed):
    closed = ("batches/", "tile/entries/")


def test_closed_batches_leave_the_tree_the_seals_and_the_checkpoint(rich, source):
    report = audit(Closed(source.files), rich.standpoint)
    assert (report.outcome, report.exit_code) == ("unreadable", 4)
    assert [(each.place.path, each.code) for each in report.findings] == [("batches/0", "closed")]
    assert report.counts["tiles"] == 3
    assert report.counts["signatures"] == report.counts["seals"] + 2 + 3
    said = {each.key for each in report.unchecked}
    assert {"audit.unchecked.batches", "audit.unchecked.rights", "audit.unchecked.histories"} <= said


def test_closed_entries_leave_the_tiles_and_the_checkpoint(rich, source):
    report = audit(Reserved(source.files), rich.standpoint)
    assert (report.outcome, report.exit_code) == ("unreadable", 4)
    assert [each.place.path for each in report.findings] == ["tile/entries/000"]
    assert report.counts["tiles"] == 3
    assert report.counts["signatures"] == 2 + 3
    assert "audit.unchecked.entries" in {each.key for each in report.unchecked}


@pytest.mark.parametrize("kind", [Closed, Reserved])
def test_a_lie_in_what_is_open_is_found_although_the_rest_is_closed(rich, source, kind):
    tile = bytearray(source.files["tile/0/000"])
    tile[32 * 17] ^= 1
    report = audit(kind({**source.files, "tile/0/000": bytes(tile)}), rich.standpoint)
    assert report.outcome == "altered"
    assert any("tile/0/000" in (each.place.path or "") for each in report.findings if each.weight == "fault")


def test_a_source_that_is_gone_ends_the_audit_without_a_verdict(rich, source):
    class Gone(MemorySource):
        def get(self, path: str) -> bytes:
            if path == "batches/60":
                raise UnreachableError(path, came="nothing", expected="an answer")
            return super().get(path)

    with pytest.raises(UnreachableError):
        audit(Gone(source.files), rich.standpoint)
