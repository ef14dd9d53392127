"""From a request key to who asks: the registry decides, as of the newest committed leaf."""

from __future__ import annotations

from dataclasses import dataclass

from api.authorise import Actor
from api.errors import UnauthenticatedError
from ledger.ledger import Ledger
from verifier.errors import NotPermittedError
from verifier.judgement.participants import Key
from verifier.judgement.registry import Registry

USE = "request"


@dataclass(frozen=True, slots=True)
class Moment:
    """What holds now.

    Attributes:
        registry: as committed.
        leaf: the next one.
        time: milliseconds since 1970 that its seal would have.
    """

    registry: Registry
    leaf: int
    time: int


def moment_of(ledger: Ledger, now: int) -> Moment:
    """Return what holds in a ledger now; `now` in milliseconds since 1970."""
    head = ledger.head
    return Moment(head.replay.registry, head.edge.size, max(now, head.time + 1))


def request_key(kid: bytes, moment: Moment) -> Key:
    """Return the registered key that may sign requests now.

    Raises:
        UnauthenticatedError: unknown, not valid now, of another use, or its holder is not admitted; it says which.
    """
    todo = "Sign with a key that is registered for requests and valid now."
    try:
        key = moment.registry.key_at(kid, moment.leaf, moment.time)
    except NotPermittedError as error:
        raise UnauthenticatedError("signature.keyid", came=error.came, expected=error.expected, todo=todo) from None
    if key.use != USE:
        came = f"key {kid.hex()}, for use {key.use}"
        raise UnauthenticatedError("signature.keyid", came=came, expected=f"a key for use {USE}", todo=todo)
    return key


def actor_of(kid: bytes, moment: Moment) -> Actor:
    """Return who asks under a request key; raise UnauthenticatedError where nobody may under it."""
    key = request_key(kid, moment)
    holder = moment.registry.participant_at(key.holder, moment.leaf)
    if holder is None:
        raise UnauthenticatedError("signature.keyid", came=key.holder, expected="a participant that is admitted now")
    return Actor(holder.uri, holder.roles, key.types, key.subjects, kid)
