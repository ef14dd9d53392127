"""Step 3, Sealed: what is shown stands in the log, and the newest seal is its last leaf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from verifier.errors import MismatchError
from verifier.ledgerformat.seal import SignedSeal
from verifier.primitives.merkle import leaf_hash, root_of_shared_path
from verifier.proof.bundle import SealPart, StatementPart
from verifier.proof.examination import Examination
from verifier.proof.verdict import Said


def establish_sealed(found: Examination, parts: Sequence[StatementPart], path: bytes) -> list[Said]:
    """Establish that leaves and path give the checkpoint's root, and that the seals are the ledger's."""
    if found.checkpoint is None:
        raise MismatchError("checkpoint", came="none", expected="step 1 first")
    _require_root(found, parts, path)
    known, newest = found.standpoint.known, found.newest_seal
    if newest.covered != found.checkpoint.size - 1:
        raise MismatchError(
            "seal", came=f"leaf {newest.covered}", expected=f"leaf {found.checkpoint.size - 1}, the last"
        )
    for part in found.seals:
        charter = found.charter_at(part.leaf)
        known.ask(SignedSeal.verify, part.signed, charter.seal, charter.origin)
    require_order_of_seals(found.seals, lambda signed: known.ask(leaf_of_seal, signed))
    _require_sequence(found, parts)
    covering = {found.seal_of(part.leaf).covered for part in parts} | {newest.covered}
    if covering != {part.leaf for part in found.seals}:
        raise MismatchError(
            "seals", came="a seal that covers nothing shown", expected="the covering seals and the newest"
        )
    return [Said("step3.sealed", {"leaf": newest.covered, "keys": newest.keys})]


def _require_root(found: Examination, parts: Sequence[StatementPart], path: bytes) -> None:
    if found.checkpoint is None:
        return
    known = found.standpoint.known
    leaves = {part.leaf: known.ask(leaf_of_seal, part.signed) for part in found.seals}
    for part in parts:
        hashed = leaf_hash(found.statement(part).entry)
        if leaves.setdefault(part.leaf, hashed) != hashed:
            raise MismatchError("leaf", came=f"two entries at {part.leaf}", expected="one")
    root = root_of_shared_path(found.checkpoint.size, leaves, path, "log path")
    if root != found.checkpoint.root:
        raise MismatchError("log root", came=root, expected=found.checkpoint.root.hex())


def leaf_of_seal(signed: SignedSeal) -> bytes:
    """Return the leaf hash of a seal's entry."""
    return leaf_hash(signed.entry)


def require_order_of_seals(seals: Sequence[SealPart], hash_of: Callable[[SignedSeal], bytes] = leaf_of_seal) -> None:
    """Refuse seals whose times do not rise, or whose blocks overlap or fail to join up where they meet."""
    for before, after in pairwise(seals):
        earlier, later = before.signed.seal, after.signed.seal
        if later.time <= earlier.time or later.first <= earlier.covered:
            raise MismatchError(
                "seal.time", came=f"{earlier.time} then {later.time}", expected="blocks one after the other"
            )
        if later.first == earlier.covered + 1 and later.previous != hash_of(before.signed):
            raise MismatchError("seal.previous", came=later.previous, expected="the hash of the seal before")


def _require_sequence(found: Examination, parts: Sequence[StatementPart]) -> None:
    """Refuse statements of one key that have a number in common: one that was recorded again, say."""
    ranges = {(found.statement(part).header.kid, part.first, part.count, part.leaf) for part in parts}
    for (kid, first, count, leaf), (other, second, _, later) in pairwise(sorted(ranges)):
        if kid == other and first + count > second:
            came = f"{second} at leaf {later}, and {first} to {first + count - 1} at leaf {leaf}"
            raise MismatchError("statement.first", came=came, expected="each number of a key once")
