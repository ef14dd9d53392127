"""Taking in, and receipts: SCRAPI's addresses and our own beside them."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answers import answer_json
from api.dependencies import TheIntake, TheLedger
from api.intake import COSE, NOTE, Intake
from api.keyset import format_key_set, format_one_key
from api.openapi import body, problems, returns
from api.parameters import Identity, Kid, strict_query
from api.reads import leaf_of
from ledger.prove.prover import Recorded
from verifier.ledgerformat.submission import MEDIA_TYPE as SUBMISSION

router = APIRouter(dependencies=[Depends(strict_query)])
_CBOR = "application/cbor"


@router.post(
    "/entries",
    status_code=201,
    openapi_extra=body(COSE, SUBMISSION),
    responses={**returns(201, "the promise: a receipt", COSE), **problems(400, 403, 408, 409, 413, 415, 422, 503)},
)
async def submit_entry(request: Request, intake: TheIntake) -> Response:
    """Record a SCITT statement (a hash envelope) or a submission; the answer is a receipt."""
    return _receipt(await intake.take(request), 201)


async def answer_submission(request: Request) -> Response:
    """Answer as `submit_entry` does (`api.middleware.direct`)."""
    intake: Intake = request.app.state.intake
    return _receipt(await intake.take(request), 201)


@router.get("/entries/{identity}", responses={**returns(200, "the newest receipt", COSE), **problems(400, 404, 503)})
def get_receipt(identity: Identity, ledger: TheLedger) -> Response:
    """Return the newest receipt of a recorded statement."""
    return _receipt(ledger.prover.receipt(leaf_of(ledger, identity)), 200)


@router.get(
    "/entries/{identity}/statement", responses={**returns(200, "the statement", COSE), **problems(400, 404, 503)}
)
def get_statement(identity: Identity, ledger: TheLedger) -> Response:
    """Return a recorded statement's bytes."""
    return Response(ledger.prover.promise(leaf_of(ledger, identity)).entry, media_type=COSE)


@router.get("/.well-known/scitt-keys", responses={**returns(200, "a COSE key set", _CBOR), **problems(400)})
def get_keys(ledger: TheLedger) -> Response:
    """Return the keys that sign receipts, of every charter that came into force."""
    return Response(format_key_set(ledger.head.replay.registry.charters), media_type=_CBOR)


@router.get("/.well-known/scitt-keys/{kid}", responses={**returns(200, "a COSE key", _CBOR), **problems(400, 404)})
def get_key(kid: Kid, ledger: TheLedger) -> Response:
    """Return one of these keys by its thumbprint."""
    return Response(format_one_key(ledger.head.replay.registry.charters, kid), media_type=_CBOR)


@router.post(
    "/validate",
    openapi_extra=body(SUBMISSION),
    responses={**returns(200, "every fault", "application/json"), **problems(400, 408, 413, 415, 503)},
)
async def validate_submission(request: Request, intake: TheIntake) -> Response:
    """Return every fault of a submission; nothing is recorded."""
    return answer_json(await intake.faults(request))


@router.post(
    "/cosignatures",
    openapi_extra=body(NOTE),
    responses={**returns(200, "what is cosigned now", "application/json"), **problems(400, 404, 408, 409, 413, 415)},
)
async def add_cosignatures(request: Request, intake: TheIntake) -> Response:
    """Take in a witness's lines under one of this ledger's checkpoints."""
    return answer_json(await intake.cosign(request))


def _receipt(recorded: Recorded, status: int) -> Response:
    name = recorded.identity.hex()
    headers = {
        "Content-Disposition": f'attachment; filename="{name[:16]}.receipt"',
        "Location": f"/entries/{name}",
        "Suyuan-Leaf": str(recorded.leaf),
        "Suyuan-Tree-Size": str(recorded.size),
        "Suyuan-Standing": "recorded" if recorded.quorum else "promised",
        "Cache-Control": "no-cache",
    }
    return Response(recorded.receipt, status, headers, COSE)
