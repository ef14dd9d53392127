"""A zone with a story behind a real server, and Debian's Chromium in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.api.conftest import Server, World, settings_for, tell


@pytest.fixture(scope="package")
def world(tmp_path_factory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("delivery") / "zone")
    tell(made)
    yield made
    made.close()


@pytest.fixture(scope="package")
def server(world: World) -> Iterator[Server]:
    running = Server(world.ledger, settings_for(world.folder))
    yield running
    running.stop()


@pytest.fixture
def serve():
    """Start servers with other settings; they stop with the test."""
    running = []

    def start(ledger, folder, **values) -> Server:
        running.append(Server(ledger, settings_for(folder, **values)))
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that nobody used before; a test ends with no error of a script or of a policy."""
    made = browser.new_context(locale="en")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
