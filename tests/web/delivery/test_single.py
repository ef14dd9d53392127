"""suyuan-verify.html: one file, from a disk, without a network."""

import json
from itertools import product

import pytest

from api.web.release.release import TrustedBy, make_release, parse_policy
from tests.vectors.recipe import ROOT
from tests.web.page.conftest import PICTURES
from tests.web.page.test_everybody import OPEN_ALL, require_for_everybody

FILES = ROOT / "files"


@pytest.fixture(scope="package")
def pages(tmp_path_factory):
    """Return the place of a single page with a policy."""
    folder = tmp_path_factory.mktemp("single")

    def page_of(policy):
        place = folder / "suyuan-verify.html"
        trusted = parse_policy(policy.encode(), own=False) if policy else TrustedBy(own=False)
        place.write_bytes(make_release(trusted, None).single)
        return place

    return page_of


@pytest.fixture
def opened(page, pages):
    """Open the single page from the disk; no request leaves, and nothing is complained about."""

    def open_page(vector):
        page.on("request", lambda each: asked.append(each.url))
        page.on("console", lambda each: said.append(each.text))
        page.on("pageerror", lambda each: said.append(str(each)))
        page.clock.set_fixed_time(vector["at"])
        page.goto(pages(vector["policy"]).as_uri())
        return page

    asked, said = [], []
    yield open_page
    assert [each for each in asked if not each.startswith(("file:", "blob:"))] == []
    assert said == []


def vector_of(kind, name):
    return json.loads((ROOT / kind / "valid" / f"{name}.json").read_text())


def state_of(page, file):
    """Return the state after a file was chosen; of a file in the folder, or of given bytes."""
    page.evaluate("() => document.querySelector('#checked').replaceChildren()")
    page.set_input_files("#file", FILES / file if isinstance(file, str) else file)
    return page.locator("#verdict").first.get_attribute("data-state")


def edited(vector, at=300):
    data = bytearray((FILES / vector["file"]).read_bytes())
    data[at] ^= 1
    return {"name": "bent.trace", "mimeType": "", "buffer": bytes(data)}


ITEM = vector_of("trace-proof", "item")
WAYS = list(product(("zh", "en"), (360, 1280), ("light", "dark")))
SHOWN = {
    "trace": ("trace-proof", "item"),
    "event": ("event-proof", "with-its-seal"),
    "promise": ("promise-file", "of-a-complaint"),
    "bundle": ("evidence-bundle", "one-proof-twice"),
    "evidence": ("fork-evidence", "one-size"),
}


def test_a_trace_is_checked_from_a_disk(opened):
    page = opened(ITEM)
    assert state_of(page, ITEM["file"]) == "verified"
    assert "The records are authentic and complete" in page.locator("#verdict").inner_text()
    assert page.locator("h1").count() == 1
    page.get_by_role("button", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert state_of(page, ITEM["file"]) == "verified"
    assert "记录真实" in page.locator("#verdict").inner_text()


def test_what_was_bent_is_altered_or_cannot_be_read_and_shows_no_story(opened):
    page = opened(ITEM)
    size = (FILES / ITEM["file"]).stat().st_size
    states = {state_of(page, edited(ITEM, at)) for at in (0, 300, size // 2, size - 40)}
    assert "verified" not in states
    assert "altered" in states
    assert page.locator("#timeline").count() == 0


def test_a_file_may_be_dropped(opened):
    page = opened(ITEM)
    given = page.evaluate_handle("hex => Uint8Array.fromHex(hex)", (FILES / ITEM["file"]).read_bytes().hex())
    drop = """data => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([data], "item.trace"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(drop, given)
    assert page.locator("#verdict").first.get_attribute("data-state") == "verified"


def test_an_event_needs_the_registry_of_a_trace(opened):
    vector = vector_of("event-proof", "with-its-seal")
    page = opened(vector)
    assert state_of(page, vector["file"]) == "cannot"
    assert "open a trace proof" in page.locator("#verdict").inner_text()
    assert state_of(page, vector["registry"]) in ("verified", "not-recognised")
    assert state_of(page, vector["file"]) == "verified"
    assert vector["facts"]["name"] in page.locator("#checked").inner_text()


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("fork-evidence", "one-size", "The ledger forked: the evidence holds"),
        ("said-twice-evidence", "id-twice", "recorded a number or an id twice"),
        ("foreign-seal-evidence", "seal-under-another-key", "under another key than its charter's"),
    ],
)
def test_evidence_convicts_the_ledger(opened, kind, name, said):
    vector = vector_of(kind, name)
    page = opened(vector)
    assert state_of(page, vector["file"]) == "evidence"
    assert said in page.locator("#verdict").inner_text()


def test_a_promise_is_checked_and_a_bent_one_is_altered(opened):
    vector = vector_of("promise-file", "of-a-complaint")
    page = opened(vector)
    assert state_of(page, vector["file"]) == "promised"
    assert "kept its promise" in page.locator("#checked").inner_text()
    data = bytearray((FILES / vector["file"]).read_bytes())
    data[-1] ^= 1
    assert state_of(page, {"name": "x.promise", "mimeType": "", "buffer": bytes(data)}) == "altered"


def test_a_bundle_shows_each_of_its_traces(opened):
    vector = vector_of("evidence-bundle", "attachment-left-out")
    page = opened(vector)
    state_of(page, vector["file"])
    assert page.locator("#verdict").count() == len(vector["facts"]["outcomes"])


def test_other_files_are_none_that_can_be_checked(opened):
    page = opened(ITEM)
    for content in (b"", b"PK", b"\x83", b"\x80"):
        assert state_of(page, {"name": "x", "mimeType": "", "buffer": content}) == "cannot"
        assert "no file that this page reads" in page.locator("#verdict").inner_text()


def test_without_a_policy_nothing_is_checked_until_the_reader_brings_one(opened):
    page = opened(ITEM | {"policy": ""})
    assert page.locator("#verdict").count() == 0
    assert state_of(page, ITEM["file"]) == "cannot"
    assert "There is no trust policy" in page.locator("#verdict").inner_text()
    page.get_by_text("Trust policy", exact=True).last.click()
    page.set_input_files("#policy-file", {"name": "p", "mimeType": "", "buffer": ITEM["policy"].encode()})
    page.wait_for_function("() => document.querySelector('#verdict').dataset.state === 'verified'")
    page.reload()
    assert state_of(page, ITEM["file"]) == "verified", "it is kept"


def test_an_older_checkpoint_than_was_seen_is_incomplete(opened):
    """What suyuan-verify remembers in a file, the page does in the browser."""
    page = opened(ITEM)
    assert state_of(page, ITEM["file"]) == "verified"
    found = page.evaluate("() => Object.entries(localStorage)")
    [(key, kept)] = [each for each in found if each[0].startswith("suyuan.seen.")]
    size, rest = kept.split(" ", 1)
    assert (key.removeprefix("suyuan.seen."), int(size)) == (ITEM["policy"].split()[-1], ITEM["facts"]["story"]["size"])
    page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [key, f"{int(size) + 1} {rest}"])
    assert state_of(page, ITEM["file"]) == "incomplete"


SOON = [("trace", WAYS[1]), ("bundle", WAYS[4]), ("promise", WAYS[6])]  # the rest is the long battery's


@pytest.mark.parametrize(
    ("name", "way"),
    [each if each in SOON else pytest.param(*each, marks=pytest.mark.soak) for each in product(SHOWN, WAYS)],
)
def test_it_is_for_everybody(opened, name, way):
    """WCAG 2.2 AA by axe of the empty page, of each kind of file, and of one that is refused."""
    (lang, width, scheme), vector = way, vector_of(*SHOWN[name])
    page = opened(vector)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 740})
    if lang == "zh":
        page.get_by_role("button", name="中文").click()
    require_for_everybody(page)
    for file in (*([vector["registry"]] if "registry" in vector else []), vector["file"]):
        state_of(page, file)
    page.evaluate(OPEN_ALL, "details")
    require_for_everybody(page)
    page.screenshot(path=PICTURES / f"single-{name}-{lang}-{width}-{scheme}.png", full_page=True)
    state_of(page, {"name": "x", "mimeType": "", "buffer": b"none"})
    require_for_everybody(page)
