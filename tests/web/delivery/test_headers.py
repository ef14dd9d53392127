"""Strict headers on every page, and in Chromium nothing that they forbid."""

from urllib.parse import quote

import pytest

from tests.api.conftest import GOOD, ITEM

PAGE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types suyuan"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": ("camera=(self), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()"),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
GIVEN = {
    "gtin": GOOD, "serial": "A%2F1", "lot": "L1", "sscc": "069012345000000011", "gln": "6901234500005",
    "kind": "recall", "label": "customs", "entry": "1", "digest": "0" * 64, "reference": "0",
}  # fmt: skip
ASKED = {"/trace": f"?subject={quote(ITEM, safe='')}", "/histories/{kind}": f"?subject={quote(ITEM, safe='')}",
         "/search": "?q=x", "/statements": "?of=x"}  # fmt: skip


@pytest.fixture
def addresses(server, world):
    """Return an address for every route that describes a page among its answers."""
    paths = server.get("/openapi.json").json["paths"]
    found = []
    for path, operations in paths.items():
        if "text/html" in operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {}):
            filled = path.format(**{"name": world.event.name.hex(), **GIVEN})
            found.append(filled + ASKED.get(path, ""))
    assert {"/", f"/01/{GOOD}", f"/events/{world.event.name.hex()}"} <= set(found)
    return found


def test_every_page_and_every_refusal_has_strict_headers(server, addresses):
    for path in [
        *addresses,
        "/nothing",
        "/01/1",
        "/?lang=fr",
        f"/static/{'0' * 32}/x",
        "/checkpoint?x=1",
    ]:
        answer = server.get(path, "text/html")
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8", path
        assert {name: answer.headers[name] for name in PAGE} == PAGE, path
        assert " style=" not in answer.text, path
        assert "<style" not in answer.text, path
        assert answer.text.count("<script") == answer.text.count('<script type="module" src="/static/'), path


@pytest.mark.parametrize("path", ["/checkpoint", "/openapi.json", "/metrics", f"/01/{GOOD}", "/sw.js", "/charter"])
def test_what_is_no_page_runs_nothing_and_is_embedded_nowhere(server, path):
    headers = server.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_in_chromium_nothing_is_refused_and_nothing_comes_from_elsewhere(page, server, addresses):
    complaints, asked = [], []
    page.on("console", lambda each: complaints.append(each.text) if "Failed to load" not in each.text else None)
    page.on("pageerror", lambda each: complaints.append(str(each)))
    page.on("request", lambda each: asked.append(each.url))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (event) => console.error(event.violatedDirective))"
    )
    for path in addresses:
        page.goto(server.base + path, wait_until="load")
    assert complaints == []
    assert {each.split("/")[2] for each in asked if not each.startswith(("blob:", "data:"))} == {server.base[7:]}


def test_script_that_somebody_put_into_a_page_does_not_run(page, server):
    def smuggle(route):
        answer = route.fetch()
        body = answer.text().replace("</main>", "<script>document.title = 'taken'</script><img src=x onerror='document"
                                     ".title = `taken`'></main>")  # fmt: skip
        route.fulfill(response=answer, body=body)

    page.route(f"{server.base}/", smuggle)
    page.goto(server.base)
    page.wait_for_load_state("networkidle")
    assert page.title() != "taken"
    refused = "() => { try { document.body.innerHTML = '<p>x</p>'; return false } catch { return true } }"
    assert page.evaluate(refused), "no script makes markup out of texts"
