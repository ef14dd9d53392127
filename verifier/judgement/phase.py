"""What may be said once a charter has expired: the next charter, and approvals of it (docs/formats.md, section 12)."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.errors import NotPermittedError
from verifier.judgement.charter import APPROVAL, CHARTER, Charter
from verifier.judgement.replay import Replay
from verifier.ledgerformat.head import Head


def require_unexpired(heads: Sequence[Head], charter: Charter, *, replay: Replay, time: int) -> None:
    """Return if a statement may stand in a leaf of this ledger time.

    Args:
        heads: of the statement's events; none for a hash envelope.
        charter: in force at its leaf.
        replay: registry and waiting proposals before its leaf.
        time: milliseconds since 1970.

    Raises:
        NotPermittedError: the charter has expired, and it is neither a charter nor an approval of one that waits.
    """
    if time < charter.expires:
        return
    waiting = {each.event.name for each in replay.waiting if each.charter}
    if not heads or not all(
        head.type == CHARTER or (head.type == APPROVAL and waiting.issuperset(head.about)) for head in heads
    ):
        came = f"a charter that expired at {charter.expires}"
        raise NotPermittedError("ledger", came=came, expected="a new charter and its approvals")
