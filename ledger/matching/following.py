"""Which cases have something new: read off the log, batch by batch, as an agency may.

The service's word: an event that it keeps back is found as soon as the case's proof has it, which is complete.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.client.client import LedgerClient
from ledger.matching.memory import Noticed
from verifier.errors import MismatchError
from verifier.ledgerformat.batch_answer import AnsweredEvent, parse_batch_answer
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.seal import is_seal
from verifier.ledgerformat.statement import Statement, parse_entry
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.tiles import WIDTH, Tile
from verifier.results.recomputed_matches import SOURCES_OF

_TYPES = frozenset(kind for each in SOURCES_OF.values() for kind in each)
LINKING = ("parcel", "declaration")  # roles by which a document that names no order comes to its order


def log_size(client: LedgerClient) -> int:
    """Return the leaves that the ledger has published."""
    return parse_signed_checkpoint(client.checkpoint())[0].size


def read_new(client: LedgerClient, begin: int, end: int) -> Iterator[tuple[int, list[Noticed]]]:
    """Yield, bundle by bundle, the leaf up to which was read, and what was noticed there.

    Args:
        client: signs its requests as an agency.
        begin: first leaf.
        end: behind the last.

    Raises:
        PrivateError: whoever asks is no agency.
        MismatchError: a body that is not its event's.
    """
    while begin < end:
        number = begin // WIDTH
        reached = min(end, (number + 1) * WIDTH)
        entries = client.bundle(Tile(None, number, reached - number * WIDTH))
        noticed: list[Noticed] = []
        for leaf in range(begin, reached):
            entry = entries[leaf - number * WIDTH]
            if not is_seal(entry) and isinstance(parse_entry(entry), Statement):
                noticed += _of_batch(parse_batch_answer(client.batch(leaf)), leaf)
        yield reached, noticed
        begin = reached


def _of_batch(events: tuple[AnsweredEvent, ...], leaf: int) -> Iterator[Noticed]:
    for each in events:
        head = parse_head(each.head)
        if head.type not in _TYPES or each.body is None:
            continue
        if body_hash(each.body) != head.body:
            raise MismatchError("body", came=body_hash(each.body), expected=head.body.hex())
        body = parse_body(each.body)
        parcel = next(iter(body.of_role("parcel")), None)
        subjects = tuple(subject for role in LINKING for subject in body.of_role(role))
        for order in body.of_role("order") or (None,):
            yield Noticed(order, parcel, leaf, subjects)
