"""What a desk holds between two pages: by a random name, so many at most, the oldest forgotten."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

from ledger.errors import UnknownError

_MOST = 32
_Thing = TypeVar("_Thing")


class Shelf(Generic[_Thing]):
    """Things by name. Any thread may use it."""

    def __init__(self, what: str) -> None:
        """Hold things that errors call `what`."""
        self._what = what
        self._things: OrderedDict[str, _Thing] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, name: str, thing: _Thing) -> str:
        """Hold a thing; return its name."""
        with self._lock:
            self._things[name] = thing
            while len(self._things) > _MOST:
                self._things.popitem(last=False)
        return name

    def find(self, name: str) -> _Thing:
        """Return a thing; raise UnknownError where there is none."""
        with self._lock:
            if name not in self._things:
                raise self._unknown()
            return self._things[name]

    def take(self, name: str) -> _Thing:
        """Return a thing and forget it: of two that ask, one gets it; raise UnknownError for the other."""
        with self._lock:
            if name not in self._things:
                raise self._unknown()
            return self._things.pop(name)

    def things(self) -> list[_Thing]:
        """Return all that is held."""
        with self._lock:
            return list(self._things.values())

    def _unknown(self) -> UnknownError:
        todo = "Begin again from the queue."
        return UnknownError(self._what, came="one that is signed or forgotten", expected="one of this run", todo=todo)
