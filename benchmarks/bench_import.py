"""Importing: customs messages and EPCIS documents of a trade, through a gateway into a ledger, and its audit."""

from __future__ import annotations

from benchmarks.conftest import FULL
from benchmarks.importing import audit, import_trade, opened_harbour

MANY, FEW = 10_000, 20
STAGES = ("read", "pass", "keep", "send", "redeem", "ledger")


def test_import(benchmark, scale, yardstick, figures, tmp_path):
    parcels = MANY if scale is FULL else FEW
    with opened_harbour(tmp_path / "zone") as harbour:
        took = benchmark.pedantic(import_trade, args=(harbour, parcels))
        exit_code = audit(harbour)
    figures.append(yardstick.per_second("import_messages", took.rate, "messages/s"))
    for stage in STAGES:
        figures.append(yardstick.seconds(f"import_cpu_{stage}", took.cpu[stage] / took.messages))
    assert took.messages > 14 * parcels
    assert not took.left
    assert exit_code == 0
