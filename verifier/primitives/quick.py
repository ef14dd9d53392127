"""Making frozen objects quickly, where very many are made.

A frozen dataclass sets each field through `object.__setattr__`, which takes several times as long as setting it. Here
an ordinary twin with the same slots is filled, and turned into the frozen class before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, field, fields, make_dataclass
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


def maker_of(frozen: Callable[_P, _T]) -> Callable[_P, _T]:
    """Return what makes the same objects as a frozen, slotted dataclass, from the same arguments.

    Args:
        frozen: the class; without bases, without `__post_init__`.
    """

    def close(made: Any) -> None:
        made.__class__ = frozen

    members = [(each.name, Any, _default(each)) for each in fields(frozen)]  # type: ignore[arg-type] # a dataclass
    twin: Any = make_dataclass(f"Open{frozen.__name__}", members, namespace={"__post_init__": close}, slots=True)
    made: Callable[_P, _T] = twin
    return made


def _default(given: Field[Any]) -> Any:
    if given.default_factory is not MISSING:
        return field(default_factory=given.default_factory)
    return field() if given.default is MISSING else field(default=given.default)
