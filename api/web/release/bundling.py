"""One script out of modules: each a function that is called once, with what it imports, and returns what it exports.

What is loaded later is a script of its own, a module whose default export takes the modules of the main script that
it shares with it. It is called like its entry module; the main script asks for it beside itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename

from api.web.release.modules import Module, Read, in_order

Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Scripts.

    Attributes:
        main: runs by itself: calls the entry's `start(document)`.
        lazy: by file name.
    """

    main: str
    lazy: Mapping[str, str]


def bundle(entry: str, read: Read, *, change: Change = str, inline: bool = False) -> Bundle:
    """Return the scripts of an entry module that exports `start`.

    Args:
        entry: its path.
        read: returns a module's source, or raises FileNotFoundError: what is loaded later may be missing, and then is
            not found where it is wanted.
        change: makes each module's function shorter.
        inline: what is loaded later stands in the main script as well, for a page that can load nothing.
    """
    modules = in_order(entry, read)
    places = {module.path: place for place, module in enumerate(modules)}
    wanted = sorted({target for module in modules for target in module.lazy.values()})
    late = {target: in_order(target, read) for target in wanted if _is_here(target, read)}
    made = {target: _late(found, places, change) for target, found in late.items()}
    if inline:
        ways = {target: f"async()=>{{{body}}}" for target, body in made.items()}
        lazy = {}
    else:
        ways = {target: _loading(target, found, places) for target, found in late.items()}
        lazy = {
            basename(target): f"export default ({_shared(late[target], places)})=>{{{body}}};\n"
            for target, body in made.items()
        }
    later = ",".join(f"{json.dumps(target)}:{way}" for target, way in ways.items())
    start = f"{_name(places[entry])}[{modules[-1].exports.index('start')}](document);"
    return Bundle(f"{{const $later={{{later}}};{_called(modules, places, change)}{start}}}\n", lazy)


def _is_here(path: str, read: Read) -> bool:
    try:
        read(path)
    except FileNotFoundError:
        return False
    return True


def _loading(target: str, modules: Sequence[Module], places: Mapping[str, int]) -> str:
    return f'()=>import("./{basename(target)}").then((made)=>made.default({_shared(modules, places)}))'


def _shared(modules: Sequence[Module], places: Mapping[str, int]) -> str:
    return ",".join(_name(places[each.path]) for each in modules if each.path in places)


def _late(modules: Sequence[Module], places: Mapping[str, int], change: Change) -> str:
    """Return the statements that make the modules which the main script has not; the last is returned, by names."""
    rest = [each for each in modules if each.path not in places]
    numbers = dict(places) | {each.path: len(places) + place for place, each in enumerate(rest)}
    last = modules[-1]
    members = ",".join(f"{name}:{_name(numbers[last.path])}[{at}]" for at, name in enumerate(last.exports))
    return f"{_called(rest, numbers, change)}return {{{members}}};"


def _called(modules: Sequence[Module], places: Mapping[str, int], change: Change) -> str:
    return "".join(
        f"const {_name(places[each.path])}=({change(_function(each)).rstrip(';')})"
        f"({','.join(f'{_name(places[path])}[{place}]' for path, names in each.imports for place, _ in names)});\n"
        for each in modules
    )


def _function(module: Module) -> str:
    """Return a module as a function from what it imports to the list of what it exports."""
    taken = ",".join(name for _, names in module.imports for _, name in names)
    body = module.body
    for spelt, target in module.lazy.items():
        body = body.replace(f"import({json.dumps(spelt)})", f"$later[{json.dumps(target)}]()")
    return f"({taken})=>{{\n{body}\nreturn [{','.join(module.exports)}];\n}};"


def _name(place: int) -> str:
    return f"${place}"
