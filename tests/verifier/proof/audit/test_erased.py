"""An audit takes a body for erased by an order in force, wherever that stands, and finds every other that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ledger.export.export import export_ledger
from tests.verifier.proof.audit.forge import MemorySource
from tests.verifier.proof.governed import admit, approve, leaf_of, order
from tests.world import World, found_world, tell_parcel
from verifier.ledgerformat.batch_answer import ERASED, MISSING, format_batch_answer, parse_batch_answer
from verifier.proof.audit.saved import load_audit, save_audit
from verifier.proof.audit.walk import Audit, audit


@pytest.fixture(scope="module")
def ordered(tmp_path_factory) -> Iterator[tuple[World, bytes, bytes, MemorySource]]:
    """A ledger with an order in force about the packing, and one that the officer did not approve; and its export."""
    folder = tmp_path_factory.mktemp("erased")
    world = found_world(folder / "ledger")
    tell_parcel(world, until="departing")
    good, bad = (order(world, world.events["packing"]) for _ in range(2))
    approve(world, bad, by_officer=False)
    approve(world, good)
    admit(world, "harbour", ["port"])  # the log goes on after the order
    world.cosign()
    with world.ledger.store.read() as reader:
        export_ledger(reader, folder / "export")
    paths = (path for path in (folder / "export").rglob("*") if path.is_file())
    files = {path.relative_to(folder / "export").as_posix(): path.read_bytes() for path in paths}
    yield world, good.name, bad.name, MemorySource(files)
    world.ledger.close()


def _gone(world: World, source: MemorySource, event: str, **state: object) -> tuple[MemorySource, int]:
    """Return the source with one body in another state, and the leaf where it stands."""
    leaf = leaf_of(world, world.events[event])
    answered = parse_batch_answer(source.files[f"batches/{leaf}"])
    bent = (replace(answered[0], body=None, **state), *answered[1:])
    return MemorySource({**source.files, f"batches/{leaf}": format_batch_answer(bent)}), leaf


def test_a_body_erased_by_an_order_that_stands_later_is_no_fault(ordered):
    world, good, _, source = ordered
    gone, _ = _gone(world, source, "packing", state=ERASED, order=good)
    report = audit(gone, world.standpoint())
    assert (report.outcome, report.findings, report.counts["bodies.erased"]) == ("verified", (), 1)


@pytest.mark.parametrize("by", ["an order that is not complete", "no order", "the order about another event"])
def test_a_body_said_to_be_erased_without_an_order_in_force_about_it_is_found(ordered, by):
    world, good, bad, source = ordered
    event = "order" if by == "the order about another event" else "packing"
    name = {"an order that is not complete": bad, "no order": bytes(32)}.get(by, good)
    gone, leaf = _gone(world, source, event, state=ERASED, order=name)
    report = audit(gone, world.standpoint())
    assert report.outcome == "altered"
    assert [(each.place.leaf, each.field) for each in report.findings] == [(leaf, "body")]


def test_a_permanent_body_is_never_erased(ordered):
    world, good, _, source = ordered
    gone, leaf = _gone(world, source, "product", state=ERASED, order=good)
    assert [each.place.leaf for each in audit(gone, world.standpoint()).findings] == [leaf]


def test_a_body_that_is_missing_is_not_taken_for_erased_though_it_was_ordered_to_be(ordered):
    world, _, _, source = ordered
    gone, _ = _gone(world, source, "packing", state=MISSING)
    assert audit(gone, world.standpoint()).outcome == "incomplete"


@pytest.mark.parametrize("right", [True, False])
def test_an_audit_that_was_put_down_between_body_and_order_remembers_what_it_waits_for(ordered, right):
    world, good, bad, source = ordered
    gone, leaf = _gone(world, source, "packing", state=ERASED, order=good if right else bad)
    first = Audit(gone, world.standpoint())
    for progress in first.run():
        if progress.leaves > leaf + 1:
            break
    again = load_audit(save_audit(first), gone, world.standpoint())
    for _ in again.run():
        pass
    assert (again.report().outcome == "verified") is right
