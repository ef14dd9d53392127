"""Browsers inside other apps: each says what cannot be done in it, none passes in silence, none stays blank."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.page.scene import RECALLED

AGENTS = {
    "WeChat": "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 "
    "XWEB/1160117 MMWEBSDK/20231202 Mobile Safari/537.36 MicroMessenger/8.0.47",
    "Alipay": "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/20G75 NebulaSDK/1.8.100112 Nebula AlipayClient/10.5.36",
    "Douyin": "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/110.0.0.0 "
    "Mobile Safari/537.36 aweme/28.0.0 BytedanceWebview/d8a21c6",
}
REFUSED = "throw new DOMException('refused', 'SecurityError')"
ABSENT = "(owner, name) => Object.defineProperty(owner, name, { configurable: true, value: undefined })"
LACKING = {
    "no store": f"for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])"
    f" Object.defineProperty(globalThis, name, {{ get() {{ {REFUSED} }} }});",
    "a store that only throws": f"for (const name of ['getItem', 'setItem', 'removeItem'])"
    f" Storage.prototype[name] = () => {{ {REFUSED} }};",
    "a store that is full": f"Storage.prototype.setItem = () => {{ {REFUSED} }};",
    "no service worker": f"({ABSENT})(navigator, 'serviceWorker')",
    "no camera": f"({ABSENT})(navigator, 'mediaDevices')",
    "no names of regions": "delete Intl.DisplayNames",
}
WITHOUT_CRYPTO = {
    "http: no subtle": f"({ABSENT})(crypto, 'subtle')",
    "no crypto at all": f"({ABSENT})(globalThis, 'crypto')",
}
OLD = {"no findLast": "delete Array.prototype.findLast", "no at": "delete Array.prototype.at"}


def opened(phone, visit, path, script, *, lang="en", agent="WeChat"):
    page = phone(user_agent=AGENTS[agent])
    page.add_init_script(f"(() => {{ {script} }})()")
    return visit(path, lang, page=page)


def state_of(page):
    return page.locator("#verdict").get_attribute("data-state")


@pytest.mark.parametrize("lacking", LACKING)
def test_what_is_not_needed_to_check_does_not_stop_the_check(phone, visit, scene, lacking):
    for agent in AGENTS:
        page = opened(phone, visit, scene.item, LACKING[lacking], agent=agent)
        assert state_of(page) == "verified"
        page.reload()
        page.wait_for_selector("#verdict")
        assert state_of(page) == "verified"


@pytest.mark.parametrize("lacking", WITHOUT_CRYPTO)
def test_without_what_checks_signatures_it_says_so_and_the_servers_word_stays_marked(phone, visit, scene, lacking):
    for lang, path in (("en", scene.item), ("zh", f"/01/{RECALLED}")):
        page = phone()
        page.route("**/noble*", lambda route: route.abort())
        page.add_init_script(f"(() => {{ {WITHOUT_CRYPTO[lacking]} }})()")
        visit(path, lang, page=page)
        assert state_of(page) == "cannot"
        served = page.locator("#served")
        assert {"zh": "尚未在本设备上核验", "en": "not verified on this device"}[lang] in served.inner_text()
        assert page.locator("#recalls [role=alert]").count() == (path != scene.item), "a recall is never taken away"


@pytest.mark.parametrize("lacking", OLD)
def test_a_browser_that_is_too_old_is_not_left_blank(phone, scene, lacking):
    page = phone()
    page.add_init_script(f"(() => {{ {OLD[lacking]} }})()")
    page.goto(f"{scene.item}?lang=en")
    expect(page.locator("#verdict")).to_have_attribute("data-state", "cannot")
    expect(page.locator("#verdict")).to_contain_text("Not checked on this device")
    assert "not verified on this device" in page.locator("#served").inner_text()


def test_without_a_camera_typing_and_files_go_on_and_it_says_so(phone, visit, scene, server):
    page = phone(user_agent=AGENTS["Alipay"])
    page.add_init_script(f"(() => {{ {LACKING['no camera']}; {LACKING['no store']} }})()")
    page.goto("/?lang=en")
    expect(page.locator("#camera [role=status]")).to_contain_text("cannot read codes here")
    proof = {"name": "item.trace", "mimeType": "", "buffer": server.get(f"{scene.item}?format=proof").body}
    page.set_input_files("#picture", proof)
    expect(page.locator("#verdict")).to_have_attribute("data-state", "verified")
    page.goto("/status?lang=en")
    expect(page.locator("#status-check [data-state]")).to_have_attribute("data-state", "grown")
