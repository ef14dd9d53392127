"""Two checkpoints of an honest ledger, and the path between them: no evidence of anything.

The leaves are put together out of a recorded trace that shows all of them but two, whose common hash is its log path.
"""

from typing import Any

import cbor2

from tests.reference import largest_power_of_two_below
from tests.vectors.recipes.proof_files import TWO, committed, evidence, with_part
from tests.vectors.recipes.spell import H, cbor, sign1
from tests.vectors.recipes.traces import BASE, ITEM, recorded

PARTS = ITEM[2]
HIDDEN = [b"", b""]  # the payment and its seal


def tree(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1 over leaf hashes."""
    if hashes == HIDDEN:
        return bytes(PARTS[10])
    if len(hashes) == 1:
        return hashes[0]
    k = largest_power_of_two_below(len(hashes))
    return H(b"\x01", tree(hashes[:k]), tree(hashes[k:]))


def subproof(m: int, hashes: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2 over leaf hashes."""
    if m == len(hashes):
        return [] if whole else [tree(hashes)]
    k = largest_power_of_two_below(len(hashes))
    if m <= k:
        return [*subproof(m, hashes[:k], whole=whole), tree(hashes[k:])]
    return [*subproof(m - k, hashes[k:], whole=False), tree(hashes[:k])]


def batch_root(count: int, known: dict[int, bytes], path: bytes) -> bytes:
    """The root of docs/formats.md, section 7, from the leaves that are known and the hashes of the walk."""
    rest = [path[at : at + 32] for at in range(0, len(path), 32)]

    def walk(low: int, high: int) -> bytes:
        if not any(low <= each < high for each in known):
            return rest.pop(0)
        if high - low == 1:
            return known[low]
        middle = low + largest_power_of_two_below(high - low)
        left = walk(low, middle)
        return H(b"\x01", left, walk(middle, high))

    return walk(0, count)


def statement_leaf(part: list[Any]) -> bytes:
    _, header, first, count, signature, path, events = part
    root = batch_root(count, {each[0]: H(b"\x00", each[1]) for each in events}, path)
    return H(b"\x00", sign1(PARTS[4][header], cbor([1, root, count, first]), signature))


def seal_leaf(part: list[Any]) -> bytes:
    leaf, header, first, previous, root, keys, time, signature = part
    return H(b"\x00", sign1(PARTS[4][header], cbor([1, first, leaf, previous, root, keys, 1, time]), signature))


LEAVES = {each[0]: seal_leaf(each) for each in PARTS[5]}
LEAVES |= {each[0]: statement_leaf(each) for each in [*PARTS[6], *PARTS[8]]}
LOG = [LEAVES.get(place, b"") for place in range(90)]
assert LOG.count(b"") == len(HIDDEN)
OLDER, NEWER = (cbor2.loads(recorded(f"{name}.trace"))[2][3] for name in ("not-recognised", "item"))
assert committed(NEWER) == (90, tree(LOG))
assert committed(OLDER) == (74, tree(LOG[:74]))
PATH = b"".join(subproof(74, LOG, whole=True))
evidence.refused(
    "of-an-honest-ledger",
    "the path reproduces both roots: no fork",
    **with_part(TWO, 11, lambda _: [[1, OLDER], [1, NEWER]], then={12: PATH}),
    **BASE,
)
