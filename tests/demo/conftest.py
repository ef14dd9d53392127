"""One demonstration that serves, for all tests that only look at it, begun where another one was killed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.demo.running import Demo, Killed, kill


@pytest.fixture(scope="package")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """A demonstration that was killed on its way, and what lies in its folder."""
    return kill(Demo(tmp_path_factory.mktemp("demo") / "zone", until="enterprises are admitted"))


@pytest.fixture(scope="package")
def demo(killed: Killed) -> Iterator[Demo]:
    running = Demo(killed.folder)
    yield running
    assert running.stop() == 0
    assert running.children() == []
