"""What a drill's ledger must hold: all that was acknowledged, one root per size; counted, so that a report can say."""

from __future__ import annotations

from pathlib import Path

from ledger.opening import open_ledger
from tests.crash.checking import check_all
from tests.crash.journal import read_journal
from tests.crash.served import PASSPHRASE
from tests.drill.report import Report


def check_told(folder: Path, report: Report) -> None:
    """Open the ledger, on a cluster that replicates synchronously, and compare it with what was answered.

    Raises:
        AssertionError: something acknowledged is lost, leaves are missing, or a size has two roots.
    """
    told = read_journal(folder / "journal")
    ledger = open_ledger(folder / "ledger", PASSPHRASE)
    try:
        report.acknowledged = len(told.acknowledged)
        with ledger.store.read() as reader:
            there = {leaf for leaf, _ in told.acknowledged.values() if reader.statement(leaf)}
        report.lost = sum(leaf not in there for leaf, _ in told.acknowledged.values())
        report.events = sum(1 + number % 3 for number in told.acknowledged)
        report.sizes = len(told.roots)
        report.forked = sum(len(roots) > 1 for roots in told.roots.values())
        check_all(ledger, told)
    finally:
        ledger.close()
