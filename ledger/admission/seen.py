"""What an endorsement's signer says it saw: digests of what the endorsed event commits to, and of nothing else.

Asked for at admission only: bodies may be erased later, and then nobody could ask again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger.admission.candidate import CandidateEvent
from verifier.errors import MismatchError
from verifier.ledgerformat.body import Body, parse_body
from verifier.primitives.base64strict import format_base64url

FindBody = Callable[[bytes], bytes | None]
_ENDORSEMENTS = "endorsement."


def check_seen(event: CandidateEvent, earlier: Mapping[bytes, Body], find_body: FindBody) -> None:
    """Return if each digest that an endorsement lists stands in `_sd` of what it is about, as far as that is there.

    Args:
        event: any event of a candidate; those that are no endorsements pass.
        earlier: bodies of the events before it in its batch, by name.
        find_body: the body of a recorded event, by name; None where it is not kept.

    Raises:
        MismatchError: a digest of something else.
    """
    seen = event.body.data.get("seen") if event.head.type.startswith(_ENDORSEMENTS) else None
    if not seen:
        return
    digests: set[str] = set()
    for name in event.head.about:
        body = earlier.get(name)
        if body is None:
            kept = find_body(name)
            if kept is None:
                return
            body = parse_body(kept)
        digests.update(map(format_base64url, body.digests.values()))
    for each in seen:
        if each not in digests:
            expected = "digests of what it is about, as its _sd has them"
            raise MismatchError("body.data.seen", came=each, expected=expected)
