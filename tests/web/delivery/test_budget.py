"""At most 60,000 bytes for everything that a page loads to check a proof, compressed; without the fallback."""

import gzip

import pytest

MOST = 60_000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_fits_its_budget(page, server, language, record_property):
    sizes = {}

    def weigh(answer):
        if "/static/" in answer.url:
            sizes[answer.url.rsplit("/", 1)[1]] = len(gzip.compress(answer.body(), 9, mtime=0))

    page.on("response", weigh)
    page.goto(f"{server.base}/01/06901234567892?lang={language}")
    page.wait_for_selector("#verdict")
    page.wait_for_load_state("networkidle")
    icons = len(gzip.compress(server.get("/static/icon.svg").body, 9, mtime=0))
    sizes.setdefault("icon.svg", icons)
    for name, size in sizes.items():
        record_property(name, size)
        print(f"{size:>7,} {name}")
    print(f"{sum(sizes.values()):>7,} together, of {MOST:,}")
    assert {f"page.{language}.js", "style.css"} <= set(sizes)
    assert sum(sizes.values()) <= MOST
