"""Where declarations stand: of a trace, for whoever may read it; and all of them, for agencies and whose they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BeforeValidator, WithJsonSchema
from starlette.responses import Response

from api.access import Access
from api.answers import JSON, answer_json
from api.authorise import Thing
from api.dependencies import TheAccess, TheLedger, TheMoment
from api.facts import Facts
from api.language import language_of
from api.openapi import problems, returns
from api.parameters import MAX_NUMBER, Lang, Limit, OptionalSubject, Walk, one_of, strict_query
from api.reads import trace_of
from api.standing import STATES, UNENDED, read_page
from api.views.declarations import declaration_json, declarations_told
from api.views.standing import late_in_story_json, page_json
from api.views.trace_json import computed_by_server, verify_trace_command
from ledger.ledger import Ledger
from ledger.prove.prover import Proved
from ledger.standing.papers import KINDS
from ledger.standing.store import Wanted
from verifier.errors import MalformedError
from verifier.ledgerformat.subject import form_of
from verifier.primitives.base64strict import parse_decimal

router = APIRouter(dependencies=[Depends(strict_query)])
UNENDED_WORD = "unended"
_PLACE = "^(0|[1-9][0-9]{0,14})[.](0|[1-9][0-9]{0,14})[.](0|[1-9][0-9]{0,3})$"


def _parse_older(value: Any) -> int:
    return parse_decimal(str(value), "older", MAX_NUMBER // 1000)


def parse_after(text: str) -> tuple[int, int, int]:
    """Return ledger time, leaf and position that a text like `1795423690077.12.3` spells."""
    parts = text.split(".")
    if len(parts) != 3:
        raise MalformedError("after", came=text, expected="the page before's next")
    moved, leaf, position = (parse_decimal(each, "after", MAX_NUMBER) for each in parts)
    return moved, leaf, position


def _require_after(value: Any) -> str:
    parse_after(str(value))
    return str(value)


def _parse_participant(value: Any) -> str:
    if form_of(str(value), "of") not in ("agency", "enterprise"):
        raise MalformedError("of", came=value, expected="a participant: urn:suyuan:enterprise:… or urn:suyuan:agency:…")
    return str(value)


State = Annotated[
    str, one_of((UNENDED_WORD, *STATES), "state"), WithJsonSchema({"enum": [UNENDED_WORD, *STATES]}),
    Query(description="how it stands; `unended`: all that something has to come of"),
]  # fmt: skip
Older = Annotated[
    int, BeforeValidator(_parse_older), WithJsonSchema({"type": "integer", "minimum": 0}),
    Query(description="seconds for which nothing has come of it"),
]  # fmt: skip
Kind = Annotated[
    Literal["list", "summary", "return"] | None, one_of(KINDS, "kind"), Query(description="of which kind; all without"),
]  # fmt: skip
Whose = Annotated[
    str | None, BeforeValidator(_parse_participant), Query(alias="of", description="who declared it, or for whom")
]
After = Annotated[
    str | None, BeforeValidator(_require_after), WithJsonSchema({"type": "string", "pattern": _PLACE}),
    Query(description="the page before's `next`; the first page has none"),
]  # fmt: skip


@router.get(
    "/declarations",
    responses={**returns(200, "where declarations stand", JSON), **problems(400, 401, 403, 413, 503)},
)
def get_declarations(  # noqa: PLR0913, PLR0917 - what the framework gives
    request: Request,
    ledger: TheLedger,
    access: TheAccess,
    moment: TheMoment,
    subject: OptionalSubject = None,
    walk: Walk = "public",
    state: State = UNENDED_WORD,
    older: Older = 0,
    kind: Kind = None,
    of: Whose = None,
    after: After = None,
    limit: Limit = 100,
    lang: Lang = None,
) -> Response:
    """Return where declarations stand: those of a subject's trace; without one all, what moved longest ago first.

    All lists, summaries and returns are listed for agencies, and for others those that they declared, or that were
    declared for them.
    """
    chosen = lang or language_of(request)
    if subject is None:
        whose = of or (None if access.actor.is_agency else access.actor.uri)
        wanted = _wanted(request, state, older, kind, whose, after)
        with ledger.sources() as sources:
            thing = Facts(sources, moment, access.actor).participant(whose) if whose else Thing()
        return answer_json(_listed(request, ledger, access, thing, wanted, limit, chosen))
    given = {"state", "older", "kind", "of", "after", "limit"} & request.query_params.keys()
    if given:
        raise MalformedError("query", came=", ".join(sorted(given)), expected="no subject, to list all")
    return answer_json(_told(trace_of(ledger, subject, walk, access, moment), subject, chosen))


def _told(proved: Proved, subject: str, lang: str) -> dict[str, object]:
    """Return the declarations of a subject's trace as they stand there."""
    return {
        **computed_by_server(verify_trace_command(subject), lang),
        "subject": subject,
        "size": proved.size,
        "declarations": [declaration_json(each, lang) for each in declarations_told(proved.verdict.story)],
        "lateReturns": late_in_story_json(proved.verdict.story, lang),
    }


def _wanted(  # noqa: PLR0917 - as the query has them
    request: Request, state: str, older: int, kind: str | None, whose: str | None, after: str | None
) -> Wanted:
    before = request.app.state.clock() - older * 1000
    standings = UNENDED if state == UNENDED_WORD else (state,)
    return Wanted((kind,) if kind else KINDS, standings, max(0, before), whose, parse_after(after) if after else None)


def _listed(  # noqa: PLR0917 - as above
    request: Request, ledger: Ledger, access: Access, thing: Thing, wanted: Wanted, limit: int, lang: str
) -> dict[str, Any]:
    page = read_page(request.app.state.standing, access, thing, wanted, limit=limit, size=ledger.head.edge.size)
    return page_json(page, lang)
