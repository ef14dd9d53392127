"""A small zone for each test, copied from one that is founded once."""

from __future__ import annotations

import pytest

from tests.ledger.sequencer.zone import found


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    """A founded zone without witnesses, closed: each checkpoint has its quorum at once."""
    return found(tmp_path_factory.mktemp("founded") / "zone")


@pytest.fixture(scope="session")
def founded_witnessed(tmp_path_factory):
    """A founded zone where two of three witnesses make the quorum, closed."""
    return found(tmp_path_factory.mktemp("founded") / "zone", quorum=2)


@pytest.fixture
def closed(founded, tmp_path):
    """A zone whose ledger is closed."""
    small = founded.copy(tmp_path / "zone")
    yield small
    small.close()


@pytest.fixture
def small(closed):
    """A zone whose ledger runs."""
    closed.open()
    return closed


@pytest.fixture
def witnessed(founded_witnessed, tmp_path):
    """A zone with witnesses, whose ledger runs."""
    small = founded_witnessed.copy(tmp_path / "zone")
    small.open()
    yield small
    small.close()
