"""What a type file says of the subjects in its roles (docs/formats.md, section 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from verifier.errors import MalformedError
from verifier.ledgerformat.head import FOLLOWED_KINDS
from verifier.ledgerformat.subject import is_form
from verifier.ledgerformat.type_words import is_switched, require_kind, require_object

Window: TypeAlias = Literal["inside", "before"]
_MEMBERS = {"form", "many", "optional", "joins", "follows", "window", "opens", "of"}
_NAME = re.compile(r"[a-z][A-Za-z]{0,31}")


@dataclass(frozen=True, slots=True)
class Role:
    """What a type says of the subjects in one role.

    Attributes:
        name: of the role.
        forms: that its subjects may have.
        many: whether it is an array of subjects.
        optional: whether it may be missing.
        joins: kinds of its subjects' histories that the event enters.
        follows: kinds of its subjects' histories where a trace goes on.
        opens: forms whose trace the event may begin.
        of: the role of which it holds the products, books or enterprises.
        window: which part of a followed history belongs to the story; None: all until it is closed.
    """

    name: str
    forms: frozenset[str]
    many: bool
    optional: bool
    joins: tuple[str, ...]
    follows: tuple[str, ...]
    opens: frozenset[str]
    of: str | None
    window: Window | None = None


def parse_roles(value: Any, what: str) -> dict[str, Role]:
    """Return the subject roles of a type file, by name."""
    roles = {}
    for name, given in require_object(value, what).items():
        where = f"{what}.{name}"
        if not _NAME.fullmatch(name):
            raise MalformedError(where, came=name, expected="a role name")
        if not isinstance(given, dict) or "form" not in given or not given.keys() <= _MEMBERS:
            expected = "form, and at most many, optional, joins, follows, window, opens, of"
            raise MalformedError(where, came=given, expected=expected)
        roles[name] = _role(name, given, where)
    return roles


def _role(name: str, given: Mapping[str, Any], what: str) -> Role:
    form = given["form"]
    forms = frozenset(_forms(form if isinstance(form, list) else [form], f"{what}.form"))
    joins = _kinds(given.get("joins", []), f"{what}.joins")
    follows = _kinds(given.get("follows", []), f"{what}.follows")
    opens = frozenset(_forms(given.get("opens", []), f"{what}.opens"))
    if not forms or not opens <= forms or (opens and "trace" not in joins) or not set(follows) <= FOLLOWED_KINDS:
        raise MalformedError(what, came=given, expected="opens among form, with joins trace; follows of trace and case")
    of = given.get("of")
    if "of" in given and not isinstance(of, str):
        raise MalformedError(f"{what}.of", came=of, expected="a role name")
    many, optional = is_switched(given, "many", what), is_switched(given, "optional", what)
    return Role(name, forms, many, optional, joins, follows, opens, of, _window(given, follows, what))


def _window(given: Mapping[str, Any], follows: tuple[str, ...], what: str) -> Window | None:
    if "window" not in given:
        return None
    window = given["window"]
    if window not in ("inside", "before") or not follows:
        raise MalformedError(f"{what}.window", came=window, expected="inside or before, with follows")
    return "inside" if window == "inside" else "before"


def _forms(value: Any, what: str) -> list[str]:
    if not isinstance(value, list):
        raise MalformedError(what, came=value, expected="forms of section 3")
    for each in value:
        if not isinstance(each, str) or not is_form(each):
            raise MalformedError(what, came=each, expected="a form of section 3")
    return value


def _kinds(value: Any, what: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise MalformedError(what, came=value, expected="a list of kinds")
    return tuple(require_kind(each, what) for each in value)
