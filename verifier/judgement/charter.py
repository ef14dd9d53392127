"""The charter: who governs the ledger, and with which keys it speaks (docs/formats.md, section 12).

The walk starts from a pinned hash and never asks the ledger what to trust: version 1 stands in leaf 0,
and each later version is approved by the one before and by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.errors import MalformedError, NotPermittedError
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.subject import is_agency
from verifier.ledgerformat.vocabulary import require_title, require_words
from verifier.primitives.base64strict import parse_hash_hex
from verifier.primitives.keys import PublicKey, parse_key
from verifier.primitives.note import ED25519_NOTE, ML_DSA_COSIGNATURE
from verifier.primitives.tlog_policy import TlogPolicy, parse_tlog_policy

CHARTER, APPROVAL = "registry.charter", "registry.approval"
_MEMBERS = {
    "version", "origin", "zone", "names", "threshold", "roots", "seal", "receipt", "policy", "replay", "kinds",
    "expires", "previous",
}  # fmt: skip
_FIRST_KINDS = frozenset({"trace", "case", "member", "recall", "registry", "keys"})


@dataclass(frozen=True, slots=True)
class Root:
    """A root holder: an agency and its root key."""

    agency: str
    names: Mapping[str, str]
    key: PublicKey


@dataclass(frozen=True, slots=True)
class Charter:
    """One version of the charter.

    Attributes:
        name: its event's name, 32 bytes.
        leaf: where it was proposed.
        version: 1, 2, …
        origin: the ledger's name.
        zone: the pilot zone's word.
        names: the ledger's name for people.
        threshold: how many root holders must approve.
        roots: root holder by kid.
        seal: the key that signs seals.
        receipt: the key that signs receipts.
        policy: the ledger's checkpoint keys, witnesses, groups and quorum.
        replay: the group that must have replayed, if any.
        kinds: kinds of history that exist from the start.
        expires: milliseconds since 1970.
        previous: name of the charter before, None for version 1.
        compromised: by kid, root keys of earlier charters, and the leaf from which they are.
    """

    name: bytes
    leaf: int
    version: int
    origin: str
    zone: str
    names: Mapping[str, str]
    threshold: int
    roots: Mapping[bytes, Root]
    seal: PublicKey
    receipt: PublicKey
    policy: TlogPolicy
    replay: str | None
    kinds: tuple[str, ...]
    expires: int
    previous: bytes | None
    compromised: Mapping[bytes, int] = field(default_factory=dict)


def parse_charter(event: Event) -> Charter:
    """Return the charter that an event proposes.

    Raises:
        MalformedError: it is not shown, or its data make no charter.
    """
    what = "charter"
    data = dict(event.body.data) if event.body else {}
    if not _MEMBERS <= data.keys() <= _MEMBERS | {"compromised"}:
        raise MalformedError(
            what, came=sorted(data), expected=f"exactly {sorted(_MEMBERS)}, and compromised if need be"
        )
    origin, zone = _text(data["origin"], f"{what}.origin"), _text(data["zone"], f"{what}.zone")
    if event.body is None or event.body.of_role("ledger") != (f"urn:suyuan:ledger:{origin}",):
        raise MalformedError(f"{what}.ledger", came="another ledger", expected=f"urn:suyuan:ledger:{origin}")
    policy = parse_tlog_policy(_text(data["policy"], f"{what}.policy"), f"{what}.policy")
    previous = data["previous"]
    charter = Charter(
        name=event.name,
        leaf=event.leaf,
        version=_number(data["version"], f"{what}.version"),
        origin=origin,
        zone=zone,
        names=require_title(data["names"], f"{what}.names"),
        threshold=_number(data["threshold"], f"{what}.threshold"),
        roots=_roots(data["roots"], f"{what}.roots"),
        seal=parse_key(data["seal"], f"{what}.seal"),
        receipt=parse_key(data["receipt"], f"{what}.receipt"),
        policy=policy,
        replay=_replay(data["replay"], policy, f"{what}.replay"),
        kinds=require_words(data["kinds"], f"{what}.kinds"),
        expires=_number(data["expires"], f"{what}.expires"),
        previous=None if previous is None else parse_hash_hex(_text(previous, f"{what}.previous"), f"{what}.previous"),
        compromised=_compromised(data.get("compromised", []), event.leaf, f"{what}.compromised"),
    )
    _require_sound(charter, what)
    return charter


def require_successor(charter: Charter, before: Charter) -> None:
    """Return if `charter` may follow `before`; raise NotPermittedError if not."""
    if (charter.version, charter.previous) != (before.version + 1, before.name):
        came = f"version {charter.version}"
        raise NotPermittedError("charter.previous", came=came, expected=f"version {before.version + 1} after it")
    if charter.origin != before.origin:
        raise NotPermittedError("charter.origin", came=charter.origin, expected=before.origin)


def key_places(charter: Charter) -> dict[bytes, tuple[str, str]]:
    """Return use and holder of each raw public key that a charter names."""
    places = {charter.seal.raw: ("seal", charter.origin), charter.receipt.raw: ("receipt", charter.origin)}
    places |= {root.key.raw: ("root", root.agency) for root in charter.roots.values()}
    places |= {key.key.raw: ("cosignature", key.name) for key in charter.policy.keys}
    return places | {key.key.raw: ("checkpoint", charter.origin) for key in charter.policy.logs}


def _require_sound(charter: Charter, what: str) -> None:
    if not set(charter.kinds) >= _FIRST_KINDS:
        raise MalformedError(f"{what}.kinds", came=charter.kinds, expected=f"at least {sorted(_FIRST_KINDS)}")
    if charter.threshold > len(charter.roots):
        raise MalformedError(f"{what}.threshold", came=charter.threshold, expected=f"at most {len(charter.roots)}")
    if (charter.version == 1) != (charter.previous is None):
        raise MalformedError(f"{what}.previous", came=charter.previous, expected="none for version 1 only")
    kinds = sorted(key.kind for key in charter.policy.logs)
    if kinds != [ED25519_NOTE, ML_DSA_COSIGNATURE] or any(key.name != charter.origin for key in charter.policy.logs):
        raise MalformedError(f"{what}.policy", came=kinds, expected="two log lines of the origin, of types 01 and 06")
    keys = [charter.seal, charter.receipt, *(root.key for root in charter.roots.values())]
    raw = [key.raw for key in keys] + [key.key.raw for key in charter.policy.keys]
    if len(set(raw)) != len(raw):
        raise MalformedError(what, came="a key in two places", expected="one key, one use")


def _roots(value: Any, what: str) -> dict[bytes, Root]:
    if not isinstance(value, list) or not value:
        raise MalformedError(what, came=value, expected="a list of root holders")
    roots: dict[bytes, Root] = {}
    for place, each in enumerate(value):
        where = f"{what}[{place}]"
        if not isinstance(each, dict) or each.keys() != {"agency", "names", "key"}:
            raise MalformedError(where, came=each, expected="exactly agency, names and key")
        agency = _text(each["agency"], f"{where}.agency")
        if not is_agency(agency):
            raise MalformedError(f"{where}.agency", came=agency, expected="an agency URI")
        root = Root(agency, require_title(each["names"], f"{where}.names"), parse_key(each["key"], f"{where}.key"))
        roots[root.key.kid] = root
    if len(roots) != len(value) or len({root.agency for root in roots.values()}) != len(value):
        raise MalformedError(what, came="an agency or key twice", expected="distinct agencies and keys")
    return roots


def _compromised(value: Any, leaf: int, what: str) -> dict[bytes, int]:
    """Return by kid the leaf from which a root key is compromised: one before this charter."""
    if not isinstance(value, list):
        raise MalformedError(what, came=value, expected="a list of kid and since")
    found: dict[bytes, int] = {}
    for place, each in enumerate(value):
        where = f"{what}[{place}]"
        if not isinstance(each, dict) or each.keys() != {"kid", "since"}:
            raise MalformedError(where, came=each, expected="exactly kid and since")
        kid, since = parse_hash_hex(_text(each["kid"], f"{where}.kid"), f"{where}.kid"), each["since"]
        if not isinstance(since, int) or isinstance(since, bool) or not 0 <= since <= leaf:
            raise MalformedError(f"{where}.since", came=since, expected=f"a leaf up to {leaf}")
        found[kid] = since
    if len(found) != len(value):
        raise MalformedError(what, came="a key twice", expected="each key once")
    return found


def _replay(value: Any, policy: TlogPolicy, what: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or (value not in policy.groups and value not in policy.witnesses):
        raise MalformedError(what, came=value, expected="null, or a group of the policy")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise MalformedError(what, came=value, expected="a text")
    return value


def _number(value: Any, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise MalformedError(what, came=value, expected="a positive number")
    return value
