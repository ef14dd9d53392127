"""Where the sources of a release are: files of this package, modules that it makes, and what `make web` built."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from api.web.release.bundling import bundle
from api.web.release.generated import texts_module, types_module
from api.web.release.modules import in_order
from api.web.release.shortening import shorten

BUILT = Path(__file__).parents[3] / "build" / "web"
FALLBACKS = {"EdDSA": "noble_ed25519.js", "ML-DSA-44": "noble_mldsa44.js"}
PAGE, SINGLE = "page/main.js", "page/single.js"
_RELEASED = "export const released = suyuanReleased;\n"
_MADE = ("page/texts.js", "page/types.js", "page/released.js")


class Sources:
    """Reads modules for the bundler.

    Attributes:
        fallbacks: algorithms for which code was built.
    """

    def __init__(self, built: Path | None) -> None:
        """Take the folder in which `make web` built the fallback; None for a release without it."""
        self._built = {
            f"page/{name}": built / name for name in FALLBACKS.values() if built and (built / name).is_file()
        }
        self.fallbacks = [name for name, file in FALLBACKS.items() if f"page/{file}" in self._built]
        self._made: Mapping[str, str] = {}

    def read(self, path: str) -> str:
        """Return the source of a module.

        Raises:
            FileNotFoundError: there is none.
        """
        if path in self._made:
            return self._made[path]
        return self._built[path].read_text("utf-8") if path in self._built else text_file(path)

    def make(self, entry: str) -> None:
        """Make the modules that depend on what the others say."""
        spoken = [source for path, source in self._reached(entry).items() if path not in self._built]
        self._made = dict(zip(_MADE, (texts_module(spoken), types_module(), _RELEASED), strict=True))

    def _reached(self, entry: str) -> dict[str, str]:
        """Return the sources of all modules that are loaded, now or later."""
        found: dict[str, str] = {}
        waiting = [entry]
        while waiting:
            path = waiting.pop()
            for module in in_order(path, self.read):
                found[module.path] = module.body
                waiting += [each for each in module.lazy.values() if each not in found and self._has(each)]
        return found

    def _has(self, path: str) -> bool:
        try:
            self.read(path)
        except FileNotFoundError:
            return False
        return True


@cache
def scripts(built: Path | None) -> Mapping[str, str]:
    """Return the minified scripts of the page: `page.js`, and by name those that it loads later."""
    sources = Sources(built)
    sources.make(PAGE)
    made = bundle(PAGE, sources.read, change=shorten)
    return {"page.js": made.main, **made.lazy}


@cache
def single_script(built: Path | None) -> str:
    """Return the minified script of the single-file page, with everything in it."""
    sources = Sources(built)
    sources.make(SINGLE)
    return bundle(SINGLE, sources.read, change=shorten, inline=True).main


def fallbacks(built: Path | None) -> list[str]:
    """Return the algorithms for which code was built."""
    return Sources(built).fallbacks


@cache
def worker_script() -> str:
    """Return the minified service worker, without the release that it keeps."""
    return shorten(text_file("page/sw.js"))


def style() -> str:
    """Return the style."""
    return text_file("static/style.css")


def text_file(path: str) -> str:
    """Return a file of `api/web`.

    Raises:
        FileNotFoundError: there is none.
    """
    return files("api").joinpath("web", *path.split("/")).read_text("utf-8")
