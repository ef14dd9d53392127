"""The index as docs/formats.md, section 10, has it: slow, recursive, from heads alone.

Nothing here is taken from `ledger.index`, `ledger.prove` or `verifier.ledgerformat.index`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.reference import HASH, MTH, prefix_tree_root
from verifier.ledgerformat.head import parse_head

Place = tuple[bytes, int, int]  # event name, leaf, position


def key_of(kind: str, name: bytes) -> bytes:
    """Key = H("suyuan/key/v1|" ‖ kind ‖ "|" ‖ subject name)."""
    return HASH(b"suyuan/key/v1|", kind.encode(), b"|", name)


def entry_of(place: Place) -> bytes:
    """What a history entry hashes as a leaf: 0x06 ‖ event name ‖ leaf u64 be ‖ position u32 be."""
    name, leaf, position = place
    return b"\x06" + name + leaf.to_bytes(8, "big") + position.to_bytes(4, "big")


def value_of(history: Sequence[Place]) -> bytes:
    """Value = H(0x04 ‖ count u64 be ‖ history root)."""
    return HASH(b"\x04", len(history).to_bytes(8, "big"), MTH([entry_of(each) for each in history]))


def leaf_of(key: bytes, value: bytes) -> bytes:
    """A leaf of the prefix tree: H(0x02 ‖ key ‖ value)."""
    return HASH(b"\x02", key, value)


def histories_of(events: Iterable[tuple[bytes, int, int]]) -> dict[bytes, list[Place]]:
    """Return the history of every key, from (head, leaf, position) in log order."""
    found: dict[bytes, list[Place]] = {}
    for head, leaf, position in events:
        for kind, name in parse_head(head).joins:
            found.setdefault(key_of(kind, name), []).append((HASH(b"\x00", head), leaf, position))
    return found


def root_of(histories: Mapping[bytes, Sequence[Place]]) -> bytes:
    """Return the root over every key with a history."""
    return prefix_tree_root({key: value_of(history) for key, history in histories.items() if history})
