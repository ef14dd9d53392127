"""Listing the items of a recalled lot of 100,000, and counting where they are."""

from __future__ import annotations

from benchmarks.conftest import FULL
from benchmarks.recall import count_items, list_items, recalled_lot

MANY, FEW = 100_000, 300


def test_recall_reach(benchmark, scale, yardstick, figures, tmp_path):
    with recalled_lot(tmp_path / "zone", MANY if scale is FULL else FEW) as lot:
        listed = benchmark.pedantic(list_items, args=(lot,))
        counted, reach = count_items(lot)
    figures.append(yardstick.seconds("recall_list_100k", listed))
    figures.append(yardstick.seconds("recall_count_100k", counted))
    assert (reach.affected, reach.traced) == (lot.items, lot.sold)
    assert reach.where["delivered"] == (lot.sold + 1) // 2
