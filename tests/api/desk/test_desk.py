"""An officer at the desk, in a real browser, before a real ledger."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import LocatorAssertions, Page, expect

from tests.ledger.client.serving import Reply

PICTURES = Path("build/desk")


def press(page: Page, *keys: str) -> None:
    """Press keys once the page and its script are there."""
    page.wait_for_load_state()
    for each in keys:
        page.keyboard.press(each)


def tab_to(page: Page, selector: str) -> None:
    """Go to an element by the Tab key alone."""
    page.wait_for_load_state()
    expect(page.locator(selector)).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no way to {selector} by Tab")


@pytest.fixture(autouse=True)
def cosigned(office) -> None:
    """Let the newest block have its quorum: a ledger that has waited for one for a minute takes nothing."""
    office.world.cosign()


def state(page: Page) -> LocatorAssertions:
    return expect(page.locator("[data-state]"))


def sign_by_keyboard(office, page: Page) -> None:
    """Sign what is shown, and wait until witnesses hold it."""
    tab_to(page, "#sign")
    press(page, "Enter")
    state(page).to_have_attribute("data-state", "promised")
    office.world.cosign()
    state(page).to_have_attribute("data-state", "recorded")


def test_an_officer_works_through_the_queue_by_keyboard_only(office, page: Page):
    page.goto(office.open_desk())
    rows = page.locator("[data-row]")
    expect(rows.first).to_be_visible()
    names = [each.get_attribute("value") for each in page.locator("input[name=event]").all()]
    press(page, "j", "j", "j", "k", "Enter")
    expect(page.locator("#verdict")).to_contain_text("已核验")
    press(page, "r")
    tab_to(page, "#reason")
    page.keyboard.type("标签缺失")
    tab_to(page, "#next")
    press(page, "Enter")
    sign_by_keyboard(office, page)
    expect(page.locator("#main")).to_be_focused()

    press(page, "g", "q")
    rest = len(names) - 1
    expect(rows).to_have_count(rest)
    press(page, *["j", "x"] * rest, "a")
    tab_to(page, "#next")
    press(page, "Enter")
    expect(page.locator("main")).to_contain_text(f"一个签名覆盖 {rest} 项答复")
    sign_by_keyboard(office, page)
    page.screenshot(path=PICTURES / "recorded.png", full_page=True)

    press(page, "g", "q")
    expect(page.locator("main")).to_contain_text("没有待办")
    press(page, "g", "h")
    expect(page.locator("[data-row]")).to_have_count(2)
    press(page, "g", "d")
    expect(page.locator(".figures dd")).to_contain_text([str(len(names)), str(len(names)), "0", "0", "—", "—"])
    refused = names[1]
    assert office.outcome(refused) == "refused"
    assert {office.outcome(each) for each in names if each != refused} == {"recognised"}
    ((kind, said),) = office.answers(refused)
    assert (kind, said["reason"]) == ("endorsement.refused", {"zh": "标签缺失", "en": "标签缺失"})
    assert len(said["seen"]) == 2  # the disclosures that the case showed
    assert [said["seen"] for _, said in office.answers(names[0])] == [[]]  # signed together with others, never opened


def test_an_address_opens_one_browser_and_forms_of_others_are_refused(at_desk: Page, page: Page, desk):
    assert page.goto(desk.address).status == 403
    assert page.goto(desk.base).status == 403
    asking = at_desk.request
    assert asking.get(desk.base).status == 200
    assert asking.get(desk.base, headers={"Host": "desk.example"}).status == 421
    own = {"Origin": desk.base}
    for path in ("/select", "/answer", "/sign", f"/prepared/{'0' * 32}", f"/result/{'0' * 64}"):
        assert asking.post(desk.base + path, form={"form": "x", "all": "yes"}, headers=own).status == 403
        assert asking.post(desk.base + path, headers={"Origin": "http://127.0.0.1:1"}).status == 403


def test_everything_works_without_any_script(office, plain: Page):
    (name,) = office.file(11)
    plain.goto("/?type=filing.product&lang=en")
    plain.locator(f"input[value='{name}']").check()
    plain.locator("[data-key=approve]").click()
    plain.locator("#basis").fill("x" * 257)
    plain.locator("#next").click()
    expect(plain.locator("#errors a")).to_have_attribute("href", "#basis")
    assert plain.locator("#basis").get_attribute("aria-describedby") == "basis-hint basis-wrong"
    plain.locator("#basis").fill("Filing rules")
    plain.locator("#next").click()
    plain.get_by_text("Change", exact=True).click()
    expect(plain.locator("#basis")).to_have_value("Filing rules")
    plain.locator("#next").click()
    plain.locator("#sign").click()
    state(plain).to_have_attribute("data-state", "promised")
    office.world.cosign()
    plain.get_by_text("Look how far it is").click()
    state(plain).to_have_attribute("data-state", "recorded")
    assert [said for _, said in office.answers(name)] == [{"seen": [], "basis": "Filing rules"}]


def test_what_is_signed_once_is_not_signed_again(office, plain: Page):
    (name,) = office.file(12)
    plain.goto(f"/answer?verb=acknowledge&event={name}")
    plain.locator("#next").click()
    prepared = plain.url
    plain.locator("#sign").click()
    state(plain).to_have_attribute("data-state", "promised")
    assert plain.goto(prepared).status == 404
    office.world.cosign()
    assert len(office.answers(name)) == 1


@pytest.fixture
def tampered(office) -> Iterator[None]:
    """The ledger's traces come with one byte changed on their way."""
    honest = office.service.answer

    def bend(method, target, body, headers):
        reply = honest(method, target, body, headers)
        if not target.startswith("/trace?") or reply.status != 200:
            return reply
        middle = len(reply.body) * 3 // 4
        changed = reply.body[:middle] + bytes([reply.body[middle] ^ 1]) + reply.body[middle + 1 :]
        return Reply(changed, reply.kind, reply.status, reply.headers)

    office.service.answer = bend
    yield
    del office.service.answer


def test_what_was_answered_is_found_in_the_history_and_withdrawn(office, plain: Page):
    (name,) = office.file(17)
    plain.goto(f"/answer?verb=recognise&event={name}&lang=en")
    plain.locator("#next").click()
    plain.locator("#sign").click()
    state(plain).to_have_attribute("data-state", "promised")
    office.world.cosign()
    plain.get_by_role("link", name="History").click()
    expect(plain.locator("[data-row]").first).to_contain_text("recorded")
    plain.locator("[data-row] a").first.click()
    plain.locator(".targets a").click()
    plain.get_by_role("link", name="Withdraw").click()
    plain.locator("#reason").fill("有误")
    plain.locator("#reason-en").fill("a mistake")
    plain.locator("#next").click()
    plain.locator("#sign").click()
    state(plain).to_have_attribute("data-state", "promised")
    assert office.outcome(name) == "not yet recognised"


@pytest.fixture
def slow(office) -> Iterator[threading.Event]:
    """The ledger's traces come once the event is set."""
    honest, coming = office.service.answer, threading.Event()

    def wait(method, target, body, headers):
        assert not target.startswith("/trace?") or coming.wait(30)
        return honest(method, target, body, headers)

    office.service.answer = wait
    yield coming
    coming.set()
    del office.service.answer


def test_checks_that_take_long_say_how_far_they_are_and_can_be_stopped(office, at_desk: Page, slow):
    names = office.file(21, 22)

    def begin() -> None:
        at_desk.goto("/")
        for name in names:
            at_desk.locator(f"input[value='{name}']").check()
        at_desk.locator("[data-key=approve]").click()
        at_desk.locator("#next").click()
        expect(at_desk.locator("[role=status]")).to_have_text("已核验 0 / 2")

    begin()
    forgotten = at_desk.url
    at_desk.locator("#stop").click()
    expect(at_desk.locator("h1")).to_have_text("待本机构处理的记录")
    assert at_desk.request.get(forgotten).status == 404
    begin()
    assert Axe().run(at_desk).response["violations"] == []
    slow.set()
    expect(at_desk.locator("#sign")).to_be_visible()


def test_of_a_proof_that_was_altered_nothing_is_shown_and_nothing_can_be_signed(office, at_desk: Page, tampered):
    first, second = office.file(13, 14)
    answer = at_desk.goto(f"/case/{first}")
    assert answer.status == 409
    expect(at_desk.locator("h1")).to_contain_text("证明未通过核验")
    assert at_desk.locator("[data-key]").count() == 0
    assert "示例奶粉" not in at_desk.content()
    at_desk.screenshot(path=PICTURES / "altered.png", full_page=True)
    at_desk.goto("/")
    for name in (first, second):
        at_desk.locator(f"input[value='{name}']").check()
    at_desk.locator("[data-key=approve]").click()
    at_desk.locator("#next").click()
    expect(at_desk.locator("h1")).to_have_text("没有可签署的答复")
    assert at_desk.locator("#left-out ~ ul li").count() == 2
    assert at_desk.locator("#sign").count() == 0


def test_what_the_ledger_does_not_take_stays_signed_and_is_sent_again(office, plain: Page):
    (name,) = office.file(15)
    plain.goto(f"/answer?verb=recognise&event={name}&lang=en")
    plain.locator("#next").click()
    problem = (
        b'{"type":"urn:suyuan:problem:not-permitted","title":"not-permitted","status":409,"detail":"","field":"writer"}'
    )
    office.service.lie("/entries", Reply(problem, "application/problem+json", 409))
    try:
        plain.locator("#sign").click()
        state(plain).to_have_attribute("data-state", "signed")
    finally:
        del office.service.lies["/entries"]
    assert office.outcome(name) == "not yet recognised"
    plain.get_by_text("Send again").click()
    state(plain).to_have_attribute("data-state", "promised")
    assert office.outcome(name) == "recognised"


def test_shortcuts_can_be_switched_off_and_are_silent_while_somebody_types(office, at_desk: Page):
    (name,) = office.file(16)
    at_desk.goto(f"/answer?verb=recognise&event={name}")
    at_desk.locator("#basis").fill("g")
    press(at_desk, "h")
    expect(at_desk.locator("#basis")).to_have_value("gh")
    at_desk.goto("/")
    press(at_desk, "?")
    at_desk.locator("#toggle-shortcuts").click()
    press(at_desk, "g", "h")
    at_desk.goto("/history")
    press(at_desk, "g", "d")
    expect(at_desk.locator("h1")).to_have_text("本机构的答复")
