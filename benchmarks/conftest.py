"""How large the benchmarks are, and where their figures go.

In a test run everything is small and runs once, so that nothing here can rot. `python -m benchmarks` asks for
`--full` sizes, and gives each file a process of its own and a file for its figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from benchmarks.measure import Figure, Yardstick
from ledger.collector import calm_collector


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the benchmarks are.

    Attributes:
        events: taken in, in batches.
        singles: taken in, one to a statement.
        batch: events of a batch.
        keys: of the index before its update, and of the large log.
        changed: keys of the update.
        leaves: of the large log.
        proofs: that are checked.
        rounds: of what is short.
    """

    events: int
    singles: int
    batch: int
    keys: int
    changed: int
    leaves: int
    proofs: int
    rounds: int


SMALL = Scale(events=2_000, singles=100, batch=200, keys=2_000, changed=200, leaves=5_000, proofs=50, rounds=1)
FULL = Scale(
    events=1_000_000,
    singles=100_000,
    batch=1_000,
    keys=1_000_000,
    changed=10_000,
    leaves=1_000_000,
    proofs=20_000,
    rounds=15,
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--full` and `--figures`."""
    parser.addoption("--full", action="store_true", help="the sizes that figures are published for")
    parser.addoption("--figures", type=Path, help="the JSON file to write figures to")


@pytest.fixture(scope="session", autouse=True)
def collector(scale: Scale) -> None:
    """The collector as a server sets it; a process of small benchmarks is that of all tests, and left alone."""
    if scale is FULL:
        calm_collector()


@pytest.fixture(scope="session")
def scale(request: pytest.FixtureRequest) -> Scale:
    """How large the benchmarks are."""
    return FULL if request.config.getoption("--full") else SMALL


@pytest.fixture(scope="session")
def yardstick(scale: Scale) -> Yardstick:
    """One core's Ed25519 verification rate in this run."""
    return Yardstick(2.0 if scale is FULL else 0.02)


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Iterator[list[Figure]]:
    """Figures; written when all are taken."""
    taken: list[Figure] = []
    yield taken
    if file := request.config.getoption("--figures"):
        file.write_text(json.dumps([asdict(each) for each in taken], indent=2) + "\n")
