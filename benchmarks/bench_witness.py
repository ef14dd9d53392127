"""The replaying witness: every block of a large log, on one core."""

from __future__ import annotations

from benchmarks.witness import make_log, replay_log


def test_witness_replay(benchmark, scale, yardstick, figures, tmp_path):
    make_log(tmp_path / "ledger", scale.events, scale.batch)
    took = benchmark.pedantic(replay_log, args=(tmp_path / "ledger", tmp_path / "replay.db"))
    figures.append(yardstick.per_second("witness_replay", took.rate, "events/s"))
    figures.append(yardstick.size("witness_replay_growth", took.growth))
    assert took.events > scale.events, "the founding is replayed as well"
