"""An agency or enterprise as the registry has it, and the key of it that may propose an act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.compose.event import Draft
from ledger.governance.state import REGISTERED, RegistryState
from verifier.errors import NotPermittedError
from verifier.judgement.participants import Key, Participant, key_subject
from verifier.ledgerformat.subject import form_of
from verifier.primitives.keys import PublicKey

_KEYS = ("registry.key", "registry.enterprise-key")


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key of a participant, and how it stands at the next leaf.

    Attributes:
        key: as registered.
        word: `valid`, `not-yet`, `expired`, `suspended` or `revoked`, by itself or with its holder; `succeeded` where
            another agency carries on for its holder.
        since: leaf or ledger time from which it stands like that, where there is one.
        ends: ledger time at which a suspension ends by itself; None for other words.
    """

    key: Key
    word: str
    since: int | None = None
    ends: int | None = None


@dataclass(frozen=True, slots=True)
class HeldAdministrator:
    """An administrator's key, and how it stands at the next leaf: words and `ends` as of a registered key."""

    key: PublicKey
    word: str
    ends: int | None = None


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the registry holds of a participant at the next leaf.

    Attributes:
        stated: what was stated last, admitted or not; None if it never was admitted.
        word: `admitted`, `suspended`, `revoked`, `succeeded` or `unknown`.
        ends: ledger time at which its suspension ends by itself; None for other words.
        successor: who carries on for it, at the end of the line.
        root: kid of its root key in the charter in force, if it holds one.
        keys: its registered keys, oldest first.
        administrators: its administrators' keys, as it stated them last.
    """

    stated: Participant | None
    word: str
    ends: int | None
    successor: str | None
    root: bytes | None
    keys: tuple[HeldKey, ...]
    administrators: tuple[HeldAdministrator, ...]


def portray(uri: str, state: RegistryState) -> Portrait:
    """Return what the registry holds of a participant; of its keys those whose histories were proved."""
    registry, stated = state.replay.registry, state.replay.registry.participant(uri)
    word, ends = _standing(uri, state) if stated else ("unknown", None)
    kids = [kid for kid in kids_of(uri, state) if key_subject(kid) in state.subjects]
    held = [_held(key, state) for kid in kids if (key := registry.key(kid)) and key.holder == uri]
    stand = [(each, _ended(each.kid, uri, state)) for each in (stated.administrators.values() if stated else ())]
    administrators = (
        HeldAdministrator(key, end.word, end.ends) if end else HeldAdministrator(key, "valid") for key, end in stand
    )
    successor = registry.successor_of(uri, state.size)
    return Portrait(stated, word, ends, successor, root_kid(uri, state), tuple(held), tuple(administrators))


def kids_of(uri: str, state: RegistryState) -> list[bytes]:
    """Return the kids of all keys that were ever said to be a participant's, in log order."""
    found: dict[bytes, None] = {}
    for event in state.events:
        if event.head.type in _KEYS and event.body and event.body.of_role("holder") == (uri,):
            found |= {bytes.fromhex(each.rpartition(":")[2]): None for each in event.body.of_role("key")}
    return list(found)


def root_kid(uri: str, state: RegistryState) -> bytes | None:
    """Return the kid of an agency's root key in the charter in force, None if it holds none."""
    roots = state.charter.roots.items() if state.charter else ()
    return next((kid for kid, root in roots if root.agency == uri), None)


def proposing_kid(uri: str, under: bytes | None, state: RegistryState) -> bytes:
    """Return the kid under which somebody proposes: the one named, else that of its root key.

    Raises:
        NotPermittedError: it holds no root key, and named no other; or another's key was named.
    """
    if under is None:
        if (kid := root_kid(uri, state)) is None:
            todo = "Name an administrator's or statement key of it with --under."
            raise NotPermittedError("--by", came=uri, expected="an agency that holds a root key", todo=todo)
        return kid
    holder = state.replay.signer_at(under, state.size, state.time).holder
    if holder != uri:
        raise NotPermittedError("--under", came=holder, expected=f"a key of {uri}")
    return under


def subjects_of(drafts: Sequence[Draft], by: str, under: bytes | None) -> list[str]:
    """Return the URIs whose registry histories acts are judged by: what they are about, and who proposes them."""
    found = [by] + ([key_subject(under)] if under else [])
    for draft in drafts:
        for given in draft.subjects.values():
            found += [given] if isinstance(given, str) else given
    return list(dict.fromkeys(each for each in found if form_of(each) in REGISTERED))


def _standing(uri: str, state: RegistryState) -> tuple[str, int | None]:
    """Return the word of a participant that was admitted, and when a suspension ends."""
    registry, leaf = state.replay.registry, state.size
    if registry.revocation_at(uri, leaf):
        return "revoked", None
    if registry.succession_at(uri, leaf):
        return "succeeded", None
    suspended = registry.suspension_at(uri, leaf, state.time)
    return ("suspended", suspended.end) if suspended else ("admitted", None)


def _held(key: Key, state: RegistryState) -> HeldKey:
    if end := _ended(key.key.kid, key.holder, state):
        return HeldKey(key, end.word, end.since, end.ends)
    if key.since > state.size:
        return HeldKey(key, "not-yet", key.since)
    if key.until is not None and state.time >= key.until:
        return HeldKey(key, "expired", key.until)
    return HeldKey(key, "valid", key.since)


@dataclass(frozen=True, slots=True)
class _End:
    word: str
    since: int
    ends: int | None = None


def _ended(kid: bytes, holder: str, state: RegistryState) -> _End | None:
    """Return what keeps a key from signing, whatever its term: its own end or rest, or what became of its holder."""
    registry, leaf = state.replay.registry, state.size
    own = registry.revocation_at(key_subject(kid), leaf) or registry.ended_with_holder(kid, leaf)
    if revoked := own or registry.revocation_at(holder, leaf):
        return _End("revoked", revoked.since)
    if succeeded := registry.succession_at(holder, leaf):
        return _End("succeeded", succeeded.since)
    suspended = registry.key_suspension_at(kid, leaf, state.time)
    return _End("suspended", suspended.since, suspended.end) if suspended else None
