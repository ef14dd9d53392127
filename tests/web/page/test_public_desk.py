"""What the page of an item shows of the zone's public desk: links without scripts, the code's standing with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from api.labels.hidden import hidden_link
from tests.api.conftest import Server, settings_for
from tests.api.publicdesk.serving import DeskServer
from tests.ledger.publicdesk.counter import Counter, close_counter, open_counter
from verifier.ledgerformat.subject import form_of


@pytest.fixture(scope="module")
def counter(tmp_path_factory) -> Iterator[Counter]:
    made = open_counter(tmp_path_factory.mktemp("counter") / "zone")
    yield made
    close_counter(made)


@pytest.fixture(scope="module")
def desk(counter, tmp_path_factory) -> Iterator[DeskServer]:
    made = counter.desk(tmp_path_factory.mktemp("desk"))
    running = DeskServer(made)
    yield running
    running.stop()
    made.close()


@pytest.fixture(scope="module")
def ledger_server(counter) -> Iterator[Server]:
    settings = settings_for(counter.world.folder).model_copy(update={"public_desk": "/desk"})
    running = Server(counter.world.ledger, settings)
    yield running
    running.stop()


@pytest.fixture
def visitor(browser: Browser, ledger_server, desk) -> Iterator[Page]:
    """A window whose host has both behind it, as a proxy would put them."""
    context = browser.new_context(base_url=ledger_server.base, locale="en", service_workers="block")

    def pass_on(route: Route) -> None:
        asked = route.request.url.removeprefix(ledger_server.base)
        route.fulfill(response=route.fetch(url=desk.url + asked))

    context.route("**/desk/**", pass_on)
    yield context.new_page()
    context.unroute_all(behavior="ignoreErrors")
    context.close()


def path_of(item: str) -> str:
    assert form_of(item) == "item"
    return item.removeprefix("https://id.gs1.org") + "?lang=en"


def test_the_page_tells_how_the_code_stands_and_leads_to_the_desk(counter, desk, visitor):
    drawn = counter.item()
    visitor.goto(path_of(drawn.item))
    expect(visitor.locator("#code-standing")).to_have_text("Recorded, and its code is not activated")
    desk.post("/activations", item=drawn.item, code=drawn.hidden.text)
    visitor.reload()
    expect(visitor.locator("#code-standing")).to_have_text("Recorded, and its code was activated")
    expect(visitor.get_by_text("was activated for the first time")).to_be_visible()  # out of the proof itself
    visitor.click("text=Complain")
    expect(visitor.locator("#goods")).to_have_value(drawn.item)


def test_a_scanned_code_is_checked_here_before_the_desk_is_told_it_and_afterwards_the_proof_shows_it(
    counter, desk, visitor
):
    drawn, sent = counter.item(), []
    visitor.on("request", lambda each: sent.append(f"{each.url.partition('#')[0]} {each.post_data}"))
    link = hidden_link(drawn.item, drawn.hidden, "https://trace.example").removeprefix("https://trace.example")
    visitor.goto(f"{link.partition('#')[0]}?lang=en#{drawn.hidden.text}")
    expect(visitor.locator("[data-code]")).to_have_attribute("data-code", "first")
    assert drawn.hidden.text not in visitor.url
    assert not any(drawn.hidden.text in each for each in sent)
    visitor.get_by_role("link", name="Activate it at the public desk").click()
    expect(visitor.locator("#code")).to_have_value(drawn.hidden.text)
    visitor.get_by_role("link", name="Compare it with the proof on this device first").click()
    expect(visitor.locator("[data-code]")).to_have_attribute("data-code", "first")
    visitor.get_by_role("link", name="Activate it at the public desk").click()
    expect(visitor.locator("#code")).to_have_value(drawn.hidden.text)
    assert not any(drawn.hidden.text in each for each in sent)
    visitor.click("button[type=submit]")
    expect(visitor.get_by_text("you are the first to activate it")).to_be_visible()
    visitor.goto(f"{link.partition('#')[0]}?lang=en#{drawn.hidden.text}")
    expect(visitor.locator("[data-code]")).to_have_attribute("data-code", "activated")
    expect(visitor.get_by_role("link", name="Activate it at the public desk")).to_have_count(0)


def test_a_receipt_of_an_activation_is_checked_on_the_home_page(counter, desk, visitor):
    drawn = counter.item()
    visitor.goto(f"/desk/code?lang=en&item={drawn.item}#{drawn.hidden.text}")
    expect(visitor.locator("#code")).to_have_value(drawn.hidden.text)
    visitor.click("button[type=submit]")
    with visitor.expect_download() as downloading:
        visitor.click("text=Download the receipt")
    data = bytearray(downloading.value.path().read_bytes())
    visitor.goto("/?lang=en")
    for at, state in ((None, "promised"), (-1, "altered")):
        if at:
            data[at] ^= 1
        visitor.set_input_files("#picture", {"name": "r.promise", "mimeType": "", "buffer": bytes(data)})
        expect(visitor.locator("#verdict")).to_have_attribute("data-state", state)
        assert visitor.get_by_text(drawn.hidden.text).count() == (state == "promised")


def test_a_desk_that_does_not_answer_leaves_its_links(counter, visitor):
    drawn = counter.item()
    visitor.route("**/desk/scans", lambda route: route.abort())
    visitor.goto(path_of(drawn.item))
    expect(visitor.get_by_role("link", name="Check the code")).to_be_visible()
    expect(visitor.locator("#code-standing")).to_have_text("")


def test_without_scripts_the_links_are_there(counter, ledger_server, browser):
    context = browser.new_context(base_url=ledger_server.base, java_script_enabled=False)
    page, drawn = context.new_page(), counter.item()
    page.goto(path_of(drawn.item))
    href = page.get_by_role("link", name="Check the code").get_attribute("href")
    assert href == f"/desk/code?lang=en&item={drawn.item.replace(':', '%3A')}"
    context.unroute_all(behavior="ignoreErrors")
    context.close()
