"""What the desk answers, for programs; its pages are filled with the same."""

from __future__ import annotations

from typing import Any

from ledger.activation.register import Activation
from ledger.publicdesk.activating import FIRST, Activated, CodeStanding
from ledger.publicdesk.lodging import Answered, Lodged
from verifier.primitives.base64strict import format_base64url
from verifier.proof.verdict import StoryEvent


def activated_json(item: str, told: Activated, secret: str | None) -> dict[str, Any]:
    """Return what is told of a reveal; the secret goes to whoever was first, and only where the desk drew it."""
    answer: dict[str, Any] = {"outcome": told.outcome, "item": item, "again": told.again}
    answer |= activation_json(told.activation)
    if told.outcome == FIRST:
        answer |= {"recorded": told.promise is not None, "claim": format_base64url(told.activation.claim)}
        answer |= {"secret": secret} if secret else {}
    return answer


def activation_json(activation: Activation) -> dict[str, Any]:
    """Return when and roughly where a code was first revealed, and the event that says so."""
    return {"time": activation.time, "region": activation.region or None, "event": activation.event.hex()}


def standing_json(item: str, standing: CodeStanding) -> dict[str, Any]:
    """Return the four-outcome answer and what stands beside it."""
    return {
        "item": item,
        "outcome": standing.outcome,
        "hasCode": standing.has_code,
        "activation": activation_json(standing.activation) if standing.activation else None,
        "mine": standing.mine,
        "again": standing.counted.revealed_again,
        "seen": standing.counted.seen,
        "seenTooOften": standing.too_often,
        "days": 90,
    }


def lodged_json(lodged: Lodged, event: bytes, promise: bytes | None, secret: str | None) -> dict[str, Any]:
    """Return what is told to whoever lodged something."""
    answer: dict[str, Any] = {"handle": lodged.handle, "event": event.hex(), "recorded": promise is not None}
    answer["claim"] = format_base64url(lodged.claim)
    return answer | ({"secret": secret} if secret else {})


def followed_json(lodged: StoryEvent, answers: list[Answered], lang: str) -> dict[str, Any]:
    """Return what was lodged and how it was answered."""
    body = lodged.event.body
    return {
        "type": lodged.event.head.type,
        "title": lodged.kind.title[lang],
        "category": body.data.get("category") if body else None,
        "recordedAt": lodged.time,
        "event": lodged.event.name.hex(),
        "passedTo": lodged.event.head.to,
        "answers": [
            {
                "issuer": each.issuer,
                "name": each.names[lang],
                "recordedAt": each.time,
                "outcome": each.outcome,
                "text": each.text,
            }
            for each in answers
        ],
    }
