"""The ledger's status: for people, for programs, and for a check in the visitor's browser."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answers import JSON, answer_page, download
from api.dependencies import Language, TheEvidence, TheLedger
from api.openapi import problems, returns
from api.parameters import PageForm, Sha256, strict_query
from api.views.status_view import status_json, status_page
from verifier.proof.evidence import MEDIA_TYPE as EVIDENCE

router = APIRouter(dependencies=[Depends(strict_query)])


@router.get("/status", responses={**returns(200, "the status", JSON, "text/html"), **problems(400, 406)})
def get_status(
    request: Request, ledger: TheLedger, evidence: TheEvidence, language: Language, *, form: PageForm = None
) -> Response:
    """Return the ledger's status: checkpoint, seals, each witness's lag, evidence."""
    now: int = request.app.state.clock()
    status = status_json(ledger, evidence.held(), now, language)
    return answer_page(request, form, status, "status.html", lambda: status_page(status, language))


@router.get(
    "/status/evidence/{digest}",
    responses={**returns(200, "an evidence file", EVIDENCE), **problems(400, 404)},
)
def get_evidence(digest: Sha256, evidence: TheEvidence) -> Response:
    """Return an evidence file that /status names."""
    return download(evidence.read(digest), EVIDENCE, f"{digest.hex()[:16]}.evidence")
