"""The page's modules one by one, as they stand, beside a server that does not serve them."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, Route

from api.texts import PAGES
from verifier.texts import VERDICTS

WEB = Path(__file__).parents[3] / "api/web"
TYPES = Path(__file__).parents[3] / "verifier/vocabulary/registry"
_START = '<script type="module">import { start } from "/modules/page/main.js"; await start(document);</script></head>'


def serve_modules(page: Page, policy: bytes) -> None:
    """Let a page run its modules, with a trust policy."""
    texts = {lang: {**VERDICTS.texts(lang), **PAGES.texts(lang)} for lang in ("zh", "en")}
    released = {"fingerprint": "0" * 64, "policy": policy.decode(), "own": True, "fallbacks": []}
    made = {
        "page/texts.js": f"export const texts = {json.dumps(texts)};",
        "page/types.js": f"export const types = {json.dumps([each.read_text() for each in sorted(TYPES.glob('*'))])};",
        "page/released.js": f"export const released = {json.dumps(released)};",
    }

    def module(route: Route) -> None:
        path = route.request.url.split("/modules/")[1]
        route.fulfill(content_type="text/javascript", body=made.get(path) or (WEB / path).read_text())

    def document(route: Route) -> None:
        if route.request.resource_type != "document":
            route.fallback()
            return
        answer = route.fetch()
        kept = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
        route.fulfill(response=answer, headers=kept, body=answer.text().replace("</head>", _START))

    page.route("**/*", document)
    page.route("**/modules/**", module)
