"""Custody of a subject: where it was, who passed it to whom, what is missing."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.answers import JSON, answer_json
from api.dependencies import Language, TheAccess, TheLedger, TheMoment
from api.openapi import problems, returns
from api.parameters import Subject, strict_query
from api.reads import trace_of
from api.views.custody import custody_json
from api.views.trace_json import computed_by_server, verify_trace_command

router = APIRouter(dependencies=[Depends(strict_query)])


@router.get("/custody", responses={**returns(200, "custody", JSON), **problems(400, 403, 413, 503)})
def get_custody(
    subject: Subject, ledger: TheLedger, access: TheAccess, moment: TheMoment, language: Language
) -> Response:
    """Return gaps, dwell times and sensor excursions of a subject, and of what held it while it was inside.

    It follows from the public trace, which anybody can verify and reckon up for themselves.
    """
    proved = trace_of(ledger, subject, "public", access, moment)
    told = computed_by_server(verify_trace_command(subject), language)
    answer = {**told, "subject": subject, "size": proved.size, "outcome": proved.verdict.outcome}
    response = answer_json({**answer, "custody": custody_json(proved.verdict.story, language)})
    response.headers["Cache-Control"] = "no-cache"
    return response
