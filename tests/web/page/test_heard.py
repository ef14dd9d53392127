"""Without seeing the page: what is announced, once and in which order; headings, names, languages, tables."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.web.page import lies
from tests.web.page.hearing import LISTEN, announced, outline, tree
from tests.web.page.scene import FREE, RECALLED, UNDELIVERED, WAITING

CHECKING = {"zh": "正在本机核验……", "en": "Checking on this device…"}
SAID = {  # what is announced after the page says that it is checking
    "verified": {"zh": "已核验。记录真实且完整。", "en": "Verified. The records are authentic and complete."},
    "recalled": {
        "zh": "已核验。记录真实且完整",
        "en": "Verified. The records are authentic and complete, and they say that it was recalled.",
    },
    "not-recognised": {"zh": "未获认可。", "en": "Not recognised. "},
    "contradictory": {"zh": "前后矛盾。", "en": "Contradictory. "},
    "not-recorded": {"zh": "没有记录。", "en": "Nothing recorded. "},
    "altered": {"zh": "被改动。", "en": "Altered. "},
    "incomplete": {"zh": "不完整。", "en": "Incomplete. "},
    "cannot": {"zh": "此处无法核验。", "en": "Cannot be checked here. "},
}
PATHS = {
    "recalled": f"/01/{RECALLED}",
    "not-recognised": f"/01/{WAITING}",
    "contradictory": UNDELIVERED.removeprefix("https://id.gs1.org"),
    "not-recorded": f"/01/{FREE}",
}
UNIQUE = ("link", "button", "textbox", "DisclosureTriangle")


@pytest.fixture
def listen(phone, visit, scene, server):
    """Open the page of a state with open ears."""

    def go(state: str, lang: str):
        page = phone()
        page.add_init_script(f"({LISTEN})()")
        proof = server.get(f"{scene.item}?format=proof").body
        lie = {"altered": lies.altered, "incomplete": lies.barely_cosigned}.get(state, lambda _: None)(proof)
        if state == "cannot":
            page.route("**/*format=proof*", lambda route: route.abort())
        return visit(PATHS.get(state, scene.item), lang, lie=lie, page=page)

    return go


@pytest.mark.parametrize("state", SAID)
def test_the_verdict_is_announced_once_and_a_recall_before_it(listen, state):
    for lang in ("zh", "en"):
        page = listen(state, lang)
        expect(page.locator("#live")).to_contain_text(SAID[state][lang].strip())
        said = announced(page)
        alerts = [text for how, text in said if how == "alert"]
        assert next(text for how, text in said if how == "status") == CHECKING[lang]
        assert said[-1][0] == "status"
        assert said[-1][1].startswith(SAID[state][lang].strip())
        assert len([text for _, text in said if text == said[-1][1]]) == 1
        assert len(alerts) == 2 * (state == "recalled"), "as the server says it, and as it was checked"
        levels = outline(page)
        assert levels.count(1) == 1
        word = SAID[state][lang].partition({"zh": "。", "en": "."}[lang])[0]
        assert page.locator("#verdict").get_attribute("aria-label").endswith(f": {word}")


def test_headings_leave_no_level_out_and_what_opens_says_what_it_opens(listen):
    for lang in ("zh", "en"):
        page = listen("verified", lang)
        levels = outline(page)
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        found = tree(page)
        assert {"banner", "main", "contentinfo", "status"} <= {each.role for each in found}
        assert [each for each in found if each.role in (*UNIQUE, "region", "image") and not each.name] == []
        opening = [each.name for each in found if each.role == "DisclosureTriangle"]
        evidence = [name for name in opening if name.startswith({"zh": "证据: ", "en": "Evidence: "}[lang])]
        assert len(evidence) > 8
        assert len(set(evidence)) > 6, "most facts of a life are of a type of their own"


def test_chinese_on_an_english_page_is_marked_as_chinese(listen):
    page = listen("verified", "en")
    texts = page.evaluate("""() => {
      const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
      const found = [];
      while (walk.nextNode()) {
        const { data, parentElement } = walk.currentNode;
        const lang = parentElement.closest("[lang]").lang;
        if (/\\p{sc=Han}/u.test(data) && !parentElement.closest("svg")) found.push([lang, data]);
      }
      return found; }""")
    assert texts
    assert {lang for lang, _ in texts} == {"zh"}
    assert page.locator("main").inner_text().count("示例进口商贸有限公司 (91000000EXAMPLE02T)") == 1


def test_the_windows_title_says_what_was_checked_and_not_what_the_server_said(listen):
    assert listen("verified", "en").title() == "Trace: Example infant formula"
    for lang in ("zh", "en"):
        title = listen("altered", lang).title()
        assert "formula" not in title
        assert "奶粉" not in title


def test_the_status_page_announces_what_came_of_its_check_and_its_table_has_headers(phone):
    page = phone()
    page.add_init_script(f"({LISTEN})()")
    for lang, said in (("zh", "账本只增未改"), ("en", "only grew")):
        page.goto(f"/status?lang={lang}")
        page.wait_for_selector("#status-check [data-state]")
        strong = page.locator("#status-check strong").inner_text()
        expect(page.locator("#status-check [role=status]")).to_have_text(strong)
        assert announced(page)[-1] == ("status", strong), said
        roles = [each.role for each in tree(page)]
        assert roles.count("columnheader") == 4
        assert roles.count("rowheader") == 4
        assert "table" in roles


@pytest.mark.parametrize("path", ["/", "/search?q=6901234500004", "/search?q=%3Cscript%3E", "/events/" + "0" * 64])
def test_other_pages_have_one_first_heading_and_a_name_for_every_control(phone, path):
    page = phone()
    for lang in ("zh", "en"):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        page.wait_for_load_state("networkidle")
        levels = outline(page)
        assert (levels[0], levels.count(1)) == (1, 1)
        assert [each for each in tree(page) if each.role in UNIQUE and not each.name] == []
