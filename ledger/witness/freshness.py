"""The rule of freshness: what a ledger says of time must fit the witness's own clock (docs/formats.md, section 9).

Without it a ledger could seal today's events with last month's time, or lie still while everybody
believes that nothing happened.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.client.client import LedgerClient
from ledger.client.logtree import VerifiedTree
from ledger.errors import PrivateError, StaleError, UnknownError
from verifier.errors import MismatchError, NotPermittedError
from verifier.judgement.registry import Registry
from verifier.ledgerformat.seal import Seal, is_seal, parse_seal
from verifier.primitives.tiles import WIDTH, Tile

LEEWAY = 300  # seconds between a seal and the witness's clock, either way
MAX_BUNDLES = 64  # entry bundles read for one cosignature; after a long absence the first and last of them


def read_seals(client: LedgerClient, tree: VerifiedTree, registry: Registry, since: int) -> list[Seal] | None:
    """Return the seals at leaves from `since` on, signed and in the log; None where reads are not open.

    Raises:
        MismatchError: the last leaf is no seal, or bundles and tree differ.
        BadSignatureError: a seal that the charter's seal key did not sign.
    """
    numbers = list(range(since // WIDTH, (tree.size - 1) // WIDTH + 1))
    if len(numbers) > MAX_BUNDLES:
        numbers = numbers[: MAX_BUNDLES // 2] + numbers[-MAX_BUNDLES // 2 :]
    seals: list[Seal] = []
    for number in numbers:
        tile = Tile(None, number, min(WIDTH, tree.size - number * WIDTH))
        try:
            entries = client.bundle(tile)
        except (PrivateError, NotPermittedError, UnknownError):
            return None
        tree.check_entries(tile, entries)
        placed = list(enumerate(entries, number * WIDTH))
        seals += (_seal(leaf, entry, registry) for leaf, entry in placed if leaf >= since and is_seal(entry))
    if not seals or seals[-1].covered != tree.size - 1:
        raise MismatchError("seal", came=f"another entry at leaf {tree.size - 1}", expected="the newest seal")
    return seals


def require_fresh(newest: int, now: int) -> None:
    """Return if the newest seal fits the clock; both in POSIX seconds.

    Raises:
        StaleError: it is more than five minutes off.
    """
    if abs(now - newest) > LEEWAY:
        came = f"{abs(now - newest)} s {'ago' if newest < now else 'ahead'}"
        raise StaleError("seal.time", came=came, expected=f"within {LEEWAY} s of this clock")


def require_not_backdated(seals: Iterable[int], cosigned: int) -> None:
    """Return if no seal claims a time long before the cosignature that it came after; POSIX seconds.

    Raises:
        StaleError: one does.
    """
    for time in seals:
        if time < cosigned - LEEWAY:
            came = f"{cosigned - time} s before the last cosignature"
            raise StaleError("seal.time", came=came, expected=f"at most {LEEWAY} s before it")


def _seal(leaf: int, entry: bytes, registry: Registry) -> Seal:
    signed = parse_seal(entry)
    charter = registry.charter_at(leaf)
    signed.verify(charter.seal, charter.origin)
    if signed.seal.covered != leaf:
        raise MismatchError("seal.covered", came=signed.seal.covered, expected=f"{leaf}, its leaf")
    return signed.seal
