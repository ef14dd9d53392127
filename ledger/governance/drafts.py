"""Acts of the registry as drafts (docs/formats.md, section 12): from typed arguments to what will be signed.

`time` is what the act claims, in milliseconds since 1970; `until` ends a term, likewise. Who may say an act, and what
it brings about, is judged by `verifier.judgement`, not here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.compose.event import Draft
from verifier.errors import MalformedError
from verifier.judgement.participants import key_subject
from verifier.ledgerformat.subject import form_of
from verifier.ledgerformat.vocabulary import parse_type, require_words
from verifier.primitives.keys import PublicKey, format_key

_ENDED = {"key", "agency", "enterprise", "handle:mandate", "handle:grant"}  # what a revocation may be about
_SUSPENDED = {"key", "agency"}
_RESTORED = {"key", "agency", "enterprise"}


def propose_charter(data: Mapping[str, Any], *, time: int) -> Draft:
    """Return a charter; `data` as docs/formats.md, section 12 has it."""
    return Draft("registry.charter", time, {"ledger": f"urn:suyuan:ledger:{data.get('origin')}"}, dict(data))


def admit_agency(
    agency: str,
    *,
    names: Mapping[str, str],
    roles: Sequence[str],
    jurisdiction: Sequence[str],
    administrators: Sequence[PublicKey] = (),
    threshold: int | None = None,
    time: int,
) -> Draft:
    """Return the admission of an agency; a later one replaces all that it states.

    Args:
        agency: its URI.
        names: for people, {zh, en}.
        roles: role words.
        jurisdiction: zone words.
        administrators: keys with which it will change its own keys; none for none.
        threshold: how many of them must approve; with administrators only.
        time: claimed.

    Raises:
        MalformedError: administrators without a threshold, or the other way round.
    """
    if bool(administrators) != (threshold is not None):
        came, expected = threshold, "a threshold together with administrators"
        raise MalformedError("administratorThreshold", came=came, expected=expected)
    data: dict[str, Any] = {"names": dict(names), "roles": list(roles), "jurisdiction": list(jurisdiction)}
    if threshold is not None:
        data |= {"administrators": [format_key(each) for each in administrators], "administratorThreshold": threshold}
    return Draft("registry.agency", time, {"agency": agency}, data)


def set_roles(agency: str, roles: Sequence[str], *, time: int) -> Draft:
    """Return the roles that an agency holds from now on."""
    return Draft("registry.role", time, {"agency": agency}, {"roles": list(roles)})


def set_jurisdiction(agency: str, zones: Sequence[str], *, time: int) -> Draft:
    """Return the zones for which an agency is competent from now on."""
    return Draft("registry.jurisdiction", time, {"agency": agency}, {"jurisdiction": list(zones)})


def register_key(
    holder: str,
    key: PublicKey,
    *,
    use: str = "statement",
    types: Sequence[str] = ("*",),
    subjects: Sequence[str] = (),
    until: int | None = None,
    time: int,
) -> Draft:
    """Return the registration of a key of an agency or enterprise.

    Args:
        holder: its URI.
        key: the public key.
        use: one of the uses of docs/formats.md, section 2.
        types: patterns of what it may sign.
        subjects: prefixes of what it may speak of; none for all.
        until: end of its term, None for none.
        time: claimed.
    """
    kind = "registry.key" if holder.startswith("urn:suyuan:agency:") else "registry.enterprise-key"
    data = {"use": use, "key": format_key(key), "types": list(types), "subjects": list(subjects)}
    return Draft(kind, time, {"key": key_subject(key.kid), "holder": holder}, data, until=until)


def revoke(subject: str, *, reason: str, compromised_since: int | None = None, time: int) -> Draft:
    """Return the revocation of a key, agency, enterprise, mandate or grant.

    Args:
        subject: its URI.
        reason: a word, like `lost`; which, no rule says.
        compromised_since: the leaf from which what it signed is disputed; None where nothing is.
        time: claimed.
    """
    data = {"reason": _word(reason), "compromisedSince": compromised_since}
    return Draft("registry.revocation", time, _one_of(subject, _ENDED), data)


def suspend(subject: str, *, reason: str, until: int, time: int) -> Draft:
    """Return the suspension of a key or agency: two roots, and at most 72 hours of ledger time."""
    return Draft("registry.suspension", time, _one_of(subject, _SUSPENDED), {"reason": _word(reason)}, until=until)


def restore(subject: str, *, reason: str, time: int) -> Draft:
    """Return the restoration of a key, agency or enterprise: it ends a suspension, or undoes a revocation."""
    return Draft("registry.restoration", time, _one_of(subject, _RESTORED), {"reason": _word(reason)})


def succeed(agency: str, successor: str, *, time: int) -> Draft:
    """Return the succession of an agency by another, which carries on what it signed."""
    return Draft("registry.succession", time, {"agency": agency, "successor": successor})


def give_mandate(
    handle: str, *, principal: str, agent: str, types: Sequence[str], subjects: Sequence[str], until: int, time: int
) -> Draft:
    """Return a mandate: `agent` may say these types, about subjects with these prefixes, for `principal`."""
    named: dict[str, str | list[str]] = {"mandate": handle, "principal": principal, "agent": agent}
    return Draft("registry.mandate", time, named, {"types": list(types), "subjects": list(subjects)}, until=until)


def grant(handle: str, *, grantee: str, events: Sequence[bytes], fields: Sequence[str], until: int, time: int) -> Draft:
    """Return a grant: `grantee` may read these fields (pointers, or `body`) of these events of the principal's."""
    named: dict[str, str | list[str]] = {"grant": handle, "grantee": grantee}
    return Draft("registry.grant", time, named, {"fields": list(fields)}, about=tuple(events), until=until)


def reattest(events: Sequence[bytes], *, time: int) -> Draft:
    """Return a re-attestation: another agency stands for events whose key is disputed."""
    return Draft("registry.reattestation", time, about=tuple(events))


def erase(event: bytes, *, what: Sequence[str], basis: Mapping[str, str], time: int) -> Draft:
    """Return an order to erase something of an event.

    Args:
        event: its name.
        what: pointers of its disclosures, or `body` for all of it.
        basis: the legal basis, {zh, en}.
        time: claimed.
    """
    return Draft("registry.erasure", time, data={"what": list(what), "basis": dict(basis)}, about=(event,))


def adopt_policy(
    label: str,
    *,
    types: Sequence[str],
    rule: Mapping[str, Any],
    basis: Mapping[str, str],
    zone: str | None = None,
    until: int | None = None,
    time: int,
) -> Draft:
    """Return a recognition policy; `rule` as docs/formats.md, section 14 has it, `basis` its ground for people."""
    subjects: dict[str, str | list[str]] = {
        "policy": f"urn:suyuan:policy:{label}",
        "types": [f"urn:suyuan:type:{each}" for each in types],
    }
    data = {"rule": dict(rule), "basis": dict(basis), **({"zone": zone} if zone else {})}
    return Draft("registry.policy", time, subjects, data, until=until)


def register_type(file: bytes, *, time: int) -> Draft:
    """Return a version of a type, byte for byte.

    Raises:
        MalformedError: no type file.
    """
    name = parse_type(file).name
    return Draft("registry.type", time, {"type": f"urn:suyuan:type:{name}"}, {"file": file.decode()})


def begin_kind(kind: str, *, time: int) -> Draft:
    """Return a further kind of history."""
    return Draft("registry.kind", time, {"kind": f"urn:suyuan:kind:{kind}"})


def approve(events: Sequence[bytes], *, time: int) -> Draft:
    """Return an approval of proposals."""
    return Draft("registry.approval", time, about=tuple(events))


def _one_of(subject: str, forms: set[str]) -> dict[str, str | list[str]]:
    """Return the one subject of an act, in the role of its form."""
    form = form_of(subject, "subject")
    if form not in forms:
        expected = " or ".join(sorted(each.removeprefix("handle:") for each in forms))
        raise MalformedError("subject", came=form, expected=f"a subject of form {expected}")
    return {form.removeprefix("handle:"): subject}


def _word(reason: str) -> str:
    return require_words([reason], "reason")[0]
