"""Under which key something was signed, whose it is, and who registered it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verifier.judgement.registry import Registry
from verifier.ledgerformat.head import parse_head
from verifier.primitives.base64strict import format_base64url
from verifier.primitives.keys import ALGORITHM_NAMES, PublicKey

HeadOf = Callable[[bytes], bytes | None]  # from an event's name to its head


def signer_json(kid: bytes, leaf: int, registry: Registry, head_of: HeadOf, lang: str) -> dict[str, Any]:
    """Return the key of a statement at a leaf.

    `use` is `statement`, `root` or `administrator`; null where the registry does not know the key. `registeredBy` is
    the event that registered it and who said that: null for a root's key, which the charter itself names.
    """
    told: dict[str, Any] = {"kid": kid.hex(), "use": None, "alg": None, "public": None, "holder": None}
    told["registeredBy"] = None
    if key := registry.key(kid):
        registered = _registration(key.event, leaf, registry, head_of, lang)
        return told | {"use": key.use, "registeredBy": registered} | _key(key.key, key.holder, leaf, registry, lang)
    if administrator := registry.administrator(kid):
        named = _key(administrator.key, administrator.agency, leaf, registry, lang)
        return told | {"use": "administrator"} | named
    roots = (charter.roots.get(kid) for charter in reversed(registry.charters))
    if root := next((each for each in roots if each), None):
        return told | {"use": "root"} | _key(root.key, root.agency, leaf, registry, lang)
    return told


def name_at(uri: str, leaf: int, registry: Registry, lang: str) -> str:
    """Return a participant's name as admitted, or as the charter names a root holder, else its URI."""
    if found := registry.participant_at(uri, leaf):
        return found.names[lang]
    charter = registry.charter_in_force(leaf)
    roots = charter.roots.values() if charter else ()
    return next((root.names[lang] for root in roots if root.agency == uri), uri)


def _key(key: PublicKey, holder: str, leaf: int, registry: Registry, lang: str) -> dict[str, Any]:
    named = {"uri": holder, "name": name_at(holder, leaf, registry, lang)}
    return {"alg": ALGORITHM_NAMES[key.alg], "public": format_base64url(key.raw), "holder": named}


def _registration(event: bytes, leaf: int, registry: Registry, head_of: HeadOf, lang: str) -> dict[str, Any] | None:
    head = head_of(event)
    if head is None:
        return None
    by = parse_head(head).principal
    return {"event": event.hex(), "uri": by, "name": name_at(by, leaf, registry, lang)}
