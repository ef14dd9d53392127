"""An agency or enterprise as the registry has it, and the key of it that may propose an act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.compose.event import Draft
from ledger.governance.state import REGISTERED, RegistryState
from verifier.errors import NotPermittedError
from verifier.judgement.acts import Succession
from verifier.judgement.life import Revocation
from verifier.judgement.participants import Key, Participant, key_subject
from verifier.judgement.registry import Registry
from verifier.ledgerformat.subject import form_of

_KEYS = ("registry.key", "registry.enterprise-key")


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key of a participant, and how it stands at the next leaf.

    Attributes:
        key: as registered.
        word: `valid`, `not-yet`, `expired`, `suspended` or `revoked`, by itself or with its holder.
        since: leaf or ledger time from which it stands like that, where there is one.
    """

    key: Key
    word: str
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the registry holds of a participant at the next leaf.

    Attributes:
        stated: what was stated last, admitted or not; None if it never was admitted.
        word: `admitted`, `suspended`, `revoked`, `succeeded` or `unknown`.
        successor: who carries on for it, at the end of the line.
        root: kid of its root key in the charter in force, if it holds one.
        keys: its registered keys, oldest first.
    """

    stated: Participant | None
    word: str
    successor: str | None
    root: bytes | None
    keys: tuple[HeldKey, ...]


def portray(uri: str, state: RegistryState) -> Portrait:
    """Return what the registry holds of a participant; of its keys those whose histories were proved."""
    registry, leaf = state.replay.registry, state.size
    word = "unknown"
    if registry.participant(uri):
        word = "admitted"
        if registry.revocation_at(uri, leaf):
            word = "revoked"
        elif registry.succession_at(uri, leaf):
            word = "succeeded"
        elif registry.suspension_at(uri, leaf, state.time):
            word = "suspended"
    kids = [kid for kid in kids_of(uri, state) if key_subject(kid) in state.subjects]
    held = [_held(key, state) for kid in kids if (key := registry.key(kid)) and key.holder == uri]
    successor = registry.successor_of(uri, leaf)
    return Portrait(registry.participant(uri), word, successor, root_kid(uri, state), tuple(held))


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


def _held(key: Key, state: RegistryState) -> HeldKey:
    registry, leaf, kid = state.replay.registry, state.size, key.key.kid
    if ended := _ended(key, registry, leaf):
        return HeldKey(key, "revoked", ended.since)
    if suspended := registry.key_suspension_at(kid, leaf, state.time):
        return HeldKey(key, "suspended", suspended.since)
    if key.since > leaf:
        return HeldKey(key, "not-yet", key.since)
    if key.until is not None and state.time >= key.until:
        return HeldKey(key, "expired", key.until)
    return HeldKey(key, "valid", key.since)


def _ended(key: Key, registry: Registry, leaf: int) -> Revocation | Succession | None:
    """Return what ended a key: its own revocation, or what became of its holder."""
    own = registry.revocation_at(key_subject(key.key.kid), leaf) or registry.ended_with_holder(key.key.kid, leaf)
    return own or registry.revocation_at(key.holder, leaf) or registry.succession_at(key.holder, leaf)
