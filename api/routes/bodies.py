"""What proofs only commit to: bodies, disclosures, attachments; to those to whom they are open, as they came."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.answers import JSON, answer_json, download
from api.dependencies import TheAccess, TheLedger, TheMoment
from api.held import Held
from api.openapi import problems, returns
from api.parameters import EventName, OfEvent, Sha256, strict_query
from api.signature_input import format_digest

router = APIRouter(dependencies=[Depends(strict_query)])
BYTES = "application/octet-stream"
_REFUSED = problems(400, 403, 404)


async def _held(ledger: TheLedger, access: TheAccess, moment: TheMoment) -> Held:
    return Held(ledger, access, moment)


TheHeld = Annotated[Held, Depends(_held)]


@router.get("/events/{name}/body", responses={**returns(200, "the body's bytes", JSON), **_REFUSED})
def get_body(name: EventName, held: TheHeld) -> Response:
    """Return an event's body as it came. Of a case: reserved."""
    return _as_it_came(Response(held.body(name), media_type=JSON))


@router.get("/events/{name}/disclosures", responses={**returns(200, "disclosures by pointer", JSON), **_REFUSED})
def get_disclosures(name: EventName, held: TheHeld) -> Response:
    """Return the disclosures of an event that are open to whoever asks, and who may read the others. Reserved."""
    shown = held.disclosures(name)
    return _as_it_came(answer_json({"event": name.hex(), "disclosures": shown.texts, "withheld": shown.withheld}))


@router.get("/attachments/{digest}", responses={**returns(200, "the attachment's bytes", BYTES), **_REFUSED})
def get_attachment(digest: Sha256, event: OfEvent, held: TheHeld) -> Response:
    """Return an attachment of an event by its SHA-256, as it came. Reserved, like its disclosure."""
    return _as_it_came(download(held.attachment(digest, event), BYTES, f"{digest.hex()[:16]}.attachment"))


def _as_it_came(response: Response) -> Response:
    """Return an answer with the digest of its bytes (RFC 9530)."""
    response.headers["Content-Digest"] = format_digest(sha256(response.body).digest())
    response.headers["Cache-Control"] = "no-cache"
    return response
