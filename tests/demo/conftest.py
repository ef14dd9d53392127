"""One demonstration that serves, for all tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.demo.running import Demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = Demo(tmp_path_factory.mktemp("demo") / "zone")
    yield running
    running.stop()
