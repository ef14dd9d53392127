"""What nobody calls is left away: exports that no module takes, and what only they used.

Only declarations that do nothing by themselves go: functions, classes, and constants that are functions or literals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from api.web.release.modules import Module

_DECLARATIONS = frozenset(("function_declaration", "generator_function_declaration", "class_declaration"))
_IDLE = frozenset(("arrow_function", "function_expression", "number", "string", "regex", "true", "false", "null"))
_WORD = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A statement of a module: what it says, and the name that it declares if it does nothing else."""

    text: str
    name: str | None
    words: frozenset[str]


def prune(modules: Sequence[Module], wanted: Mapping[str, Sequence[str]]) -> dict[str, Module]:
    """Return modules by path, without what is not needed.

    Args:
        modules: each after those that it imports.
        wanted: names that are taken of a module from outside, by its path.
    """
    needed: dict[str, set[str]] = {path: set(names) for path, names in wanted.items()}
    kept: dict[str, Module] = {}
    for module in reversed(modules):
        kept[module.path] = found = _pruned(module, needed.get(module.path, set()))
        for target, names in found.imports:
            needed.setdefault(target, set()).update(name for name, _ in names)
    return {module.path: kept[module.path] for module in modules}


def _pruned(module: Module, needed: set[str]) -> Module:
    pieces = _pieces(module.body)
    used = set(needed)
    waiting = [each for each in pieces if each.name is None or each.name in used]
    done: set[int] = set()
    while waiting:
        for piece in waiting:
            done.add(id(piece))
            used |= piece.words
        waiting = [each for each in pieces if id(each) not in done and each.name in used]
    body = "".join(each.text for each in pieces if id(each) in done)
    imports = tuple(
        (target, kept) for target, names in module.imports if (kept := tuple(each for each in names if each[1] in used))
    )
    exports = tuple(each for each in module.exports if each in needed)
    return replace(module, body=body, imports=imports, exports=exports)


@cache
def _pieces(body: str) -> tuple[_Piece, ...]:
    root = Parser(Language(tree_sitter_javascript.language())).parse(body.encode()).root_node
    return tuple(_piece(each) for each in root.children)


def _piece(node: Node) -> _Piece:
    text = (node.text or b"").decode() + "\n"
    return _Piece(text, _declared(node), frozenset(_WORD.findall(text)))


def _declared(node: Node) -> str | None:
    """Return the name that a statement declares, where it does nothing else."""
    named = node
    if node.type == "lexical_declaration":
        declarators = [each for each in node.named_children if each.type == "variable_declarator"]
        value = declarators[0].child_by_field_name("value")
        if len(declarators) != 1 or value is None or value.type not in _IDLE:
            return None
        named = declarators[0]
    elif node.type not in _DECLARATIONS:
        return None
    name = named.child_by_field_name("name")
    return (name.text or b"").decode() if name is not None and name.type == "identifier" else None
