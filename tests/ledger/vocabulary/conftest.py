"""One real ledger on which every example is told, each once and in the order in which they need each other."""

from __future__ import annotations

import time

import pytest

from fixtures.examples import Teller, draw_cast
from fixtures.zone.founding import LedgerNames, Zone
from ledger.signing.ledger_keys import generate_ledger_keys
from ledger.store.sqlite.connection import create
from tests.ledger.admission.predicting import submit_as_predicted
from tests.world import open_ledger
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.index import HistoryEntry, history_root, index_key

ORIGIN = "examples.test/ledger"
JOINT = {"k": 2, "of": [{"role": "customs"}, {"role": "inspection-quarantine"}]}


def found(folder):
    """Return a zone with every type, agency and enterprise of the examples, and its ledger."""
    folder.mkdir()
    create(folder / "ledger.db")
    keys = generate_ledger_keys(ORIGIN)
    ledger = open_ledger(folder, keys)
    cast = draw_cast()
    agencies = [each for each in cast.values() if each.root]
    zone = Zone(
        LedgerNames.of(keys),
        agencies,
        1,
        [],
        0,
        lambda data: submit_as_predicted(ledger, data) and None,
        lambda: time.time_ns() // 1_000_000,
    )
    zone.found()
    zone.admit_agencies()
    zone.register_types()
    zone.admit_enterprises(cast["customs"], [each for each in cast.values() if not each.root])
    return ledger, Teller(zone, cast, lambda pair: state_of(ledger, pair))


def state_of(ledger, pair):
    """Return count and root of a history as the store has it."""
    with ledger.store.read() as reader:
        events = reader.history(index_key(*pair), reader.counters().size)
        entries = [HistoryEntry(event_name(each.head), each.leaf, each.position) for each in events]
    return len(entries), history_root(entries)


@pytest.fixture(scope="package")
def teller(tmp_path_factory):
    """Who tells examples to the ledger."""
    ledger, made = found(tmp_path_factory.mktemp("examples") / "zone")
    yield made
    ledger.close()
