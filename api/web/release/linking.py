"""Modules in one scope: every name that a module declares gets one that no other has, and imports are that name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from api.web.release.modules import Module
from api.web.release.scopes import short_names
from api.web.release.shortening import spell
from api.web.release.tokens import Script, parse_script

Declared = tuple[str, str]  # a module's path, and a name that it declares


class Linked:
    """Modules whose names are told apart; whoever makes one has the scopes of their sources for himself.

    Attributes:
        names: what each declaration is called.
    """

    def __init__(self, modules: Sequence[Module]) -> None:
        """Take modules of scripts that run in one scope, or inside each other."""
        self._scripts = {each.path: _parsed(each.path, each.body) for each in modules}
        uses: Counter[Declared] = Counter()
        free: set[str] = set()
        for module in modules:
            here = self._declared(module)
            for name, count in self._scripts[module.path].scope.uses.items():
                if name in here:
                    uses[here[name]] += count
                else:
                    free.add(name)
        said = sorted(uses, key=lambda each: (-uses[each], each))
        self.names = dict(zip(said, short_names(free), strict=False))

    def spell(self, module: Module) -> str:
        """Return a module's statements."""
        script = self._scripts[module.path]
        script.scope.declared.update({name: self.names[it] for name, it in self._declared(module).items()})
        for scope in script.scope.inner:
            scope.shorten()
        return spell(script.tokens) + "\n"

    def taken(self, modules: Sequence[Module], of: set[str]) -> Iterator[str]:
        """Yield what modules take of those whose paths are given, each once."""
        yield from dict.fromkeys(
            self.names[path, name]
            for each in modules
            for path, names in each.imports
            if path in of
            for name, _ in names
        )

    def _declared(self, module: Module) -> dict[str, Declared]:
        """Return by the names that a module says what it means: its own declarations, and its imports."""
        own = {name: (module.path, name) for name in self._scripts[module.path].own}
        return own | {here: (path, name) for path, names in module.imports for name, here in names}


@lru_cache(maxsize=512)
def _parsed(path: str, body: str) -> Script:  # noqa: ARG001 - a source that two modules have is parsed for each
    return parse_script(body)
