"""Numbered byte strings of one width, found by value, in a fraction of a dictionary's memory."""

from __future__ import annotations

from array import array


class Names:
    """Byte strings of one width, numbered in the order in which they came.

    A slot is chosen by Python's keyed hash of bytes, so whoever chooses the names cannot make them collide.
    """

    __slots__ = ("_count", "_held", "_mask", "_slots", "width")

    def __init__(self, width: int, held: bytes = b"") -> None:
        """Start with the names that `held` strings together."""
        self.width = width
        self._held = bytearray(held)
        self._count = len(held) // width
        self._grow()

    def __len__(self) -> int:
        """Return how many names there are."""
        return self._count

    def __getitem__(self, number: int) -> bytes:
        """Return a name by its number."""
        return bytes(self._held[number * self.width : (number + 1) * self.width])

    def find(self, name: bytes) -> int | None:
        """Return a name's number, None where it is not there."""
        held = self._slots[self._slot(name)]
        return held - 1 if held else None

    def add(self, name: bytes) -> tuple[int, bool]:
        """Return a name's number, and whether it is new."""
        at = self._slot(name)
        if held := self._slots[at]:
            return held - 1, False
        self._held += name
        self._count += 1
        self._slots[at] = self._count
        if self._count * 3 > self._mask * 2:
            self._grow()
        return self._count - 1, True

    def dump(self) -> bytes:
        """Return all names, strung together."""
        return bytes(self._held)

    def _slot(self, name: bytes) -> int:
        """Return the slot that has a name, or the empty one where it belongs."""
        slots, held, width, mask = self._slots, self._held, self.width, self._mask
        at = hash(name) & mask
        while number := slots[at]:
            end = number * width
            if held[end - width : end] == name:
                return at
            at = at + 1 & mask
        return at

    def _grow(self) -> None:
        """Lay out the slots anew, at least twice as many as names."""
        self._mask = max(1024, 1 << (self._count * 2).bit_length()) - 1
        self._slots = array("I", bytes(4 * (self._mask + 1)))
        slots, mask = self._slots, self._mask
        for number in range(self._count):  # all differ: the first empty slot is each one's
            at = hash(self[number]) & mask
            while slots[at]:
                at = at + 1 & mask
            slots[at] = number + 1
