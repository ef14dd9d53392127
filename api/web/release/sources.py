"""Where the sources of a release are: files of this package, modules that it makes, and what `make web` built."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TypeVar

from api.errors import FaultError
from api.web.release.bundling import bundle
from api.web.release.generated import later_texts_module, texts_module, types_module
from api.web.release.modules import in_order
from api.web.release.shortening import shorten
from verifier.texts import LANGUAGES

BUILT = Path(__file__).parents[3] / "build" / "web"
FALLBACKS = {"EdDSA": "noble_ed25519.js", "ML-DSA-44": "noble_mldsa44.js"}
READER = "qr_reader.js"
PAGE, SINGLE = "page/main.js", "page/single.js"
_RELEASED = "export const released = suyuanReleased;\n"
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_SPACE = re.compile(r" ?([{};,]) ?")
_LATER = "page/later_texts.js"
_LOCK = Lock()
_Made = TypeVar("_Made")
_MADE = ("page/texts.js", _LATER, "page/types.js", "page/released.js")


class Sources:
    """Reads modules for the bundler.

    Attributes:
        fallbacks: algorithms for which code was built.
        reader: whether a reader of QR codes was built.
    """

    def __init__(self, built: Path | None) -> None:
        """Take the folder in which `make web` built the fallback; None for a release without it."""
        self._built = {
            f"page/{name}": built / name for name in (*FALLBACKS.values(), READER) if built and (built / name).is_file()
        }
        self.fallbacks = [name for name, file in FALLBACKS.items() if f"page/{file}" in self._built]
        self.reader = f"page/{READER}" in self._built
        self._made: Mapping[str, str] = {}

    def read(self, path: str) -> str:
        """Return the source of a module.

        Raises:
            FileNotFoundError: there is none.
        """
        if path in self._made:
            return self._made[path]
        return self._built[path].read_text("utf-8") if path in self._built else text_file(path)

    def make(self, entry: str, languages: Sequence[str]) -> None:
        """Make the modules that depend on what the others say."""
        self._made = {}
        reached = {path: body for path, body in self._reached(entry).items() if path not in (*self._built, *_MADE)}
        late = self._late(entry, reached)
        spoken = [body for path, body in reached.items() if path not in late]
        later = later_texts_module([reached[path] for path in late], spoken)
        self._made = dict(zip(_MADE, (texts_module(spoken, languages), later, types_module(), _RELEASED), strict=True))

    def _late(self, entry: str, reached: Mapping[str, str]) -> list[str]:
        """Return which of the modules reached stand in scripts that bring their own texts, and nowhere else."""
        first = {module.path for module in in_order(entry, self.read)}
        found: dict[str, bool] = {}
        for path in reached:
            behind = [module.path for module in in_order(path, self.read)]
            found |= dict.fromkeys(behind, True) if _LATER in behind else {}
        return [path for path in found if path in reached and path not in first]

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


def _alone(make: Callable[[Path | None], _Made]) -> Callable[[Path | None], _Made]:
    """Let one thread at a time make scripts, and each once: sources that were read are shared."""
    kept = cache(make)

    @wraps(make)
    def made(built: Path | None) -> _Made:
        with _LOCK:
            return kept(built)

    return made


@_alone
def scripts(built: Path | None) -> Mapping[str, str]:
    """Return the shortened scripts: the page's in each language, and by name what it loads later.

    Raises:
        FaultError: something is loaded later that is not the same in all languages.
    """
    sources = Sources(built)
    made: dict[str, str] = {}
    for language in LANGUAGES:
        sources.make(PAGE, [language])
        found = bundle(PAGE, sources.read)
        made[f"page.{language}.js"] = found.main
        for name, script in found.lazy.items():
            if made.setdefault(name, script) != script:
                raise FaultError(name, came="other texts in each language", expected="texts that page/main.js imports")
    return made


@_alone
def single_script(built: Path | None) -> str:
    """Return the shortened script of the single-file page, with everything in it."""
    sources = Sources(built)
    sources.make(SINGLE, LANGUAGES)
    return bundle(SINGLE, sources.read, inline=True).main


def built_parts(built: Path | None) -> dict[str, list[str] | bool]:
    """Return what was built: the algorithms, by name, and whether there is a reader of QR codes."""
    found = Sources(built)
    return {"fallbacks": found.fallbacks, "reader": found.reader}


@cache
def worker_script() -> str:
    """Return the shortened service worker, without the release that it keeps."""
    return shorten(text_file("page/sw.js"))


def style() -> str:
    """Return the style without comments, and with spaces only where they part words."""
    bare = " ".join(_CSS_COMMENT.sub("", text_file("static/style.css")).split())
    return _CSS_SPACE.sub(r"\1", bare).replace(": ", ":").replace(";}", "}")


@cache
def text_file(path: str) -> str:
    """Return a file of `api/web`.

    Raises:
        FileNotFoundError: there is none.
    """
    return files("api").joinpath("web", *path.split("/")).read_text("utf-8")
