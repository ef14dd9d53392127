"""`python -m benchmarks.browser TRACE POLICY NOW PAGES ROUNDS`: seconds of verifying a trace in Chromium, as JSON.

The page's processor is throttled six times (`Emulation.setCPUThrottlingRate`): a cheap phone's. Modules are served as
they are written, without a build.
"""

from __future__ import annotations

import json
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any, ClassVar

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
THROTTLED = 6
LOAD = """async given => {
  const from = name => import(`/api/web/verifier/${name}.js`);
  const [{ webCheck }, { parseTrustPolicy }, { examineTrace }, { parseType }] =
    await Promise.all(["keys", "trust_policy", "verdict", "vocabulary"].map(from));
  const bytes = text => new TextEncoder().encode(text);
  const data = Uint8Array.from(atob(given.trace), sign => sign.charCodeAt(0));
  const builtin = new Map(given.types.map(text => parseType(bytes(text))).map(type => [type.name, type]));
  globalThis.verify = async () => {
    const begun = performance.now();
    const verdict = await examineTrace(data, {
      policy: parseTrustPolicy(bytes(given.policy)), now: given.now, archived: true, seen: null, builtin,
      check: webCheck(crypto.subtle),
    });
    if (verdict.outcome !== "verified") throw new Error(verdict.outcome);
    return (performance.now() - begun) / 1000;
  };
}"""


class _Modules(SimpleHTTPRequestHandler):
    """Serves the project's folder, says that .js is JavaScript, and is silent."""

    extensions_map: ClassVar[dict[str, str]] = {".js": "text/javascript", "": "text/html"}

    def log_message(self, *_: object) -> None:
        """Write nothing."""


def is_there() -> bool:
    """Return whether Debian's Chromium is."""
    return shutil.which("chromium") is not None


def measure(given: dict[str, Any], *, pages: int, rounds: int) -> dict[str, float]:
    """Return the median seconds of a page's first verification, and of those behind it.

    Args:
        given: `trace` in base64, `policy` and `types` as texts, `now` in POSIX seconds.
        pages: each new, in a context of its own, its modules loaded.
        rounds: in each page, behind the first.
    """
    first, later = [], []
    with _served() as address, _chromium() as browser:
        for _ in range(pages):
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{address}/LICENSE")
            page.evaluate(LOAD, given)
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": THROTTLED})
            first.append(page.evaluate("() => verify()"))
            later.append(median(page.evaluate("() => verify()") for _ in range(rounds)))
            context.close()
    return {"first": median(first), "later": median(later)}


@contextmanager
def _served() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Modules, directory=str(ROOT)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def main() -> None:
    """Measure, and print."""
    trace, policy = (Path(each).read_bytes() for each in sys.argv[1:3])
    now, pages, rounds = (int(each) for each in sys.argv[3:6])
    types = [path.read_text("utf-8") for path in sorted((ROOT / "verifier/vocabulary/registry").glob("*.json"))]
    given = {"trace": b64encode(trace).decode(), "policy": policy.decode(), "types": types, "now": now}
    print(json.dumps(measure(given, pages=pages, rounds=rounds)))  # noqa: T201


if __name__ == "__main__":
    main()
