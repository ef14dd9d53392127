"""Names of a script and where they are declared; and shorter ones that mean the same.

A scope's declarations get names that nothing means which is used inside it: neither a declaration around it nor
anything outside the script (`document`, `Map`). So nothing is hidden that was seen, and nothing seen that was hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from string import ascii_letters

_RESERVED = frozenset(
    ("as", "do", "for", "get", "if", "in", "let", "new", "of", "set", "try", "var")
)  # those that a short name could be


@dataclass(slots=True, eq=False)
class Scope:
    """A function, class, block or loop.

    Attributes:
        outer: the scope around it; None for the script itself.
        hoists: whether `var` inside it is declared here.
        body: it is the body of the function or `catch` around it, and may declare none of its parameters again.
        uses: how often each name is used inside it, scopes in it included.
        declared: the names declared here, and what they are called instead.
        inner: the scopes in it.
    """

    outer: Scope | None
    hoists: bool = False
    body: bool = False
    uses: Counter[str] = field(default_factory=Counter)
    declared: dict[str, str] = field(default_factory=dict)
    inner: list[Scope] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Tell the scope around it."""
        if self.outer:
            self.outer.inner.append(self)

    def declare(self, name: str, *, hoisted: bool = False) -> None:
        """Declare a name here, or where `var` is hoisted to."""
        scope: Scope = self
        while hoisted and not scope.hoists and scope.outer:
            scope = scope.outer
        scope.declared[name] = name

    def use(self, name: str) -> None:
        """Count a use of a name in this scope and all around it."""
        scope: Scope | None = self
        while scope:
            scope.uses[name] += 1
            scope = scope.outer

    def meant_by(self, name: str) -> str:
        """Return what a name that is used here is called now."""
        scope: Scope | None = self
        while scope:
            if name in scope.declared:
                return scope.declared[name]
            scope = scope.outer
        return name

    def shorten(self) -> None:
        """Give the declarations of this scope and of those in it short names, in their order: likeness packs well."""
        taken = {self.outer.meant_by(each) if self.outer else each for each in self.uses if each not in self.declared}
        if self.body and self.outer:
            taken |= set(self.outer.declared.values())
        names = short_names(taken)
        for name in self.declared:
            self.declared[name] = next(names)
        for scope in self.inner:
            scope.shorten()


def short_names(taken: set[str]) -> Iterator[str]:
    """Yield names that are not taken, the shortest first."""
    for length in (1, 2, 3):
        for signs in product(ascii_letters + "$_", repeat=length):
            if (name := "".join(signs)) not in taken and name not in _RESERVED:
                yield name
