"""How much a stranger may say to one subject's case: else one firm ends the parties' walk of another's (section 13)."""

from __future__ import annotations

from collections.abc import Callable

from verifier.errors import NotPermittedError
from verifier.judgement.authority import TraceState
from verifier.judgement.digest import CASE, DigestOf
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.subject import is_agency

MOST_SAID = 64  # events of one stranger in one case; a walk that can be checked has 4,096 of all


def check_room(
    event: Event,
    *,
    state_of: Callable[[bytes], TraceState | None],
    count_of: Callable[[Pair], int],
    digest_of: DigestOf,
) -> None:
    """Return if an event's principal may say one more thing to each case that it joins.

    Args:
        event: what is said, authority known.
        state_of: the state of a subject's trace before it, None where that trace has not begun.
        count_of: how many events a history has before it; it is asked first, since most cases are short.
        digest_of: the digest of a history, None where it is not held.

    Raises:
        NotPermittedError: it is no agency, does not own the subject, has no custody of it, and has said so much.
    """
    principal = event.head.principal
    if is_agency(principal):
        return
    for pair in event.head.joins:
        if pair[0] != CASE or count_of(pair) < MOST_SAID:
            continue
        state, digest = state_of(pair[1]), digest_of(pair)
        if digest is None or (state and principal in (state.owner, state.custodian)):
            continue
        if (said := digest.speakers.get(principal, 0)) >= MOST_SAID:
            came = f"{said} events of {principal} in the case of {pair[1].hex()}"
            expected = f"at most {MOST_SAID}, or an agency, its owner, or who has custody of it"
            raise NotPermittedError("head.joins", came=came, expected=expected)
