"""Events composed lately: whoever answers one finds its place and head without asking the file."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifier.ledgerformat.head import Head

_MOST = 20_000


@dataclass(slots=True)
class Recent:
    """Places and heads of events by name, as they were written.

    A name is of one event for ever. What was rolled back stays here, and nobody has heard of its name.
    """

    _places: dict[bytes, int] = field(default_factory=dict)
    _heads: dict[bytes, Head] = field(default_factory=dict)

    def note(self, name: bytes, seq: int, head: Head) -> None:
        """Remember an event; the oldest are forgotten."""
        if len(self._places) >= _MOST:
            for old in list(self._places)[: _MOST // 2]:
                del self._places[old], self._heads[old]
        self._places[name], self._heads[name] = seq, head

    def place(self, name: bytes) -> int | None:
        """Return the item of an event, None where it is not remembered."""
        return self._places.get(name)

    def head(self, name: bytes) -> Head | None:
        """Return the head of an event, None where it is not remembered."""
        return self._heads.get(name)
