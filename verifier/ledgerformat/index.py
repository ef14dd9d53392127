"""The subject index: keys, histories, and proofs of presence and absence (docs/formats.md, section 10).

Whatever the builder did, one root cannot prove two values for a key, nor both presence and absence: a
key's path is fixed by its bits, and empty, leaf and node cannot be confused. What is left to audit is
that the values agree with the log.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from verifier.errors import MalformedError, NotIndexedError
from verifier.primitives.cbor import Value
from verifier.primitives.merkle import HASH_SIZE, tree_root

EMPTY = bytes(HASH_SIZE)
MAX_TREE_DEPTH = 255
NOTHING, LEAF, STRANGER, NODE = 0, 1, 2, 3
SIBLING = 1


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event of a history, and where it stands in the log."""

    name: bytes
    leaf: int
    position: int


@dataclass(frozen=True, slots=True)
class IndexProof:
    """A proof for a set of keys at once.

    Attributes:
        turns: 2-bit symbols of the walk, most significant first.
        nodes: sibling hashes, 32 bytes each.
        strangers: key and value of other keys' leaves, 64 bytes each.
    """

    turns: bytes
    nodes: bytes
    strangers: bytes


def index_key(kind: str, name: bytes) -> bytes:
    """Return SHA-256("suyuan/key/v1|" || kind || "|" || subject name), 32 bytes."""
    return sha256(b"suyuan/key/v1|" + kind.encode() + b"|" + name).digest()


def entry_hash(entry: HistoryEntry) -> bytes:
    """Return SHA-256(0x00 || 0x06 || name || leaf u64be || position u32be)."""
    return entry_hash_of(entry.name, entry.leaf, entry.position)


def entry_hash_of(name: bytes, leaf: int, position: int) -> bytes:
    """Return the hash of an entry whose parts are at hand."""
    return sha256(b"\x00\x06" + name + leaf.to_bytes(8, "big") + position.to_bytes(4, "big")).digest()


def history_root(entries: Iterable[HistoryEntry]) -> bytes:
    """Return the RFC 6962 root over a history, oldest first."""
    return tree_root([entry_hash(each) for each in entries])


def history_value(count: int, root: bytes) -> bytes:
    """Return SHA-256(0x04 || count u64be || root), the value of a key."""
    return sha256(b"\x04" + count.to_bytes(8, "big") + root).digest()


def value_of(entries: Sequence[HistoryEntry]) -> bytes | None:
    """Return the value of a whole history; None for an empty one: its key is absent."""
    return history_value(len(entries), history_root(entries)) if entries else None


def index_leaf(key: bytes, value: bytes) -> bytes:
    """Return SHA-256(0x02 || key || value)."""
    return sha256(b"\x02" + key + value).digest()


def index_node(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x03 || left || right)."""
    return sha256(b"\x03" + left + right).digest()


def index_root(pairs: Mapping[bytes, bytes]) -> bytes:
    """Return the root over all keys and values by the definition. What an auditor computes."""
    return _root(sorted(pairs.items()), 0)


def _root(rows: Sequence[tuple[bytes, bytes]], depth: int) -> bytes:
    if not rows:
        return EMPTY
    if len(rows) == 1:
        return index_leaf(*rows[0])
    turn = sum(not bit(key, depth) for key, _ in rows)
    return index_node(_root(rows[:turn], depth + 1), _root(rows[turn:], depth + 1))


def bit(key: bytes, depth: int) -> int:
    """Return the turn that `key` takes at `depth`: 0 is left, 1 is right."""
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


def check_index(root: bytes, claims: Mapping[bytes, bytes | None], proof: IndexProof) -> None:
    """Return if every key has its claimed value (None: is absent) under `root`.

    Raises:
        NotIndexedError: a value, an absence or the root is another, or the proof is not written in
            the one way it can be.
    """
    if not claims:
        raise NotIndexedError("index proof", came="no key", expected="at least one")
    walk = IndexWalk(claims, proof)
    if walk.climb(sorted(claims), 0) != root:
        raise NotIndexedError("index proof", came="another root", expected=root.hex())
    walk.require_end()


class IndexWalk:
    """One walk over the proof; `climb` returns the hash of a subtree."""

    __slots__ = ("claims", "node_at", "nodes", "shown_leaf", "stranger_at", "strangers", "turn_at", "turns")

    def __init__(self, claims: Mapping[bytes, bytes | None], proof: IndexProof) -> None:
        self.claims = claims
        self.turns = proof.turns
        self.nodes = proof.nodes
        self.strangers = proof.strangers
        self.turn_at = self.node_at = self.stranger_at = 0
        self.shown_leaf = False  # whether the last subtree climbed is known to be a lone leaf

    def climb(self, keys: Sequence[bytes], depth: int) -> bytes:
        """Return the hash of the subtree at the next place of the walk; `keys` are those that it holds or lacks."""
        if not keys:
            return self._sibling()
        turn = self._turn()
        if turn == NODE:
            return self._node(keys, depth)
        self.shown_leaf = turn != NOTHING
        if turn == LEAF:
            return self._own_leaf(keys)
        if turn == STRANGER:
            return self._stranger(keys, depth)
        self._require_absent(keys, None)
        return EMPTY

    def _node(self, keys: Sequence[bytes], depth: int) -> bytes:
        if depth > MAX_TREE_DEPTH:
            raise NotIndexedError("index proof", came="a path longer than a key", expected="at most 256 turns")
        byte, mask = depth >> 3, 0x80 >> (depth & 7)
        if len(keys) == 1:
            turn = 0 if keys[0][byte] & mask else 1
        else:
            turn = bisect_left(keys, 1, key=lambda key: int(key[byte] & mask != 0))
        left = self.climb(keys[:turn], depth + 1) if turn else self._sibling()
        left_is_leaf = self.shown_leaf
        right = self.climb(keys[turn:], depth + 1) if turn < len(keys) else self._sibling()
        lone = (left == EMPTY and (right == EMPTY or self.shown_leaf)) or (right == EMPTY and left_is_leaf)
        if lone:
            raise NotIndexedError("index proof", came="a node over nothing or a lone leaf", expected="two keys below")
        self.shown_leaf = False
        return sha256(b"\x03" + left + right).digest()

    def _sibling(self) -> bytes:
        self.shown_leaf = False
        turn = self._turn()
        if turn == NOTHING:
            return EMPTY
        node = self.nodes[self.node_at : self.node_at + HASH_SIZE]
        self.node_at += HASH_SIZE
        if turn != SIBLING or len(node) != HASH_SIZE or node == EMPTY:
            raise NotIndexedError("index proof", came="no sibling hash", expected="empty, or a hash that is not")
        return node

    def _own_leaf(self, keys: Sequence[bytes]) -> bytes:
        value = self.claims[keys[0]]
        if len(keys) != 1 or value is None:
            raise NotIndexedError("index proof", came="a leaf for several keys or an absent one", expected="one key")
        return index_leaf(keys[0], value)

    def _stranger(self, keys: Sequence[bytes], depth: int) -> bytes:
        shown = self.strangers[self.stranger_at : self.stranger_at + 2 * HASH_SIZE]
        self.stranger_at += 2 * HASH_SIZE
        key, value = shown[:HASH_SIZE], shown[HASH_SIZE:]
        if len(value) != HASH_SIZE or any(bit(key, at) != bit(keys[0], at) for at in range(depth)):
            raise NotIndexedError("index proof", came="a leaf off its path", expected="a leaf on the path of the key")
        if key in keys and (len(keys) == 1 or self.claims[key] != value):
            raise NotIndexedError("index proof", came="another value for a key", expected="its own leaf")
        self._require_absent(keys, key)
        return index_leaf(key, value)

    def _require_absent(self, keys: Sequence[bytes], found: bytes | None) -> None:
        if any(self.claims[key] is not None for key in keys if key != found):
            raise NotIndexedError("index proof", came="an absent history", expected="the events that were shown for it")

    def _turn(self) -> int:
        place = self.turn_at >> 2
        if place >= len(self.turns):
            raise NotIndexedError("index proof", came="too few turns", expected="one for each place of the walk")
        turn = self.turns[place] >> (6 - 2 * (self.turn_at & 3)) & 3
        self.turn_at += 1
        return turn

    def require_end(self) -> None:
        """Refuse turns, nodes or strangers that the walk did not use, and padding that is not zero."""
        whole = (self.turn_at + 3) // 4
        padding = self.turns[-1] & (1 << 2 * (-self.turn_at % 4)) - 1 if self.turns else 0
        used = (whole, self.node_at, self.stranger_at)
        if used != (len(self.turns), len(self.nodes), len(self.strangers)) or padding:
            raise NotIndexedError("index proof", came="more than the walk uses", expected="nothing unused")


def pack_turns(turns: Sequence[int]) -> bytes:
    """Return 2-bit symbols, most significant first, padded with zero bits."""
    padded = [*turns, *[0] * (-len(turns) % 4)]
    quads = zip(*[iter(padded)] * 4, strict=True)
    return bytes(a << 6 | b << 4 | c << 2 | d for a, b, c, d in quads)


def parse_index_proof(value: Value, what: str = "index proof") -> IndexProof:
    """Read [turns, nodes, strangers]."""
    if not isinstance(value, list) or len(value) != 3:
        raise MalformedError(what, came="another shape", expected="[turns, nodes, strangers]")
    turns, nodes, strangers = value
    if not isinstance(turns, bytes) or not isinstance(nodes, bytes) or not isinstance(strangers, bytes):
        raise MalformedError(what, came="another shape", expected="three byte strings")
    return IndexProof(turns, nodes, strangers)


def format_index_proof(proof: IndexProof) -> list[Value]:
    """Return [turns, nodes, strangers]."""
    return [proof.turns, proof.nodes, proof.strangers]
