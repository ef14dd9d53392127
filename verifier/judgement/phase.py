"""What may be said before a charter is in force, and once it has expired (docs/formats.md, section 12)."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.errors import NotPermittedError
from verifier.judgement.charter import APPROVAL, CHARTER, Charter
from verifier.judgement.replay import Replay
from verifier.ledgerformat.head import Head


def require_founding(heads: Sequence[Head], founding: Charter | None) -> None:
    """Return if a statement may stand behind leaf 0 while the founding charter waits.

    Args:
        heads: of the statement's events; none for a hash envelope.
        founding: version 1 of the charter, None where leaf 0 has none.

    Raises:
        NotPermittedError: it is anything but approvals of that charter.
    """
    about = {name for head in heads for name in head.about}
    if founding is None or {head.type for head in heads} != {APPROVAL} or about != {founding.name}:
        raise NotPermittedError("ledger", came="a charter that waits", expected="only approvals of it")


def require_phase_of(heads: Sequence[Head], leaf: int, *, replay: Replay, time: int) -> None:
    """Return if a statement behind leaf 0 may stand at a leaf of this ledger time; `heads` as for the others here.

    Raises:
        NotPermittedError: the founding charter waits, or the charter in force has expired, and it is something else
            than what brings about the next one.
    """
    charter = replay.registry.charter_in_force(leaf)
    if charter is None:
        require_founding(heads, replay.founding)
    else:
        require_unexpired(heads, charter, replay=replay, time=time)


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
