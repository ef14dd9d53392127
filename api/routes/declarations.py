"""Where declarations stand: for whoever may read the trace of a declaration, order or parcel."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answers import JSON, answer_json
from api.dependencies import TheAccess, TheLedger, TheMoment
from api.language import language_of
from api.openapi import problems, returns
from api.parameters import Lang, Subject, Walk, strict_query
from api.reads import trace_of
from api.views.declarations import declaration_json, declarations_told
from api.views.trace_json import computed_by_server, verify_trace_command

router = APIRouter(dependencies=[Depends(strict_query)])


@router.get(
    "/declarations",
    responses={**returns(200, "where its declarations stand", JSON), **problems(400, 401, 403, 413, 503)},
)
def get_declarations(  # noqa: PLR0917 - what the framework gives
    request: Request,
    subject: Subject,
    ledger: TheLedger,
    access: TheAccess,
    moment: TheMoment,
    walk: Walk = "public",
    lang: Lang = None,
) -> Response:
    """Return where the declarations of a subject's trace stand, each status judged. A parcel's trace has the most."""
    proved = trace_of(ledger, subject, walk, access, moment)
    chosen = lang or language_of(request)
    found = declarations_told(proved.verdict.story)
    return answer_json(
        {
            **computed_by_server(verify_trace_command(subject), chosen),
            "subject": subject,
            "size": proved.size,
            "declarations": [declaration_json(each, chosen) for each in found],
        }
    )
