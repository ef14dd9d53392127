"""Once visited, a page is checked without its server, and says since when it was kept."""

import pytest

from tests.api.conftest import GOOD, RECALLED, Server, settings_for

KEPT = """async () => {
  const here = (key) => key.url.startsWith(location.origin + location.pathname);
  const has = async (name) => (await (await caches.open(name)).keys()).some(here);
  const both = async () => (await has("suyuan-pages")) && (await has("suyuan-proofs"));
  while (!(await both())) await new Promise((done) => setTimeout(done, 20));
}"""
ITEM = f"/01/{GOOD}/21/A%2F1"


@pytest.fixture
def server(world):
    """A server that a test stops."""
    running = Server(world.ledger, settings_for(world.folder))
    yield running
    running.stop()


@pytest.fixture
def visited(page, server):
    """Open a page, and wait until it was checked and kept."""

    def visit(path):
        page.goto(f"{server.base}{path}")
        page.wait_for_selector("#verdict")
        page.evaluate(KEPT)
        return page

    return visit


def state(page):
    page.wait_for_selector("#verdict")
    return page.locator("#verdict").get_attribute("data-state"), page.locator("#verdict").inner_text()


def test_two_traces_that_were_seen_are_verified_with_the_server_stopped(visited, server):
    fresh = state(visited(ITEM))
    page = visited(f"/01/{GOOD}")
    assert "Offline" not in fresh[1]
    server.stop()
    for path in (f"/01/{GOOD}", ITEM):
        page.goto(f"{server.base}{path}")
        told, words = state(page)
        assert told == fresh[0] == "verified"
        assert "fetched earlier" in words.lower() or "offline" in words.lower()
        assert page.locator("html").get_attribute("data-as-of")
    page.reload()
    assert state(page)[0] == "verified"


def test_a_recall_that_was_seen_is_still_shown(visited, server):
    page = visited(f"/01/{RECALLED}")
    server.stop()
    page.reload()
    page.wait_for_selector("#verdict")
    assert page.locator("#checked [role=alert]").count() == 1


def test_what_was_never_seen_says_that_there_is_no_network(visited, server):
    page = visited(ITEM)
    server.stop()
    page.goto(f"{server.base}/01/06901234560015")
    assert "No network, and not kept on this device" in page.locator("body").inner_text()
    assert page.locator("html").evaluate("it => getComputedStyle(it.querySelector('main')).maxWidth") != "none", (
        "styled"
    )


def test_with_the_server_there_nothing_kept_is_shown(visited, world):
    """What is kept is the last resort, not a shortcut: a proof that is fetched is of now."""
    page = visited(ITEM)
    page.reload()
    page.wait_for_selector("#verdict")
    assert page.locator("html").get_attribute("data-as-of") is None
    assert "ffline" not in page.locator("#verdict").inner_text()


def test_what_was_kept_and_bent_is_altered(visited, server):
    """Nothing that lies in the browser's own store is believed either."""
    page = visited(ITEM)
    server.stop()
    page.evaluate("""async () => {
      const cache = await caches.open("suyuan-proofs");
      for (const key of await cache.keys()) {
        const kept = await cache.match(key);
        const data = new Uint8Array(await kept.arrayBuffer());
        data[data.length >> 1] ^= 1;
        await cache.put(key, new Response(data, { headers: kept.headers }));
      }
    }""")
    page.reload()
    assert state(page)[0] in ("altered", "cannot")


def test_no_more_is_kept_than_sixty_of_each(visited, server):
    page = visited(ITEM)
    newest = page.evaluate("""async () => {
      const address = "/trace?subject=https://id.gs1.org/01/06901234567892/21/";
      for (let at = 0; at < 70; at++) await (await fetch(`${address}${at}&format=proof`)).text();
      const cache = await caches.open("suyuan-proofs");
      const newest = async () => (await cache.keys()).at(-1).url.includes("/69&");
      while (!(await newest()) || (await cache.keys()).length > 60) await new Promise((done) => setTimeout(done, 20));
      return (await cache.keys()).length;
    }""")
    assert newest <= 60


def test_what_is_no_page_and_no_proof_is_not_kept(visited, server):
    page = visited(ITEM)
    page.evaluate("() => fetch('/checkpoint').then(() => fetch('/openapi.json')).then(() => null)")
    with page.expect_download():
        page.evaluate("() => { location.href = '/suyuan-verify.html'; }")
    kept = page.evaluate("""async () => {
      const every = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
      return (await Promise.all(every.map((each) => each.keys()))).flat().map((each) => new URL(each.url).pathname);
    }""")
    assert {"/checkpoint", "/openapi.json", "/suyuan-verify.html"} & set(kept) == set()
    assert ITEM in kept
