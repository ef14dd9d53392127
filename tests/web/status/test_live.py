"""What the visitor's browser checks by itself, of the log and of one event; and what it says when it cannot."""

from __future__ import annotations

import base64

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route

from ledger.compose.event import Draft
from tests.api.conftest import World, item_draft, now
from tests.web.status.conftest import PICTURES, cosign
from tests.web.status.test_pages import OVERFLOW, RULES, SMALL

NO_ED25519 = """() => { const own = SubtleCrypto.prototype.importKey;
  SubtleCrypto.prototype.importKey = function (format, raw, algorithm, ...more) {
    if ((algorithm.name ?? algorithm) === "Ed25519") return Promise.reject(new Error("not here"));
    return own.call(this, format, raw, algorithm, ...more); }; }"""


def checked(page: Page, path: str, lang: str = "en") -> str:
    """Open a page, wait until it checked, and return what came of it."""
    page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    strip = page.locator("[data-state]").first
    strip.wait_for()
    return strip.get_attribute("data-state")


def grow(world: World, serial: str) -> None:
    world.zone.say(world.seller, [item_draft(serial)])
    cosign(world)


def require_for_everybody(page: Page) -> None:
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert page.evaluate(SMALL) == []
    assert page.evaluate(OVERFLOW) == 0


def test_a_browser_that_comes_back_sees_that_the_log_only_grew(visitor, witnessed: World):
    page = visitor()
    assert checked(page, "/status") == "grown"
    assert "for the first time" in page.locator("#status-check").inner_text()
    before = witnessed.ledger.head.edge.size
    grow(witnessed, "B1")
    assert checked(page, "/status") == "grown"
    said = page.locator("#status-check").inner_text()
    assert f"The {before} leaves that this browser saw before" in said
    assert f"beginning of the {witnessed.ledger.head.edge.size} shown now" in said
    assert "cosigned by the quorum of its witnesses (1)" in said
    assert checked(page, "/status") == "grown"
    assert "what this browser saw last" in page.locator("#status-check").inner_text()
    require_for_everybody(page)
    page.screenshot(path=PICTURES / "live-status-en-360.png", full_page=True)


def test_another_history_than_before_is_a_contradiction_and_is_not_remembered(visitor, witnessed: World):
    page = visitor()
    checked(page, "/status")
    change = """() => { const [key] = Object.keys(localStorage).filter((each) => each.startsWith("suyuan.seen."));
      const [size, root, origin] = localStorage.getItem(key).split(" ");
      localStorage.setItem(key, [size - 1, root, origin].join(" "));
      return localStorage.getItem(key); }"""
    other = page.evaluate(change)
    assert checked(page, "/status", "zh") == "forked"
    assert "请保留证明文件或签名原文" in page.locator("#status-check").inner_text()
    assert other in page.evaluate("Object.values(localStorage)")
    require_for_everybody(page)
    page.screenshot(path=PICTURES / "live-forked-zh-360.png", full_page=True)


def test_what_is_published_and_not_cosigned_yet_is_not_remembered(visitor, witnessed: World):
    page = visitor()
    witnessed.zone.say(witnessed.seller, [item_draft("B2")])
    witnessed.ledger.writer.call(witnessed.ledger.writer.sequencer.publish).result()
    assert checked(page, "/status") == "grown"
    assert "newer leaves are published and not cosigned yet" in page.locator("#status-check").inner_text()

    def uncosigned(route: Route) -> None:
        route.fulfill(json=route.fetch().json() | {"cosigned": None})

    other = visitor()
    other.route("**/status?format=json*", uncosigned)
    assert checked(other, "/status") == "weak"
    assert "keeps a checkpoint once the quorum has cosigned one" in other.locator("#status-check").inner_text()
    assert other.evaluate("Object.keys(localStorage).length") == 0
    cosign(witnessed)


LIES = {
    "another root": lambda told: told["checkpoint"].update(
        note=told["checkpoint"]["note"].replace("zone\n", "zone\n1", 1)
    ),
    "an older seal": lambda told: told["seal"].update(entry=told["older"]),
    "no seal": lambda told: told.update(seal=None),
    "no checkpoint": lambda told: told.update(checkpoint=None),
    "a signature cut": lambda told: told["checkpoint"].update(note=told["checkpoint"]["note"][:-20] + "\n"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_status_that_does_not_hold_is_said_to(visitor, witnessed: World, lie):
    with witnessed.ledger.store.read() as reader:
        older = reader.seal(reader.seal_covering(0).leaf).entry

    def answer(route: Route) -> None:
        told = route.fetch().json()
        told["cosigned"]["older"] = base64.b64encode(older).decode()
        lie(told["cosigned"])
        route.fulfill(json=told)

    page = visitor()
    page.route("**/status?format=json*", answer)
    assert checked(page, "/status") == "failed"
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_a_tile_that_was_changed_leads_to_no_root(visitor, witnessed: World):
    page = visitor()
    page.route("**/tile/**", lambda route: route.fulfill(body=bytes(len(route.fetch().body()))))
    assert checked(page, "/status") == "failed"


def test_without_a_network_nothing_is_said_to_be_checked(visitor):
    page = visitor()
    page.route("**/charter", lambda route: route.abort())
    assert checked(page, "/status") == "cannot"
    assert "Nothing was checked" in page.locator("#status-check").inner_text()


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_server_that_refuses_alters_nothing(visitor, witnessed: World, recorded: tuple[int, str], status: int):
    page = visitor()
    for address, proof in (
        (f"/events/{witnessed.event.name.hex()}", "**/events/*?format=proof"),
        (f"/statements/{recorded[1]}", "**/entries/*"),
        ("/status", "**/charter"),
    ):
        page.route(proof, lambda route: route.fulfill(status=status, body=b"not now"))
        assert checked(page, address) == "cannot", address
        assert page.locator("main > section").count() > 1, address  # what the server said still stands


def test_an_event_is_verified_and_drawn_out_of_its_proof(visitor, witnessed: World):
    page = visitor()
    for event in (witnessed.event, witnessed.filed):
        assert checked(page, f"/events/{event.name.hex()}") == "verified"
    assert page.locator("#details").inner_text() == "Details, as checked here"
    facts = page.locator("section:has(> #details) dl").inner_text()
    assert "Example Trading" in facts
    assert "Infant formula <script>alert(1)</script>" in facts
    assert page.locator("main script").count() == 0
    require_for_everybody(page)
    page.screenshot(path=PICTURES / "live-event-en-360.png", full_page=True)


def test_what_the_server_says_beside_the_proof_is_replaced(visitor, witnessed: World):
    def lie(route: Route) -> None:
        route.fulfill(response=(came := route.fetch()), body=came.text().replace("Example Trading", "Somebody else"))

    page = visitor()
    page.route(f"**/events/{witnessed.event.name.hex()}?lang=en", lie)
    assert checked(page, f"/events/{witnessed.event.name.hex()}") == "verified"
    assert "Somebody else" not in page.locator("section:has(> #details)").inner_text()


@pytest.mark.parametrize("other", ["a byte turned", "another event"])
def test_of_an_altered_event_nothing_is_shown(visitor, witnessed: World, other: str):
    def lie(route: Route) -> None:
        data = bytearray(route.fetch().body())
        data[-40] ^= 1
        swapped = route.fetch(url=route.request.url.replace(witnessed.event.name.hex(), witnessed.filed.name.hex()))
        route.fulfill(body=bytes(data) if other == "a byte turned" else swapped.body())

    page = visitor()
    page.route("**/events/*?format=proof", lie)
    assert checked(page, f"/events/{witnessed.event.name.hex()}") == "altered"
    assert page.locator("#details, #bytes, #signed").count() == 0
    require_for_everybody(page)


def test_an_event_that_only_parties_may_read_is_checked_in_part(visitor, witnessed: World):
    claim = f"urn:suyuan:claim:customs:{'ef' * 32}"
    draft = Draft("finance.invoice", now(), {"invoice": claim}, {"kind": "agricultural"})
    (event,) = witnessed.zone.say(witnessed.seller, [draft])
    cosign(witnessed)
    page = visitor()
    assert checked(page, f"/events/{event.name.hex()}") == "partly"
    said = page.locator("#event-check").inner_text()
    assert "The key named in the statement signed it." in said
    assert "whether the registry let this key say it" in said
    assert "agricultural" not in page.content()


def test_what_this_browser_cannot_check_never_passes(visitor, witnessed: World):
    page = visitor()
    page.add_init_script(f"({NO_ED25519})()")
    page.route("**/noble*", lambda route: route.abort())  # the release's own code for it does not come
    for path in ("/status", f"/events/{witnessed.event.name.hex()}"):
        assert checked(page, path) == "cannot", path


def test_without_javascript_the_page_says_that_nothing_was_checked_here(visitor, witnessed: World):
    page = visitor(java_script_enabled=False)
    for path in ("/status", f"/events/{witnessed.event.name.hex()}", f"/statements/{'0' * 64}"):
        page.goto(f"{path}?lang=en")
        text = page.locator("main").inner_text()
        assert "nothing was checked here" in text or "Not found" in text, path
        assert page.locator("[data-state]").count() == 0


def test_an_event_out_of_what_the_browser_kept_says_since_when(visitor, witnessed: World):
    def kept(route: Route) -> None:
        came = route.fetch()
        route.fulfill(response=came, headers={**came.headers, "Suyuan-As-Of": "2026-01-02T03:04:05.000Z"})

    page = visitor()
    page.route("**/events/*?format=proof", kept)
    assert checked(page, f"/events/{witnessed.event.name.hex()}") == "verified"
    assert "Offline: as of 2026-01-02 11:04" in page.locator("#event-check").inner_text()


@pytest.fixture
def recorded(witnessed: World) -> tuple[int, str]:
    """Leaf and identity of the statement of the world's event."""
    with witnessed.ledger.store.read() as reader:
        stored = reader.statement(reader.find_event(witnessed.event.name).leaf)
    return stored.leaf, stored.identity.hex()


def test_a_statement_is_checked_with_its_receipt(visitor, recorded: tuple[int, str]):
    page = visitor()
    assert checked(page, f"/statements/{recorded[1]}", "zh") == "partly"
    said = page.locator("#statement-check").inner_text()
    assert "账本的回执签名有效" in said
    assert "声明由其所列密钥签名" in said
    assert "登记册是否允许该密钥申报" in said
    require_for_everybody(page)
    page.screenshot(path=PICTURES / "live-statement-zh-360.png", full_page=True)


@pytest.mark.parametrize("part", ["statement", "receipt", "checkpoint", "other"])
def test_an_altered_statement_is_said_to_be(visitor, witnessed: World, recorded: tuple[int, str], part: str):
    _, identity = recorded
    with witnessed.ledger.store.read() as reader:
        other = reader.statement(reader.find_event(witnessed.filed.name).leaf).identity.hex()
    places = {"statement": f"**/entries/{identity}/statement", "receipt": f"**/entries/{identity}"}

    def lie(route: Route) -> None:
        if part == "other":
            route.fulfill(response=route.fetch(url=route.request.url.replace(identity, other)))
            return
        data = bytearray(route.fetch().body())
        data[-8] ^= 1
        route.fulfill(body=bytes(data))

    page = visitor()
    page.route(places.get(part, "**/checkpoints/*" if part == "checkpoint" else places["statement"]), lie)
    assert checked(page, f"/statements/{identity}") == "altered"
