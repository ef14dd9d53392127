"""Debian's Chromium, once a worker: Playwright allows one instance a thread, and a worker runs many folders."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright


@pytest.fixture(scope="session")
def played() -> Iterator[Playwright]:
    with sync_playwright() as playing:
        yield playing


@pytest.fixture(scope="session")
def browser(played: Playwright) -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        pytest.skip(reason="needs the Debian package chromium")
    running = played.chromium.launch(executable_path=found, args=["--no-sandbox"])
    yield running
    running.close()
