"""The replaying witness: every block of a log, on one core; and how that goes on as the log grows."""

from __future__ import annotations

from benchmarks.witness import make_log, replay_log

EVENTS = 100_000


def test_witness_replay(benchmark, scale, yardstick, figures, tmp_path):
    make_log(tmp_path / "ledger", min(EVENTS, scale.events), scale.batch)
    took = benchmark.pedantic(replay_log, args=(tmp_path / "ledger", tmp_path / "replay.db"))
    figures.append(yardstick.per_second("witness_replay", took.rate, "events/s"))
    assert took.events > min(EVENTS, scale.events), "the founding is replayed as well"


def test_witness_replay_of_a_million(benchmark, scale, yardstick, figures, tmp_path):
    make_log(tmp_path / "ledger", scale.events, scale.batch)
    took = benchmark.pedantic(replay_log, args=(tmp_path / "ledger", tmp_path / "replay.db"))
    figures.append(yardstick.per_second("witness_replay_million", took.rate, "events/s"))
    figures.append(yardstick.size("witness_replay_growth", took.growth))
    assert took.events > scale.events
