"""The subject index, computed again: every history and the prefix tree over them (docs/formats.md, section 10).

A second way to the same root, written apart from the ledger's: a binary trie whose inner nodes stand only where two
keys part, held in flat arrays (about 250 bytes a key), where the ledger keeps sorted rows under a dense heap. Between
a node and the one above it the tree of the format has a node for each bit; those are hashed on the way.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from verifier.ledgerformat.history import History, key_leaf, push
from verifier.ledgerformat.index import EMPTY, bit
from verifier.proof.audit.names import Names

_NONE = -1
_LEAF = 256  # deeper than any node


class _Node(NamedTuple):
    """A subtree: its hash as it stands at a depth (_LEAF: anywhere), and the number of any key below it."""

    hashed: bytes
    depth: int
    key: int


class Index:
    """Histories by key, and the root over them. Keys are only ever added, histories only ever grow.

    An inner node has a number from 0; a key with number n is written as ~n where either can stand.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._keys = Names(32)
        self._counts = array("Q")
        self._frontiers: list[bytes] = []
        self._leaves = bytearray()
        self._above = array("i")  # of each key, the inner node above it
        self._stale: set[int] = set()  # keys whose leaf hash is to be computed
        self._turns = array("H")  # of each inner node, the bit at which the keys below it part
        self._sides: tuple[array[int], array[int]] = (array("i"), array("i"))
        self._up = array("i")
        self._some = array("I")  # of each inner node, any key below it
        self._hashes = bytearray()  # of each inner node, as it stands below the node above it
        self._fresh = bytearray()  # of each inner node, whether its hash holds; above a stale one all are stale
        self._top: int | None = None
        self._before: dict[int, tuple[int, bytes]] = {}
        self.keys = 0

    def append(self, key: bytes, entry: bytes) -> None:
        """Add an entry hash to the history of a key."""
        number, new = self._keys.add(key)
        if new:
            self._counts.append(0)
            self._frontiers.append(b"")
            self._leaves += EMPTY
            self._above.append(_NONE)
        count, frontier = self._counts[number], self._frontiers[number]
        self._before.setdefault(number, (count, frontier))
        if not count:
            self._plant(number, key)
            self.keys += 1
        self._counts[number] = count + 1
        self._frontiers[number] = push(frontier, count, entry)
        self._stale.add(number)

    def root(self) -> bytes:
        """Return the root over all keys as they stand."""
        for number in self._stale:
            at = number * 32
            self._leaves[at : at + 32] = self._leaf(number)
            self._spoil(self._above[number])
        self._stale.clear()
        return EMPTY if self._top is None else self._hash(self._top, 0)

    def mark(self) -> None:
        """Remember how histories stand now, for `before`."""
        self._before.clear()

    def before(self, key: bytes) -> History:
        """Return how the history of a key stood at the last `mark`."""
        number = self._keys.find(key)
        if number is None:
            return 0, b""
        return self._before.get(number, (self._counts[number], self._frontiers[number]))

    def root_if(self, histories: Mapping[bytes, History]) -> bytes:
        """Return what the root would be with other histories for some of its keys; an empty one takes its key away."""
        self.root()
        changed: dict[int, bytes | None] = {}
        for key, history in histories.items():
            number = self._keys.find(key)
            if number is not None and self._counts[number]:
                changed[number] = key_leaf(key, *history) if history[0] else None
        if self._top is None:
            return EMPTY
        found = self._changed(self._top, sorted(changed), changed, 0)
        return EMPTY if found is None else self._lifted(found, 0)

    def revise(self, histories: Mapping[bytes, History]) -> None:
        """Give some keys other histories; an empty one takes its key away."""
        for key, (count, frontier) in histories.items():
            number = self._keys.find(key)
            if number is None or not self._counts[number]:
                continue
            self._counts[number], self._frontiers[number] = count, frontier
            if count:
                self._stale.add(number)
            else:
                self._stale.discard(number)
                self._unplant(number)
                self.keys -= 1

    def state(self, key: bytes) -> tuple[int, bytes] | None:
        """Return count and frontier of a key's history, None where it has none."""
        number = self._keys.find(key)
        if number is None or not self._counts[number]:
            return None
        return self._counts[number], self._frontiers[number]

    def leaf(self, key: bytes) -> bytes | None:
        """Return a key's leaf hash, None where it has no history."""
        number = self._keys.find(key)
        return None if number is None or not self._counts[number] else self._leaf(number)

    def dump(self) -> list[bytes]:
        """Return keys, counts and frontiers, of which all else follows."""
        return [self._keys.dump(), self._counts.tobytes(), b"".join(self._frontiers)]

    @classmethod
    def load(cls, keys: bytes, counts: bytes, frontiers: bytes) -> Index:
        """Return the index that was dumped."""
        index = cls()
        index._keys = Names(32, keys)
        index._counts.frombytes(counts)
        index._leaves = bytearray(len(keys))
        index._above = array("i", [_NONE]) * len(index._keys)
        at = 0
        for number, count in enumerate(index._counts):
            end = at + 32 * count.bit_count()
            index._frontiers.append(frontiers[at:end])
            at = end
            if count:
                index._plant(number, index._keys[number])
                index._stale.add(number)
                index.keys += 1
        return index

    # Hashes.

    def _leaf(self, number: int) -> bytes:
        return key_leaf(self._keys[number], self._counts[number], self._frontiers[number])

    def _hash(self, place: int, depth: int) -> bytes:
        """Return the hash of what stands at a depth: a lone key's leaf as it is, a node under those of the way."""
        if place < 0:
            return bytes(self._leaves[~place * 32 : (~place + 1) * 32])
        at = place * 32
        if self._fresh[place]:
            return bytes(self._hashes[at : at + 32])
        turn = self._turns[place]
        left, right = self._hash(self._sides[0][place], turn + 1), self._hash(self._sides[1][place], turn + 1)
        hashed = sha256(b"\x03" + left + right).digest()
        if turn > depth:
            hashed = self._lifted(_Node(hashed, turn, self._some[place]), depth)
        self._hashes[at : at + 32] = hashed
        self._fresh[place] = 1
        return hashed

    def _lifted(self, node: _Node, depth: int) -> bytes:
        """Return the hash of a node as it stands at a shallower depth; a lone key's leaf is the same everywhere."""
        hashed = node.hashed
        if node.depth > depth and node.depth != _LEAF:
            key = self._keys[node.key]
            for above in range(node.depth - 1, depth - 1, -1):
                pair = EMPTY + hashed if bit(key, above) else hashed + EMPTY
                hashed = sha256(b"\x03" + pair).digest()
        return hashed

    def _changed(
        self, place: int, numbers: Sequence[int], changed: Mapping[int, bytes | None], depth: int
    ) -> _Node | None:
        """Return what would stand at a place with other leaf hashes for these keys below it; None for nothing."""
        if place < 0:
            leaf = changed.get(~place, self._hash(place, depth))
            return None if leaf is None else _Node(leaf, _LEAF, ~place)
        if not numbers:
            return _Node(self._hash(place, depth), depth, self._some[place])
        turn = self._turns[place]
        sides = [[each for each in numbers if bit(self._keys[each], turn) == side] for side in (0, 1)]
        left = self._changed(self._sides[0][place], sides[0], changed, turn + 1)
        right = self._changed(self._sides[1][place], sides[1], changed, turn + 1)
        if left is None or right is None:
            return left or right
        hashed = sha256(b"\x03" + self._lifted(left, turn + 1) + self._lifted(right, turn + 1)).digest()
        return _Node(hashed, turn, self._some[place])

    def _spoil(self, node: int) -> None:
        """Mark a node and all above it as stale."""
        while node != _NONE and self._fresh[node]:
            self._fresh[node] = 0
            node = self._up[node]

    # Shape.

    def _plant(self, number: int, key: bytes) -> None:
        """Give a new key its place: a node where it parts from the keys that are there."""
        if self._top is None:
            self._top = ~number
            self._above[number] = _NONE
            return
        way = self._way(key, self._top)
        below = way.pop()
        near = self._keys[~below]
        turn = 256 - (int.from_bytes(key, "big") ^ int.from_bytes(near, "big")).bit_length()
        while way and self._turns[way[-1]] > turn:
            below = way.pop()
        above = self._up[below] if below >= 0 else self._above[~below]
        node = len(self._turns)
        self._turns.append(turn)
        side = bit(key, turn)
        self._sides[side].append(~number)
        self._sides[1 - side].append(below)
        self._up.append(above)
        self._some.append(number)
        self._hashes += EMPTY
        self._fresh.append(0)
        self._above[number] = node
        self._put(above, below, node)
        self._set_up(below, node)

    def _unplant(self, number: int) -> None:
        """Take a key out of its place; the node that parted it from others is left behind, unused."""
        node = self._above[number]
        if node == _NONE:
            self._top = None
            return
        other = self._sides[0][node] if self._sides[1][node] == ~number else self._sides[1][node]
        self._put(self._up[node], node, other)
        self._set_up(other, self._up[node])

    def _way(self, key: bytes, place: int) -> list[int]:
        """Return what stands on a key's way from a place down, the key at its end last."""
        turns, sides, way = self._turns, self._sides, [place]
        while place >= 0:
            turn = turns[place]
            place = sides[key[turn >> 3] >> (7 - (turn & 7)) & 1][place]
            way.append(place)
        return way

    def _put(self, above: int, old: int, new: int) -> None:
        """Put `new` where `old` stood below a node."""
        if above == _NONE:
            self._top = new
            return
        side = self._sides[1] if self._sides[1][above] == old else self._sides[0]
        side[above] = new
        self._spoil(above)

    def _set_up(self, place: int, above: int) -> None:
        """Note what stands above a place; its hash depends on how far that is."""
        if place < 0:
            self._above[~place] = above
        else:
            self._up[place] = above
            self._fresh[place] = 0
