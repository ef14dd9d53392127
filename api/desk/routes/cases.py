"""Looking: the queue, and one case with its whole proof checked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.desk.office import Office, verbs_for
from api.desk.pages import language_of, render_page, static_file
from api.desk.routes.dependencies import TheOffice
from api.desk.views import view_case, view_failure, view_row
from api.parameters import parse_place
from ledger.endorsing.endorse import VERBS
from verifier.errors import SuyuanError
from verifier.ledgerformat.statement import MAX_BATCH
from verifier.ledgerformat.vocabulary import matches_any
from verifier.primitives.base64strict import parse_hash_hex
from verifier.proof.verify import RefusedError

router = APIRouter()
PAGE = 50  # items
_TOGETHER = ("recognise", "acknowledge", "refuse")  # verbs for many at once


@router.get("/static/{name}")
def get_static(name: str) -> Response:
    """Return a style, script or picture."""
    return static_file(name)


@router.get("/")
def get_queue(
    request: Request,
    office: TheOffice,
    chosen: Annotated[str, Query(alias="type")] = "",
    after: str = "",
    wrong: str = "",
) -> Response:
    """Return what awaits the agency, oldest first; of one type where one is chosen."""
    lang, now = language_of(request), office.now()
    if after:
        parse_place(after)
    page = office.page(after=after or None, limit=PAGE, types=(chosen,) if chosen else ())
    context = {
        "rows": [view_row(each, office.types, lang, now=now) for each in page.items],
        "count": page.total,
        "after": page.next,
        "first": not after,
        "chosen": chosen,
        "types": _answerable_types(office, lang),
        "wrong": wrong == "nothing",
        "most": MAX_BATCH,
        "verbs": _TOGETHER,
    }
    return render_page(request, "queue.html", context, here="queue")


@router.get("/case/{name}")
def get_case(request: Request, name: str, office: TheOffice) -> Response:
    """Return a case as it is now; of one that does not verify, what is wrong and nothing of what it claims."""
    lang, hashed = language_of(request), parse_hash_hex(name, "case")
    try:
        case = office.read(office.reader(compare=True), hashed)
    except SuyuanError as error:
        verdict = error.verdict if isinstance(error, RefusedError) else None
        return render_page(request, "failure.html", {"case": view_failure(hashed, error, verdict, lang)}, status=409)
    office.look(case)
    verbs = verbs_for(case, office.agency, office.types)
    return render_page(request, "case.html", {"case": view_case(case, lang), "verbs": verbs})


def _answerable_types(office: Office, lang: str) -> list[tuple[str, str]]:
    """Return name and title of every type that can be recognised, by stage of life."""
    answers = office.types[VERBS["recognise"]].answers
    patterns = answers.types if answers else ()
    kinds = [each for each in office.types.values() if matches_any(patterns, each.name)]
    return [(each.name, each.title[lang]) for each in sorted(kinds, key=lambda each: each.name)]
