"""Status, search, event and statement pages in Debian's Chromium, from a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.api.conftest import Server, World, settings_for, tell

PICTURES = Path("build/screenshots")
WIDTHS, SCHEMES, LANGUAGES = (360, 1280), ("light", "dark"), ("zh", "en")


def cosign(world: World) -> None:
    """Publish the newest checkpoint, and let the witness cosign it."""
    world.ledger.writer.call(world.ledger.writer.sequencer.publish).result()
    world.ledger.cosign(world.cosign())


@pytest.fixture(scope="package")
def witnessed(tmp_path_factory) -> Iterator[World]:
    """A ledger with a story, whose newest checkpoint its one witness cosigned."""
    made = World(tmp_path_factory.mktemp("status") / "zone", quorum=1)
    tell(made)
    made.zone.adopt_policy("customs", ["filing.batch"], {"role": "customs"}, "示范规定", "A policy of that name")
    cosign(made)
    yield made
    made.close()


@pytest.fixture(scope="package")
def served(witnessed: World) -> Iterator[Server]:
    running = Server(witnessed.ledger, settings_for(witnessed.folder))
    yield running
    running.stop()


@pytest.fixture
def visitor(browser: Browser, served: Server) -> Iterator[Callable[..., Page]]:
    """Open a window of one's own, whose storage is empty."""
    opened = []

    def open_page(**options: Any) -> Page:
        wanted = {"viewport": {"width": 360, "height": 740}, "service_workers": "block"} | options
        opened.append(browser.new_context(base_url=served.base, **wanted))
        page = opened[-1].new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        return page

    yield open_page
    for each in opened:
        each.close()
