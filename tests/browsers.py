"""Debian's Chromium, once a worker: Playwright allows one instance a thread, and a worker runs many folders."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

PATIENCE = 120_000  # milliseconds; what a page shows is waited for as long on a machine that has much else to do


@pytest.fixture(scope="session")
def played() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE)  # of itself it waits 5 s
    with sync_playwright() as playing:
        yield playing


@pytest.fixture(scope="session")
def browser(played: Playwright) -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        pytest.skip(reason="needs the Debian package chromium")
    running = played.chromium.launch(executable_path=found, args=["--no-sandbox"], timeout=PATIENCE)
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(running, "new_context", partial(_patient_context, running.new_context))
    yield running
    monkeypatch.undo()
    running.close()


def _patient_context(new_context: Callable[..., BrowserContext], **options: Any) -> BrowserContext:
    context = new_context(**options)
    context.set_default_timeout(PATIENCE)
    return context
