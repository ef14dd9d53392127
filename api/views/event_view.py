"""One event as people and programs read it, out of its proof."""

from __future__ import annotations

from functools import partial
from typing import Any

from api.registry_addresses import registry_address
from api.statements import head_of
from api.views.place_view import event_rows, place_json
from api.views.signer_view import name_at
from api.views.timeline import body_word
from api.views.trace_json import computed_by_server
from api.views.words import beijing_time, data_rows, iso_time, page_of
from ledger.ledger import Ledger
from verifier.ledgerformat.body import Body, parse_body
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.proof.eventproof import parse_event_proof


def event_json(data: bytes, ledger: Ledger, lang: str) -> dict[str, Any]:
    """Return what a proof shows of its event, as read by the server."""
    proof, registry = parse_event_proof(data), ledger.head.replay.registry
    shown = proof.statement.events[0]
    head = parse_head(shown.head)
    body = parse_body(shown.body) if isinstance(shown.body, bytes) else None
    name = event_name(shown.head).hex()
    kind = registry.type_at(head.type, proof.statement.leaf)
    return {
        **computed_by_server(f"suyuan-verify event {name[:16]}.event --registry TRACE --policy trust.policy", lang),
        "name": name,
        "title": kind.title[lang],
        "stage": kind.stage,
        "leaf": proof.statement.leaf,
        "position": shown.position,
        "ledgerTime": proof.seal.signed.seal.time if proof.seal else None,
        "issuer": {"uri": head.principal, "name": name_at(head.principal, proof.statement.leaf, registry, lang)},
        "body": body_word(shown.body),
        **_head_json(head),
        **_body_json(body),
        **place_json(proof, registry, head_of(ledger), lang),
        "registry": registry_address(proof, ledger),
    }


def event_page(event: dict[str, Any], data: bytes, lang: str) -> dict[str, Any]:
    """Return what the page of an event needs beside its JSON."""
    return {
        "event": event,
        "claimed": beijing_time(event["claimedTime"]),
        "claimed_iso": iso_time(event["claimedTime"]),
        "recorded": beijing_time(event["ledgerTime"]),
        "recorded_iso": iso_time(event["ledgerTime"]),
        "rows": list(data_rows(event["data"] or {}, lang)),
        "subjects": Body(event["subjects"] or {}, {}, {}).all_subjects(),
        "page_of": partial(page_of, lang=lang),
        "bytes": event_rows(parse_event_proof(data)),
    }


def _head_json(head: Head) -> dict[str, Any]:
    return {
        "type": head.type,
        "id": head.id.hex(),
        "claimedTime": head.time,
        "joins": [[kind, name.hex()] for kind, name in head.joins],
        "follows": [[kind, name.hex()] for kind, name in head.follows],
        "about": [each.hex() for each in head.about],
        "to": head.to,
        "until": head.until,
    }


def _body_json(body: Body | None) -> dict[str, Any]:
    if body is None:
        return {"subjects": None, "data": None}
    return {"subjects": dict(body.subjects), "data": dict(body.data)}
