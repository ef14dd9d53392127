"""Verifying a trace: fourteen events in a large log."""

from __future__ import annotations

import pytest

from benchmarks.trace import first_seconds, traced, verify_seconds


@pytest.fixture(scope="module")
def made(scale, tmp_path_factory):
    with traced(tmp_path_factory.mktemp("trace"), size=scale.leaves, keys=scale.keys) as proof:
        yield proof


def test_trace_verify(benchmark, scale, yardstick, figures, made):
    seconds = benchmark.pedantic(verify_seconds, args=(made, scale.rounds))
    figures.append(yardstick.seconds("trace_verify", seconds))
    figures.append(yardstick.size("trace_file", len(made.data)))
    figures.append(yardstick.size("trace_file_without_registry", made.story_size))
    assert made.story_size <= 64_000


def test_trace_verify_first(benchmark, scale, yardstick, figures, made, tmp_path):
    seconds = benchmark.pedantic(first_seconds, args=(made, tmp_path, scale.rounds))
    figures.append(yardstick.seconds("trace_verify_first", seconds))
    assert seconds > 0
