"""ES modules as they are written here: what each imports and exports, and an order in which none comes too early.

Only the forms that the house uses are read; anything else is refused, so that nothing is bundled by half.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from posixpath import dirname, join, normpath

from api.errors import FaultError

_JSDOC = re.compile(r"/\*\*.*?\*/", re.DOTALL)
_COMMENT = re.compile(r"^\s*// .*$", re.MULTILINE)
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function\*?|class|const) ([A-Za-z_$][\w$]*)", re.MULTILINE)
_LATER = re.compile(r'\bimport\("(\.[^"]+)"\)')
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)

Read = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Module:
    """A module.

    Attributes:
        path: where it is, from the root of all modules, like `verifier/cbor.js`.
        imports: paths of other modules, and what is taken from each: (its name there, its name here).
        exports: names, in their order.
        lazy: modules that are loaded when they are wanted, by how they are spelt.
        body: the source, without imports, `export` and comments.
    """

    path: str
    imports: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    exports: tuple[str, ...]
    lazy: Mapping[str, str]
    body: str


@lru_cache(maxsize=512)
def parse_module(path: str, source: str) -> Module:
    """Return a module.

    Raises:
        FaultError: an import or export in a form that is not bundled.
    """
    bare = _COMMENT.sub("", _JSDOC.sub("", source))
    imports: dict[str, list[tuple[str, str]]] = {}
    for names, spelt in _IMPORT.findall(bare):
        taken = imports.setdefault(_resolve(path, spelt), [])
        taken += [_named(each.strip()) for each in names.split(",") if each.strip()]
    exports = tuple(name for _, name in _EXPORT.findall(bare))
    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub("", bare))
    if left := _LEFT.search(body):
        raise FaultError(path, came=left[0], expected="imports and exports by name, in the forms of the house")
    found = tuple((target, tuple(names)) for target, names in imports.items())
    return Module(path, found, exports, {each: _resolve(path, each) for each in _LATER.findall(body)}, body)


def in_order(entry: str, read: Read) -> list[Module]:
    """Return a module and all that it needs, each after those that it imports.

    Raises:
        FaultError: modules import each other in a circle, take what is not exported, or what `parse_module` refuses.
    """
    done: dict[str, Module] = {}

    def visit(path: str, above: tuple[str, ...]) -> None:
        if path in above:
            raise FaultError(path, came=" → ".join((*above, path)), expected="no circle of imports")
        if path in done:
            return
        module = parse_module(path, read(path))
        for target, names in module.imports:
            visit(target, (*above, path))
            if missing := [name for name, _ in names if name not in done[target].exports]:
                raise FaultError(path, came=f"{', '.join(missing)} of {target}", expected="names that it exports")
        done[path] = module

    visit(entry, ())
    return list(done.values())


def _named(spelt: str) -> tuple[str, str]:
    name, _, here = spelt.partition(" as ")
    return name, here or name


def _resolve(path: str, spelt: str) -> str:
    return normpath(join(dirname(path), spelt))
