"""The consumer's page in Debian's Chromium, from a real server before a ledger that was told a parcel's life."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from ledger.backup import back_up
from ledger.opening import open_ledger
from tests.api.conftest import Server, settings_for
from tests.web.page.scene import PASSPHRASE, Scene

PICTURES = Path("build/screenshots")


@pytest.fixture(scope="package")
def scene(tmp_path_factory) -> Iterator[Scene]:
    told = Scene(tmp_path_factory.mktemp("page") / "zone")
    yield told
    told.ledger.close()


@dataclass(frozen=True, slots=True)
class Histories:
    """Traces of the item out of two histories of one length, each cosigned, and the false one's folder and guard."""

    true: bytes
    false: bytes
    folder: Path
    guard: Path


@pytest.fixture(scope="package")
def histories(scene: Scene, tmp_path_factory) -> Histories:
    other = tmp_path_factory.mktemp("fork") / "zone"
    guard = other.with_suffix(".guard")
    shutil.copyfile(scene.folder.with_suffix(".guard"), guard)
    back_up(scene.folder, other, keys=True)
    truth, scene.ledger = scene.ledger, open_ledger(other, PASSPHRASE, guard=guard)
    try:
        false = _told(scene, "A")
    finally:
        scene.ledger.close()
        scene.ledger = truth
    return Histories(_told(scene, "B"), false, other, guard)


def _told(scene: Scene, serial: str) -> bytes:
    scene.observe(serial)
    scene.cosign()
    return scene.ledger.prover.trace(scene.parcel.item).data


@pytest.fixture
def elsewhere(scene: Scene, histories: Histories) -> Iterator[Server]:
    """The service of the false history, which is longer than the true one by now."""
    truth, scene.ledger = scene.ledger, open_ledger(histories.folder, PASSPHRASE, guard=histories.guard)
    try:
        longer = truth.head.edge.size + 8
        while scene.ledger.head.edge.size <= longer:
            scene.observe(f"D{scene.ledger.head.edge.size}")
        scene.cosign()
        running = Server(scene.ledger, settings_for(histories.folder))
        yield running
        running.stop()
        scene.ledger.close()
    finally:
        scene.ledger = truth


@pytest.fixture(scope="package")
def server(scene: Scene) -> Iterator[Server]:
    running = Server(scene.ledger, settings_for(scene.folder))
    yield running
    running.stop()


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open a browser window of one's own: 360 px wide, unless other options are given."""
    opened = []

    def open_page(**options: Any) -> Page:
        wanted = {"viewport": {"width": 360, "height": 740}, "service_workers": "block", "base_url": server.base}
        context = browser.new_context(**(wanted | options))
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        return page

    yield open_page
    for each in opened:
        each.close()


@pytest.fixture
def visit(phone) -> Callable[..., Page]:
    """Open a page at an address and wait until it has come to a verdict; `lie` is sent in the place of the proof."""

    def go(path: str, lang: str = "en", *, lie: bytes | None = None, page: Page | None = None, **options: Any) -> Page:
        page = page or phone(**options)
        if lie is not None:
            page.route("**/*format=proof*", lambda route: route.fulfill(body=lie))
        page.goto(f"{path}?lang={lang}")
        page.wait_for_selector("#verdict")
        return page

    return go
