"""What a participant was given: a service lists it, each is proved. Nothing of it joins a history of the receiver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.client.client import LedgerClient
from ledger.governance.mandates import Held, held
from ledger.governance.state import RegistryState
from verifier.errors import MalformedError, MismatchError
from verifier.judgement.acts import Mandate
from verifier.ledgerformat.subject import form_of

AGENT, GRANTEE = "agent", "grantee"
_LISTS = {AGENT: "mandates", GRANTEE: "grants"}
_FORMS = {AGENT: "handle:mandate", GRANTEE: "handle:grant"}


@dataclass(frozen=True, slots=True)
class Received:
    """What a participant was given.

    Attributes:
        held: what proofs show, with its standing.
        unproved: handles that the service lists and no proof shows yet: they were said after what is published.
        state: what it was judged by.
    """

    held: tuple[Held, ...]
    unproved: tuple[str, ...]
    state: RegistryState


def read_received(
    client: LedgerClient, role: str, uri: str, prove: Callable[[Sequence[str]], RegistryState]
) -> Received:
    """Return the mandates (role `agent`) or grants (role `grantee`) that name a participant, in force or not.

    Args:
        client: asks, signed: the list is open to that participant and to agencies.
        role: AGENT or GRANTEE.
        uri: of the participant.
        prove: returns what the registry walks of some subjects show, checked.

    Raises:
        PrivateError: the list is not open to whoever asks.
        MalformedError: an answer of another shape.
        MismatchError: one that was given to somebody else.
    """
    handles = list(dict.fromkeys(_handles(client, role, uri)))
    state = prove(handles)
    found = held(handles, state)
    for each in found:
        named = each.given.agent if isinstance(each.given, Mandate) else each.given.grantee
        if named != uri:
            raise MismatchError(_LISTS[role], came=f"{each.given.subject} of {named}", expected=uri)
    proved = {each.given.subject for each in found}
    return Received(tuple(found), tuple(each for each in handles if each not in proved), state)


def _handles(client: LedgerClient, role: str, uri: str) -> Iterator[str]:
    word, after = _LISTS[role], 0
    while True:
        page = client.received(word, role, uri, after=after)
        items, following = page.get(word), page.get("next")
        if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
            raise MalformedError(word, came=type(items).__name__, expected="a list of objects")
        yield from (_handle(each, role) for each in items)
        if following is None:
            return
        if not isinstance(following, int) or following <= after:
            raise MalformedError(f"{word}.next", came=following, expected=f"a number above {after}, or null")
        after = following


def _handle(item: dict[str, Any], role: str) -> str:
    handle = str(item.get("handle"))
    if form_of(handle, "handle") != _FORMS[role]:
        raise MalformedError("handle", came=handle, expected=_FORMS[role])
    return handle
