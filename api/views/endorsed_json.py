"""Inboxes, recognition and filings as JSON. What the server computes is its word only, and says so."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from api.endorsed import Filing, Inbox, InboxItem, Judgement
from ledger.endorsing.awaited import Awaited
from verifier.judgement.policies import Policy
from verifier.judgement.recognition import Endorsement, Reason
from verifier.judgement.registry import Registry
from verifier.ledgerformat.body import Body
from verifier.texts import has_text, text

_BY_SERVER = {"computedBy": "server"}


def inbox_json(inbox: Inbox) -> dict[str, Any]:
    """Return a page of an inbox; `next` is what `after` asks for the next one by."""
    last = inbox.items[-1].waiting if inbox.items and inbox.more else None
    return {
        **_BY_SERVER,
        "agency": inbox.agency,
        "size": inbox.size,
        "total": inbox.total,
        "items": [_item(each) for each in inbox.items],
        "next": f"{last.leaf}.{last.position}" if last else None,
    }


def _item(item: InboxItem) -> dict[str, Any]:
    waiting, subjects = item.waiting, item.subjects
    name = waiting.name.hex()
    links = {"event": f"/events/{name}", "recognition": f"/events/{name}/recognition"}
    if subjects:
        links["trace"] = f"/trace?subject={quote(subjects[0], safe='')}"
    return {
        "name": name,
        "type": waiting.type,
        "issuer": {"uri": item.issuer, "names": dict(item.issuer_names)},
        "leaf": waiting.leaf,
        "position": waiting.position,
        "ledgerTime": waiting.time,
        "outcome": waiting.outcome,
        "deadline": waiting.deadline,
        "policies": list(waiting.policies),
        "subjects": list(subjects),
        "links": links,
    }


def recognition_json(judgement: Judgement, lang: str) -> dict[str, Any]:
    """Return what the policies make of an event, and why."""
    judged, found = judgement.judged, judgement.judged.recognition
    registry, leaf, bodies = judgement.registry, judgement.size, judgement.bodies
    return {
        **_BY_SERVER,
        "name": judged.event.name.hex(),
        "type": judged.event.head.type,
        "leaf": judged.event.leaf,
        "ledgerTime": judged.time,
        "size": judgement.size,
        "judgedAt": judgement.at,
        "outcome": found.outcome,
        "text": text(f"recognition.{found.outcome}", lang),
        "met": found.met,
        "needed": found.needed,
        "zones": dict(found.zones),
        "recognisedBy": [_who(each, registry, leaf, lang) for each in found.recognised_by],
        "refusedBy": [_who(each, registry, leaf, lang) for each in found.refused_by],
        "policies": [_policy(each, unmet=each in found.unmet) for each in found.policies],
        "endorsements": [_endorsement(each, bodies.get(each.event.name), lang) for each in found.endorsements],
        "awaited": [_awaited(each, registry, leaf, lang) for each in judged.awaited],
        "reasons": [_reason(each, lang) for each in found.reasons],
    }


def filing_json(filing: Filing, lang: str) -> dict[str, Any]:
    """Return a filing with its recognition, amendments and uses."""
    return {
        **recognition_json(filing.judgement, lang),
        "amendments": [each.name.hex() for each in filing.amendments],
        "used": {"total": sum(filing.used.values()), "byType": filing.used},
    }


def _who(uri: str, registry: Registry, leaf: int, lang: str) -> dict[str, Any]:
    """Return an agency by URI and name, and who carries on for it where somebody does."""
    known = registry.participant(uri)
    successor = registry.successor_of(uri, leaf)
    return {"uri": uri, "name": known.names[lang] if known else uri, **({"now": successor} if successor else {})}


def _policy(policy: Policy, *, unmet: bool) -> dict[str, Any]:
    return {
        "policy": policy.subject,
        "zone": policy.zone,
        "basis": dict(policy.basis),
        "until": policy.until,
        "deadline": policy.deadline,
        "met": not unmet,
    }


def _endorsement(endorsement: Endorsement, body: Body | None, lang: str) -> dict[str, Any]:
    data = body.data if body else {}
    return {
        "name": endorsement.event.name.hex(),
        "type": endorsement.event.head.type,
        "by": {"uri": endorsement.by.uri, "name": endorsement.by.names[lang]},
        "claimedTime": endorsement.event.head.time,
        "until": endorsement.event.head.until,
        "expired": endorsement.expired,
        "disputed": endorsement.disputed,
        **{member: data[member] for member in ("conditions", "reason", "basis") if member in data},
    }


def _awaited(awaited: Awaited, registry: Registry, leaf: int, lang: str) -> dict[str, Any]:
    who = _who(awaited.agency, registry, leaf, lang)
    return {**who, "policies": list(awaited.policies), "deadline": awaited.deadline}


def _reason(reason: Reason, lang: str) -> dict[str, Any]:
    key = f"reason.{reason.code}"
    told = {"text": text(key, lang, **reason.facts)} if has_text(key) else {}
    return {"code": reason.code, "facts": dict(reason.facts), **told}
