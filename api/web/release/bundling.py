"""One script out of modules, in the order in which they need each other.

What is loaded later is a script of its own, a module whose default export takes what it uses of the main script. It is
called like its entry module; the main script asks for it beside itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from posixpath import basename

from api.web.release.linking import Linked
from api.web.release.modules import Module, Read, in_order
from api.web.release.pruning import prune


@dataclass(frozen=True, slots=True)
class Bundle:
    """Scripts.

    Attributes:
        main: runs by itself: calls the entry's `start(document)`.
        lazy: by file name.
    """

    main: str
    lazy: Mapping[str, str]


def bundle(entry: str, read: Read, *, inline: bool = False) -> Bundle:
    """Return the scripts of an entry module that exports `start`.

    Args:
        entry: its path.
        read: returns a module's source, or raises FileNotFoundError: what is loaded later may be missing, and then is
            not found where it is wanted.
        inline: what is loaded later stands in the main script as well, for a page that can load nothing.
    """
    order = in_order(entry, read)
    late = _late(order, read)
    every = {each.path: each for found in (order, *late.values()) for each in found}
    outside = {entry: ("start",), **{target: found[-1].exports for target, found in late.items()}}
    kept = {path: _asking(each) for path, each in prune(list(every.values()), outside).items()}
    linked = Linked(list(kept.values()))
    first = {each.path for each in order}
    ways: dict[str, str] = {}
    lazy: dict[str, str] = {}
    for target, found in late.items():
        modules = [kept[each.path] for each in found if each.path not in first]
        body = _returning(modules, kept[target], linked)
        taken = ",".join(linked.taken(modules, first))
        lazy[basename(target)] = f"export default ({taken})=>{{{body}}};\n"
        loading = f'()=>import("./{basename(target)}").then($made=>$made.default({taken}))'
        ways[target] = f"async()=>{{{body}}}" if inline else loading
    later = ",".join(f"{json.dumps(target)}:{way}" for target, way in ways.items())
    main = "".join(linked.spell(kept[each.path]) for each in order)
    start = f"{linked.names[entry, 'start']}(document);"
    return Bundle(f"{{const $later={{{later}}};\n{main}{start}}}\n", {} if inline else lazy)


def _late(order: Sequence[Module], read: Read) -> dict[str, list[Module]]:
    """Return what is loaded later and is there, by its entry, with all that it needs."""
    wanted = sorted({target for module in order for target in module.lazy.values()})
    return {target: in_order(target, read) for target in wanted if _is_here(target, read)}


def _is_here(path: str, read: Read) -> bool:
    try:
        read(path)
    except FileNotFoundError:
        return False
    return True


def _asking(module: Module) -> Module:
    """Return a module that asks the main script for what it loads later."""
    body = module.body
    for spelt, target in module.lazy.items():
        body = body.replace(f"import({json.dumps(spelt)})", f"$later[{json.dumps(target)}]()")
    return replace(module, body=body)


def _returning(modules: Sequence[Module], last: Module, linked: Linked) -> str:
    """Return the statements of modules, and at their end what the last one exports, by names."""
    members = ",".join(f"{name}:{linked.names[last.path, name]}" for name in last.exports)
    return "".join(linked.spell(each) for each in modules) + f"return{{{members}}}"
