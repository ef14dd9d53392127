import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

PAGE = "text/html"
RELEASED = re.compile(r"/static/[0-9a-f]{32}/[a-z.]+")


class Outline(HTMLParser):
    """What a test asks of a page: tags with attributes, and text in reading order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def paths(world, zone_terms):
    return [
        "/", f"/01/{zone_terms.GOOD}", f"/01/{zone_terms.GOOD}/21/A%2F1", f"/01/{zone_terms.RECALLED}",
        f"/01/{zone_terms.FREE}", "/01/1", "/nothing", f"/events/{world.event.name.hex()}", "/search?q=x",
        f"/events/{world.filed.name.hex()}", "/trace?subject=urn:suyuan:ledger:ledger.example/zone",
    ]  # fmt: skip


def test_every_page_is_strict_and_accessible_at_its_bones(server, paths):
    for path in paths:
        for lang in ("zh", "en"):
            glue = "&" if "?" in path else "?"
            answer = server.get(f"{path}{glue}lang={lang}", PAGE)
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8", path
            page = Outline(answer.text)
            assert [each for each in page.all("script") if not RELEASED.fullmatch(each["src"])] == [], path
            assert not page.all("style"), path
            for tag, attributes in page.tags:
                assert not [name for name in attributes if name == "style" or name.startswith("on")], (path, tag)
            (html,) = page.all("html")
            assert html["lang"] == {"zh": "zh-Hans", "en": "en"}[lang]
            assert len(page.all("h1")) == 1, path
            assert len(page.all("main")) == 1
            assert len(page.all("title")) == 1
            assert any("width=device-width" in each.get("content", "") for each in page.all("meta"))
            names = [each["for"] for each in page.all("label")]
            inputs = [each for each in page.all("input") if each["type"] != "hidden"]
            assert names == [each["id"] for each in inputs]
            assert [each["rel"] for each in page.all("link")] == ["stylesheet", "icon", "manifest"]
            assert all(RELEASED.fullmatch(each["href"]) for each in page.all("link"))


def test_hostile_text_is_shown_as_text(server, zone_terms):
    for form in ("", "?lang=en"):
        answer = server.get(f"/01/{zone_terms.GOOD}{form}", PAGE)
        assert answer.text.count("<script") == 1, "the release's own"
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
        assert "<script>alert(1)</script>" in Outline(answer.text).text


@pytest.mark.parametrize(
    "path",
    ["/01/%3Cscript%3E", "/%22%3E%3Cscript%3E", "/trace?subject=%22onmouseover=%22x", "/search?q=%3Cscript%3E",
     "/?lang=%3Cscript%3E", "/?%3Cscript%3E=1", "//evil.example/?lang=%3Cscript%3E"],
)  # fmt: skip
def test_hostile_addresses_are_shown_as_text(server, path):
    answer = server.get(path, PAGE)
    assert 400 <= answer.status < 500
    assert answer.text.count("<script") == 1, "the release's own"
    page = Outline(answer.text)
    assert not [each for _, each in page.tags if "onmouseover" in each]
    for link in page.all("a"):
        assert link["href"].startswith(("/?", "?", "#", "/suyuan-verify.html")), link


def test_the_page_marks_the_verdict_as_the_servers_word(server, zone_terms):
    page = Outline(server.get(f"/01/{zone_terms.GOOD}?lang=en", PAGE).text)
    assert "The records are authentic and complete Computed by this server, not verified on this device" in page.text
    assert f"suyuan-verify trace 01-{zone_terms.GOOD}.trace --policy trust.policy --subject" in page.text
    assert "genuine" not in page.text.lower()
    assert "正品" not in server.get(f"/01/{zone_terms.GOOD}?lang=zh", PAGE).text
    (link,) = [each for each in page.all("a") if each.get("download")]
    assert server.get(link["href"], PAGE).headers["Content-Type"] == "application/vnd.suyuan.trace+cbor"


def test_the_page_tells_the_life_with_both_times_issuer_and_cosigners(server, zone_terms):
    text = Outline(server.get(f"/01/{zone_terms.GOOD}/21/A%2F1?lang=en", PAGE).text).text
    assert text.index("Filing") < text.index("Enterprise filing") < text.index("Product filing")
    assert text.index("Product filing") < text.index("Transport") < text.index("Commissioning")
    for word in ("Happened (as its issuer claims)", "Recorded", "Issued by Example Trading"):
        assert word in text
    assert "Co-signed by Demonstration customs: recognised" in text
    assert "What was not checked" in text
    assert "whether this is the ledger that you trust" in text
    for step in ("Ledger", "Not forked", "Sealed", "Keys", "Authentic", "Complete", "Recognised", "Coherent", "Fresh"):
        assert f"{step} passed" in text


def test_a_recall_stands_above_everything(server, zone_terms):
    page = Outline(server.get(f"/01/{zone_terms.RECALLED}?lang=zh", PAGE).text)
    main = page.text[page.text.index("English") :]
    assert main.index("召回") < main.index("可能含有异物") < main.index("婴儿配方奶粉") < main.index("记录真实且完整")
    assert any(each.get("role") == "alert" for each in page.all("section"))
    assert 'role="alert"' not in server.get(f"/01/{zone_terms.GOOD}", PAGE).text


def test_what_nobody_recognised_yet_says_so_and_why(server, world, zone_terms):
    gtin = "06901234560053"
    world.zone.say(world.seller, [zone_terms.product_draft(world, gtin, {"zh": "新品", "en": "New product"}, 0)])
    page = Outline(server.get(f"/01/{gtin}?lang=en", PAGE).text)
    assert "Not recognised Computed by this server" in page.text
    assert "what urn:suyuan:policy:filing asks for" in page.text
    assert "Recognition not yet recognised" in page.text
    assert "Recognised failed" in page.text
    assert "Coherent not reached" in page.text
    assert "authentic and complete" not in page.text


def test_absence_is_a_page_too(server, zone_terms):
    text = Outline(server.get(f"/01/{zone_terms.FREE}?lang=en", PAGE).text).text
    assert "Nothing is recorded" in text


@pytest.mark.parametrize(
    ("header", "language"), [("zh-CN", "zh-Hans"), ("en-GB,en", "en"), ("fr", "zh-Hans"), ("", "zh-Hans")]
)
def test_the_language_is_the_readers(server, header, language):
    page = server.get("/", PAGE, **{"Accept-Language": header})
    assert f'<html lang="{language}">' in page.text


def test_the_switch_keeps_the_address(server, zone_terms):
    path = f"/01/{zone_terms.GOOD}"
    page = Outline(server.get(f"{path}?walk=public&lang=zh", PAGE).text)
    (switch,) = [each for each in page.all("a") if each.get("hreflang")]
    assert switch["href"] == "?walk=public&lang=en"
    assert server.get(path + switch["href"], PAGE).headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("typed", "location"),
    [
        ("06901234567892", "/01/06901234567892?lang=zh"),
        ("6901234567892", "/01/06901234567892?lang=zh"),
        ("https://shop.example/01/06901234567892/21/A1?x=1", "/01/06901234567892/21/A1?lang=zh"),
        ("069012345000000011", "/00/069012345000000011?lang=zh"),
        ("urn:suyuan:agency:customs", "/trace?subject=urn:suyuan:agency:customs&walk=registry&lang=zh"),
        ("  /01/06901234567892 ", "/01/06901234567892?lang=zh"),
        ("urn:suyuan:ledger:a&b#c", "/trace?subject=urn:suyuan:ledger:a%26b%23c&lang=zh"),
    ],
)
def test_the_search_field_finds_what_people_type(server, typed, location):
    answer = server.get(f"/search?q={quote(typed, safe='')}", PAGE)
    assert answer.status == 303
    assert answer.headers["Location"] == location
    assert server.get(location, PAGE).status == 200


@pytest.mark.parametrize(
    "typed", ["", "x", "06901234567893", "http://evil.example/", "%0d%0aSet-Cookie:a=b", "a" * 600]
)
def test_what_nobody_can_look_up_is_explained(server, typed):
    answer = server.get(f"/search?q={typed}", PAGE)
    assert answer.status == 400
    assert "Set-Cookie" not in answer.headers


def test_styles_and_icon(server):
    style = server.get("/static/style.css")
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert b"focus-visible" in style.body
    assert b"url(" not in style.body
    assert server.get("/static/icon.svg").headers["Content-Type"] == "image/svg+xml"
    assert server.get("/static/other.css").status == 404


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True])
def test_colours_have_contrast(server, dark):
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text, whether the device is light or dark."""
    light_part, dark_part = server.get("/static/style.css").text.split("@media (prefers-color-scheme: dark)")
    colours = {
        line.split(":")[0].strip().removeprefix("--"): line.split(":")[1].strip(" ;")
        for line in (dark_part if dark else light_part).splitlines()
        if line.strip().startswith("--")
    }
    pairs = [(ink, ground) for ink in ("ink", "quiet", "link") for ground in ("paper", "ground")]
    pairs += [(tone, ground) for tone in ("ok", "warn", "bad") for ground in (f"{tone}-ground", "paper")]
    pairs.append(("bar-ink", "bar"))
    for ink, ground in pairs:
        light, dark_one = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark_one + 0.05) >= 4.5, (ink, ground)
