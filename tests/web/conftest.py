"""A page in Debian's Chromium that has loaded the verifier's modules, from a server that knows nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, Page

from tests.vectors.recipe import ROOT

PROJECT = Path(__file__).parents[2]
TYPES = PROJECT / "verifier/vocabulary/registry"

Judge = Callable[[dict[str, Any]], dict[str, Any]]


class _Modules(SimpleHTTPRequestHandler):
    """Serves the project's folder, says that .js and .mjs are JavaScript, and is silent."""

    extensions_map: ClassVar[dict[str, str]] = {".js": "text/javascript", ".mjs": "text/javascript", "": "text/html"}

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Modules, directory=str(PROJECT)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(f"{address}/LICENSE")
    prepare(opened)
    yield opened
    context.close()


def prepare(page: Page) -> None:
    """Give the page the registry's own types and the recorded traces."""
    types = [path.read_text() for path in sorted(TYPES.glob("*.json"))]
    files = {path.name: path.read_bytes().hex() for path in sorted((ROOT / "files").glob("*.trace"))}
    page.evaluate("async () => { globalThis.verifier = await import('/tests/web/browser.mjs'); }")
    page.evaluate("([types, files]) => verifier.prepare(types, files)", [types, files])


@pytest.fixture
def judged(page: Page) -> Judge:
    return lambda vector: json.loads(page.evaluate("vector => verifier.judge(vector)", vector))
