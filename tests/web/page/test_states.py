"""Each state of a trace, as whoever scanned the code sees it, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.page import lies
from tests.web.page.conftest import PICTURES
from tests.web.page.scene import AMENDED, FREE, HOSTILE, RECALLED, UNDELIVERED, WAITING
from tests.web.test_chromium import WITHOUT

LANGUAGES = ["zh", "en"]
WORDS = {
    "verified": {"zh": "已核验", "en": "Verified"},
    "incomplete": {"zh": "不完整", "en": "Incomplete"},
    "not-recognised": {"zh": "未获认可", "en": "Not recognised"},
    "contradictory": {"zh": "前后矛盾", "en": "Contradictory"},
    "altered": {"zh": "被改动", "en": "Altered"},
    "not-recorded": {"zh": "没有记录", "en": "Nothing recorded"},
    "cannot": {"zh": "此处无法核验", "en": "Cannot be checked here"},
}
SENTENCES = {
    "good": {"zh": "记录真实且完整。", "en": "The records are authentic and complete."},
    "recalled": {"zh": "已召回。", "en": "they say that it was recalled"},
    "hidden": {"zh": "有记录被隐去或缺失", "en": "Records are hidden or missing"},
    "quorum": {"zh": "见证方的确认不足", "en": "Too few witnesses"},
    "expired": {"zh": "最近一次确认已过期", "en": "last confirmation is too old"},
    "forked": {"zh": "账本分叉", "en": "it forked"},
    "algorithm": {"zh": "不支持核验 EdDSA 签名", "en": "cannot check EdDSA signatures"},
    "unreached": {"zh": "网络不通", "en": "no connection"},
}
STORY = "section[aria-labelledby=timeline]"


def require(page, state, lang, sentence=None, picture=None):
    """The state is said by a word, a sentence, an icon, and to whoever hears the page."""
    strip = page.locator("#verdict")
    assert strip.get_attribute("data-state") == state
    assert WORDS[state][lang] in strip.inner_text()
    if sentence:
        assert SENTENCES[sentence][lang] in strip.inner_text()
        assert SENTENCES[sentence][lang] in page.locator("#live").inner_text()
    assert strip.locator("svg.icon").count() == 1
    assert page.locator("html").get_attribute("lang").startswith(lang)
    text = page.locator("main").inner_text()
    assert "正品" not in text
    assert "genuine" not in text.lower()
    if picture:
        page.screenshot(path=PICTURES / f"{picture}-{lang}-360.png")  # the first screen


@pytest.fixture
def proof(server, scene):
    return lambda path=None: server.get(f"{path or scene.item}?format=proof").body


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_good_life_is_verified_here_and_replaces_what_the_server_said(visit, scene, lang):
    scene.cosign()
    size = scene.ledger.head.edge.size
    page = visit(scene.item, lang)
    require(page, "verified", lang, "good", "good")
    assert page.locator("#served").count() == 0
    assert page.locator(STORY).is_visible()
    said = page.locator("#verdict").inner_text()
    position = {"zh": r"账本位置 (\d+)", "en": r"log position (\d+)"}[lang]
    assert int(re.search(position, said)[1]) >= size
    assert {"zh": "见证方 3/4", "en": "witnesses 3 of 4"}[lang] in said


def test_a_product_is_called_by_its_amended_name_with_scripts_and_without(visit, phone):
    checked = visit(f"/01/{AMENDED}", "en")
    served = phone(java_script_enabled=False)
    served.goto(f"/01/{AMENDED}?lang=en")
    names = [page.locator("h1").inner_text() for page in (checked, served)]
    assert names == ["Example new name"] * 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_recall_stands_above_everything_and_nothing_is_green(visit, lang):
    page = visit(f"/01/{RECALLED}", lang)
    require(page, "verified", lang, "recalled", "recalled")
    recall = page.locator("#checked > :first-child")
    assert recall.get_attribute("role") == "alert"
    assert {"zh": "可能含有异物", "en": "May contain foreign matter"}[lang] in recall.inner_text()
    assert {"zh": "召回责任企业", "en": "Responsible for recalls"}[lang] in recall.inner_text()
    assert {"zh": "示例进口商贸有限公司", "en": "Example Import Trading Ltd"}[lang] in recall.inner_text()
    assert "ok" not in page.locator("#verdict").get_attribute("class").split()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_altered_proof_shows_nothing_that_it_says(visit, proof, scene, lang):
    page = visit(scene.item, lang, lie=lies.altered(proof()))
    require(page, "altered", lang, picture="altered")
    assert page.locator(STORY).count() == 0
    assert page.locator("#served").count() == 0
    shown = page.locator("main").inner_text()
    assert "infant formula" not in shown
    assert "奶粉" not in shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_hidden_event_is_incomplete_and_the_rest_is_not_shown(visit, proof, scene, lang):
    page = visit(scene.item, lang, lie=lies.hiding(scene, proof()))
    require(page, "incomplete", lang, "hidden", "hidden-event")
    assert page.locator(STORY).count() == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_too_few_witnesses_are_incomplete(visit, proof, scene, lang):
    page = visit(scene.item, lang, lie=lies.barely_cosigned(proof()))
    require(page, "incomplete", lang, "quorum", "incomplete")
    assert page.locator(STORY).count() == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_nobody_recognised_says_so_and_shows_its_story(visit, lang):
    page = visit(f"/01/{WAITING}", lang)
    require(page, "not-recognised", lang, picture="not-recognised")
    assert {"zh": "尚未", "en": "not yet recognised"}[lang] in page.locator(STORY).inner_text()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_impossible_order_is_contradictory(visit, lang):
    require(visit(UNDELIVERED.removeprefix("https://id.gs1.org"), lang), "contradictory", lang, picture="contradictory")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_absence_is_proved_and_said(visit, lang):
    require(visit(f"/01/{FREE}", lang), "not-recorded", lang, picture="not-recorded")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_another_subjects_proof_is_no_answer(visit, proof, scene, lang):
    page = visit(scene.item, lang, lie=proof(f"/01/{WAITING}"))
    require(page, "cannot", lang)
    assert page.locator(f"#checked {STORY}").count() == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_fork_is_named_and_shows_nothing(visit, scene, histories, lang):
    shown = [histories.false, histories.true]
    page = visit(scene.item, lang, lie=shown.pop())
    require(page, "verified", lang)
    page = visit(scene.item, lang, lie=shown.pop(), page=page)
    require(page, "incomplete", lang, "forked", "forked")
    assert page.locator(STORY).count() == 0
    assert "infant formula" not in page.locator("main").inner_text()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_policy_of_ones_own_can_make_it_too_old(visit, phone, scene, tmp_path, lang):
    page = phone()
    page.clock.install()
    page = visit(scene.item, lang, page=page)
    before = page.locator("#fingerprint").text_content()
    page.clock.fast_forward("48:00:00")
    page.locator(
        "section[aria-labelledby=why] summary", has_text={"zh": "信任策略", "en": "Trust policy"}[lang]
    ).click()
    own: Path = tmp_path / "own.policy"
    own.write_bytes(scene.policy + b"max-age 3600\n")
    page.set_input_files("#policy-file", own)
    page.wait_for_selector("#verdict[data-state=incomplete]")
    require(page, "incomplete", lang, "expired", "expired-policy")
    assert page.locator("#fingerprint").text_content() != before
    assert page.locator(STORY).is_visible()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_in_app_browser_without_ed25519_says_that_it_cannot_check(visit, phone, scene, lang):
    page = phone()
    page.add_init_script(f"({WITHOUT})('Ed25519')")
    page.route("**/noble*", lambda route: route.abort())  # and the release's own code for it does not come
    page = visit(scene.item, lang, page=page)
    require(page, "cannot", lang, "algorithm", "no-ed25519")
    served = page.locator("#served")
    assert served.is_visible()
    assert page.locator("#checked section:not(#verdict)").count() == 0
    assert {"zh": "尚未在本设备上核验", "en": "not verified on this device"}[lang] in served.inner_text()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_connection_nothing_is_called_checked(visit, phone, scene, lang):
    page = phone()
    page.route("**/*format=proof*", lambda route: route.abort())
    require(visit(scene.item, lang, page=page), "cannot", lang, "unreached", "unreached")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_scripts_the_servers_verdict_is_shown_as_unverified(phone, scene, lang):
    page = phone(java_script_enabled=False)
    page.goto(f"{scene.item}?lang={lang}")
    text = page.locator("#served").inner_text()
    assert {"zh": "记录真实且完整", "en": "The records are authentic and complete"}[lang] in text
    assert {"zh": "尚未在本设备上核验", "en": "not verified on this device"}[lang] in text
    assert page.locator("#verdict").count() == 0


def test_a_product_named_like_a_script_is_text(visit):
    for lang in LANGUAGES:
        page = visit(f"/01/{HOSTILE}", lang)
        assert "<script>alert(1)</script>" in page.locator("h1:visible").inner_text()
        assert page.locator("#checked script, #checked img").count() == 0
