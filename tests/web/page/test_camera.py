"""The camera: labels are followed, and the proof that `suyuan receipt --qr` printed is checked in the browser."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Playwright, expect
from typer.testing import CliRunner

import api.cli  # noqa: F401 - adds its commands
from api.labels.png import format_png
from api.labels.symbol import encode_link, encode_proof
from api.page_releases import PageReleases
from api.web.fallback.build import build
from api.web.release.sources import BUILT, READER
from ledger.cli.commands import app
from tests.api.conftest import Server, settings_for
from tests.web.page.cameras import arguments, film
from tests.web.page.scene import WAITING, Scene
from verifier.cli.qr import read_symbol

DETECTOR = """codes => {
  globalThis.BarcodeDetector = class { async detect() { return codes.map((rawValue) => ({ rawValue })); } };
  const stream = () => document.createElement("canvas").captureStream();
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: async () => stream() } });
  HTMLMediaElement.prototype.play = async () => {};
}"""


@pytest.fixture(scope="module")
def printed(scene: Scene, tmp_path_factory) -> Path:
    """Return a folder with the receipt of the item's release and the item's label, as they are printed."""
    folder: Path = tmp_path_factory.mktemp("printed")
    (folder / "item.trace").write_bytes(scene.ledger.prover.trace(scene.parcel.item).data)
    (folder / "zone.policy").write_bytes(scene.policy)
    (folder / "release.event").write_bytes(scene.ledger.prover.event(scene.parcel.events["release"].name))
    words = ["--registry", str(folder / "item.trace"), "--policy", str(folder / "zone.policy")]
    out = str(folder / "receipt.png")
    ran = CliRunner().invoke(app, ["receipt", str(folder / "release.event"), *words, "--qr", out])
    assert ran.exit_code == 0, ran.output
    link = f"https://shop.example{scene.item}#{scene.parcel.hidden.hidden.text}"
    (folder / "label.png").write_bytes(format_png(encode_link(link)))
    return folder


@pytest.fixture(scope="module")
def site(scene: Scene, tmp_path_factory) -> Iterator[Server]:
    """A server whose release has what `make web` builds; built here, where it did not run before."""
    built = BUILT
    if not (BUILT / READER).is_file():
        work = tmp_path_factory.mktemp("npm")
        try:
            build(work / "work", built := work / "web")
        except (OSError, subprocess.CalledProcessError):
            pytest.skip(reason="needs npm's registry")
    yield from served(scene, built)


@pytest.fixture(scope="module")
def bare(scene: Scene) -> Iterator[Server]:
    """A server whose release has nothing that `make web` builds."""
    yield from served(scene, None)


def served(scene: Scene, built: Path | None) -> Iterator[Server]:
    running = Server(scene.ledger, settings_for(scene.folder))
    running.app.state.page = PageReleases(scene.ledger, None, built=built)
    yield running
    running.stop()


@pytest.fixture
def before(played: Playwright, site: Server, printed: Path, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Hold a printed code before the camera of a phone whose home page is open."""
    begun = []

    def hold(name: str, script: str = "") -> Page:
        seen = film(printed / name, tmp_path / "film.y4m")
        chromium = played.chromium.launch(executable_path=shutil.which("chromium"), args=arguments(seen))
        begun.append(chromium)
        return open_home(chromium.new_context(**PHONE, base_url=site.base).new_page(), script)

    yield hold
    for each in begun:
        each.close()


PHONE = {"viewport": {"width": 360, "height": 740}, "service_workers": "block"}


def open_home(page: Page, script: str = "") -> Page:
    """Open the home page; nothing is complained about, by scripts or by the policy of content."""
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.on("console", lambda said: pytest.fail(said.text) if "Content Security" in said.text else None)
    if script:
        page.add_init_script(script)
    page.goto("/?lang=en")
    return page


@pytest.fixture
def desk(phone, site: Server) -> Callable[..., Page]:
    """Open the home page in a browser without a camera."""
    return lambda script="", **options: open_home(phone(base_url=site.base, **options), script)


def scan(page: Page) -> None:
    page.get_by_role("button", name="Scan with the camera").click()


def test_a_printed_receipt_is_read_and_checked_in_the_browser(before, scene):
    page, asked = before("receipt.png"), []
    page.on("request", lambda each: asked.append(each.url))
    expect(page.locator("#scanned")).to_be_empty()
    scan(page)
    expect(page.locator("#verdict")).to_have_attribute("data-state", "verified")
    told = page.locator("#scanned").inner_text()
    assert scene.parcel.events["release"].name.hex() in told
    assert "Example Customs" in told
    assert "The witnesses' quorum cosigned" in told
    assert page.locator("video").count() == 0, "the camera is off"
    assert page.evaluate("document.activeElement.id") == "verdict"
    assert not [each for each in asked if not each.startswith(page.url.split("/?")[0])]


def choose(page: Page, file: Path) -> None:
    page.set_input_files("#picture", file)


def test_a_photo_of_a_receipt_is_checked_and_a_bent_one_is_altered(desk, printed, scene, tmp_path):
    page = desk()
    choose(page, printed / "receipt.png")
    expect(page.locator("#verdict")).to_have_attribute("data-state", "verified")
    data = bytearray(read_symbol((printed / "receipt.png").read_bytes()))
    data[-40] ^= 1
    (tmp_path / "bent.png").write_bytes(format_png(encode_proof(bytes(data))))
    choose(page, tmp_path / "bent.png")
    expect(page.locator("#verdict")).to_have_attribute("data-state", "altered")
    assert page.locator("#details").count() == 0


def test_a_photo_of_a_label_is_followed_and_its_hidden_code_stays_here(desk, printed, scene):
    page, asked = desk(), []
    page.on("request", lambda each: asked.append(each.url))
    choose(page, printed / "label.png")
    expect(page.locator("[data-code]")).to_have_attribute("data-code", "first")
    expect(page.locator("#hidden-code")).to_have_value(scene.parcel.hidden.hidden.text)
    assert page.url.endswith(f"{scene.item}?lang=en")
    assert not any(scene.parcel.hidden.hidden.text in each.partition("#")[0] for each in asked)


def test_files_of_proofs_are_checked_on_the_home_page(desk, printed, scene):
    page = desk()
    choose(page, printed / "item.trace")
    expect(page.locator("#verdict")).to_have_attribute("data-state", "verified")
    expect(page.locator("#timeline")).to_be_visible()
    choose(page, printed / "zone.policy")
    expect(page.get_by_text("This is no file that this page reads.")).to_be_visible()


def test_what_holds_no_code_or_another_is_said(desk, tmp_path):
    page = desk()
    Image.new("L", (400, 400), 255).save(tmp_path / "white.png")
    (tmp_path / "other.png").write_bytes(format_png(encode_link("an invented sentence")))
    (tmp_path / "broken.png").write_bytes(b"none")
    for name, said in (("white", "No code in this"), ("other", "neither a link"), ("broken", "No code in this")):
        choose(page, tmp_path / f"{name}.png")
        expect(page.get_by_text(said)).to_be_visible()


def test_the_browsers_own_reader_follows_a_label_and_nothing_more_is_loaded(desk, scene):
    page, asked = desk(f"({DETECTOR})(['https://shop.example{scene.item}?x=1'])"), []
    page.on("request", lambda each: asked.append(each.url))
    scan(page)
    page.wait_for_selector("#verdict")
    assert page.url.endswith(f"{scene.item}?lang=en")
    assert not any(READER in each for each in asked)


def test_where_the_browsers_reader_gives_no_bytes_the_releases_is_loaded(before):
    odd = "async detect() { return [{ rawValue: '\\u0082\\u0000bytes' }]; }"
    page = before("receipt.png", f"globalThis.BarcodeDetector = class {{ {odd} }};")
    scan(page)
    expect(page.locator("#verdict")).to_have_attribute("data-state", "verified")


def test_where_make_web_built_no_reader_the_page_says_what_to_do(phone, bare, printed):
    page = open_home(phone(base_url=bare.base), f"({DETECTOR})(['\\u0082\\u0000bytes'])")
    scan(page)
    page.get_by_text("gives text only").wait_for()
    page.get_by_text("Close the camera").click()
    expect(page.get_by_role("button", name="Scan with the camera")).to_be_enabled()
    choose(page, printed / "receipt.png")
    expect(page.get_by_text("No code in this picture")).to_be_visible()


def test_a_browser_without_any_reader_says_so_and_typing_goes_on(phone, bare, printed):
    page = open_home(phone(base_url=bare.base))
    page.get_by_text("cannot read codes here").wait_for()
    expect(page.get_by_role("button", name="Scan with the camera")).to_have_count(0)
    choose(page, printed / "receipt.png")
    expect(page.get_by_text("cannot read codes here")).to_be_visible()
    page.fill("#q", WAITING)
    page.keyboard.press("Enter")
    page.wait_for_selector("#verdict[data-state=not-recognised]")


def test_a_reader_that_does_not_come_is_none(desk, printed):
    page = desk()
    page.route(f"**/{READER}", lambda route: route.abort())
    choose(page, printed / "receipt.png")
    expect(page.get_by_text("cannot read codes here")).to_be_visible()
    page.unroute(f"**/{READER}")
    choose(page, printed / "receipt.png")
    expect(page.locator("#verdict")).to_have_attribute("data-state", "verified")


def test_the_page_that_is_one_file_reads_photos_too(phone, site, printed, tmp_path):
    (tmp_path / "suyuan-verify.html").write_bytes(site.app.state.page.current().single)
    page = phone()
    page.on("console", lambda said: pytest.fail(said.text))
    page.goto((tmp_path / "suyuan-verify.html").as_uri())
    page.set_input_files("#file", printed / "item.trace")
    expect(page.locator("#verdict")).to_have_attribute("data-state", "verified")
    page.set_input_files("#file", printed / "receipt.png")
    expect(page.locator("#checked h1")).to_have_text("Release")
    expect(page.locator("#verdict")).to_have_attribute("data-state", "verified")
