"""A script's tokens, each name with the scope in which it is said (tree-sitter reads JavaScript; nothing here does)."""

from __future__ import annotations

from dataclasses import dataclass, field

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from api.errors import FaultError
from api.web.release.scopes import Scope

_DECLARED = frozenset(("function_declaration", "generator_function_declaration", "class_declaration"))
_FUNCTIONS = frozenset(
    ("function_declaration", "generator_function_declaration", "function_expression", "generator_function",
     "arrow_function", "method_definition", "class_static_block")
)  # fmt: skip
_SCOPES = _FUNCTIONS | {"for_statement", "for_in_statement", "catch_clause", "switch_body", "class", "statement_block"}
_NAMES = frozenset(("identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"))
_ENDED = frozenset(
    ("expression_statement", "lexical_declaration", "variable_declaration", "return_statement", "throw_statement",
     "break_statement", "continue_statement", "field_definition", "do_statement")
)  # fmt: skip
_WHOLE = frozenset(("string", "regex"))


@dataclass(frozen=True, slots=True)
class Name:
    """A name, and where it is said; `shorthand` where it is the key of an object as well."""

    name: str
    scope: Scope
    shorthand: bool


@dataclass(frozen=True, slots=True)
class Template:
    """A template: texts as they are, and the tokens between them."""

    parts: tuple[str | list[Token], ...]


Token = str | Name | Template


@dataclass(slots=True)
class Script:
    """A script that was read.

    Attributes:
        scope: the outermost.
        tokens: without comments.
        own: the names that it declares outermost.
    """

    scope: Scope = field(default_factory=lambda: Scope(None, hoists=True))
    tokens: list[Token] = field(default_factory=list)
    own: tuple[str, ...] = ()


def parse_script(source: str) -> Script:
    """Return a script's tokens; statements that end with their line get a semicolon.

    Raises:
        FaultError: it is no script that can be read.
    """
    root = Parser(Language(tree_sitter_javascript.language())).parse(source.encode()).root_node
    if root.has_error:
        raise FaultError("release", came=_wrong(root), expected="a script")
    script = Script()
    _Reader(script.tokens).read(root, script.scope)
    script.own = tuple(script.scope.declared)
    return script


class _Reader:
    """Reads nodes into one list of tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens

    def read(self, node: Node, scope: Scope) -> None:
        """Read a node that is said in a scope."""
        kind = node.type
        if kind == "comment":
            return
        if kind in _NAMES:
            self._name(node, scope)
        elif kind == "template_string":
            self._tokens.append(_template(node, scope))
        elif kind == "empty_statement":
            self._tokens.append("{}" if _is_body(node) else ";")
        elif kind in _WHOLE or node.child_count == 0:
            self._tokens.append(_text(node))
        else:
            self._children(node, scope)

    def _children(self, node: Node, scope: Scope) -> None:
        kind = node.type
        inner = self._inner(node, scope) if kind in _SCOPES else scope
        named = node.child_by_field_name("name") if kind in _DECLARED else None
        if named:
            scope.declare(_text(named))
        _declare(node, inner)
        before = ""
        for child in node.children:
            if child.type == "lexical_declaration" and before == _opening(child):
                self._continue(child, inner)
            elif _is_lone(child, node):
                self.read(child.named_children[0], inner)
            else:
                self.read(child, scope if named is not None and child.id == named.id else inner)
            if child.type != "comment":
                before = _opening(child) if child.type == "lexical_declaration" else ""
        if kind in _ENDED and _lacks_end(node):
            self._tokens.append(";")

    def _continue(self, node: Node, scope: Scope) -> None:
        """Read a declaration that follows one of its own kind: `const a = 1, b = 2;` is two of them."""
        self._tokens[-1] = ","
        for child in node.children[1:]:
            self.read(child, scope)
        if _lacks_end(node):
            self._tokens.append(";")

    def _inner(self, node: Node, scope: Scope) -> Scope:
        function = node.type in _FUNCTIONS
        parent = node.parent.type if node.parent else ""
        body = node.type == "statement_block" and (parent in _FUNCTIONS or parent == "catch_clause")
        return Scope(scope, hoists=function, body=body)

    def _name(self, node: Node, scope: Scope) -> None:
        name = _text(node)
        scope.use(name)
        self._tokens.append(Name(name, scope, node.type != "identifier"))


def _declare(node: Node, scope: Scope) -> None:
    """Declare what a node binds in the scope that it opens, or is in."""
    kind = node.type
    if kind == "variable_declarator":
        hoisted = node.parent is not None and node.parent.type == "variable_declaration"
        _bind(node.child_by_field_name("name"), scope, hoisted=hoisted)
    elif kind == "for_in_statement":
        word = node.child_by_field_name("kind")
        if word:
            _bind(node.child_by_field_name("left"), scope, hoisted=_text(word) == "var")
    elif kind in ("class", "function_expression", "generator_function"):
        _bind(node.child_by_field_name("name"), scope)
    if kind in _FUNCTIONS or kind == "catch_clause":
        for part in ("parameters", "parameter"):
            _bind(node.child_by_field_name(part), scope)


def _bind(pattern: Node | None, scope: Scope, *, hoisted: bool = False) -> None:
    """Declare the names of a pattern; what stands behind `=` in it binds nothing."""
    if pattern is None:
        return
    if pattern.type in _NAMES:
        scope.declare(_text(pattern), hoisted=hoisted)
        return
    hidden = pattern.child_by_field_name("right") if pattern.type.endswith("assignment_pattern") else None
    for child in pattern.children:
        if hidden is None or child.id != hidden.id:
            _bind(child, scope, hoisted=hoisted)


def _template(node: Node, scope: Scope) -> Template:
    data, start = node.text or b"", node.start_byte
    parts: list[str | list[Token]] = []
    done = 0
    for child in node.children:
        if child.type == "template_substitution":
            parts.append(data[done : child.start_byte - start].decode())
            inside: list[Token] = []
            _Reader(inside).read(child, scope)
            parts.append(inside)
            done = child.end_byte - start
    return Template((*parts, data[done:].decode()))


def _opening(node: Node) -> str:
    return _text(node.children[0])


def _is_lone(node: Node, function: Node) -> bool:
    """Return whether these are the parentheses around the only parameter of an arrow function, which needs none."""
    if node.type != "formal_parameters" or function.type != "arrow_function":
        return False
    return [each.type for each in node.children] == ["(", "identifier", ")"]


def _is_body(node: Node) -> bool:
    """Return whether an empty statement stands for one, and does not part the head of a `for`."""
    loop = node.parent
    body = loop.child_by_field_name("body") if loop else None
    return loop is None or loop.type != "for_statement" or (body is not None and body.id == node.id)


def _lacks_end(node: Node) -> bool:
    if node.type == "field_definition":
        return node.next_sibling is None or node.next_sibling.type != ";"
    return node.children[-1].type != ";"


def _wrong(node: Node) -> str:
    """Return where a source cannot be read, and what stands there."""
    while inside := next((each for each in node.children if each.has_error or each.is_missing), None):
        node = inside
    return f"line {node.start_point.row + 1}: {_text(node)[:80]}"


def _text(node: Node) -> str:
    return (node.text or b"").decode()
