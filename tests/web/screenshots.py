"""`make screenshots`: the pictures of the README, taken of the demonstration's own page in Debian's Chromium."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, ViewportSize
from playwright.async_api import async_playwright as play

from fixtures.demo.serving import free_port

FOLDER = Path(__file__).parents[2] / "docs/images"
PATIENCE = 300.0  # seconds that the demonstration may take


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the README: the language and size of its window."""

    name: str
    lang: str
    size: ViewportSize


# Whether two Chinese characters look different: without a font for them each is drawn as the same box.
LEGIBLE = """() => {
  const [one, other] = ["溯", "源"].map((sign) => {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    context.font = "48px system-ui, sans-serif";
    context.fillText(sign, 8, 64);
    return canvas.toDataURL();
  });
  return one !== other;
}"""

PICTURES = (
    Picture("trace-zh-360.png", "zh", {"width": 360, "height": 740}),
    Picture("trace-en-1280.png", "en", {"width": 1280, "height": 800}),
)


def main() -> None:
    """Take every picture, and say how large each is."""
    found = shutil.which("chromium")
    if found is None:
        raise SystemExit("needs the Debian package chromium")
    asyncio.run(require_fonts(found))
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demonstration(Path(folder)) as page:
        asyncio.run(take_all(found, page))


async def require_fonts(chromium: str) -> None:
    """Stop where Chinese would be drawn as boxes.

    Raises:
        SystemExit: the machine has no font for it.
    """
    async with play() as playing:
        browser = await playing.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page()
        legible = await page.evaluate(LEGIBLE)
        await browser.close()
    if not legible:
        raise SystemExit("no picture was taken: no font here has Chinese; install the Debian package fonts-noto-cjk")


async def take_all(chromium: str, address: str) -> None:
    """Take every picture of a page, each in a window of its own."""
    async with play() as playing:
        browser = await playing.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for picture in PICTURES:
            await take(browser, address, picture)
        await browser.close()


async def take(browser: Browser, address: str, picture: Picture) -> None:
    """Take a picture of a page once it has checked the proof."""
    page = await browser.new_page(viewport=picture.size, service_workers="block")
    await page.goto(f"{address}?lang={picture.lang}")
    await page.wait_for_selector("#verdict[data-state]")
    await page.screenshot(path=FOLDER / picture.name)
    await page.close()
    print(f"{FOLDER / picture.name}: {(FOLDER / picture.name).stat().st_size} bytes")


@contextmanager
def demonstration(folder: Path) -> Iterator[str]:
    """Run the demonstration in a folder, and give the address of its item's page."""
    command = [sys.executable, "-m", "api.cli", "demo", "--serve", "--port", str(free_port()), "--lang", "en"]
    said = folder / "said.txt"
    with said.open("wb") as file:
        running = subprocess.Popen([*command, "--folder", str(folder / "demo")], stdout=file, stderr=file)
    try:
        end = time.monotonic() + PATIENCE
        while "Ctrl-C" not in (text := said.read_text("utf-8")):
            if running.poll() is not None or time.monotonic() > end:
                raise SystemExit(text)
            time.sleep(0.2)
        yield re.findall(r"http://\S+/01/\S+", text)[0]
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(PATIENCE)


if __name__ == "__main__":
    main()
