"""Seeing the whole: the day's figures, and how key and ledger stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.desk.day import midnight_before, tell_day
from api.desk.pages import language_of, render_page
from api.desk.routes.dependencies import TheHistory, TheOffice
from api.desk.standing import look_around
from api.desk.views import render_span, title_of
from api.views.words import beijing_time
from ledger.endorsing.queue import read_inbox

router = APIRouter()


@router.get("/day")
def get_day(request: Request, office: TheOffice, history: TheHistory) -> Response:
    """Return the figures of this day in Beijing."""
    lang, now = language_of(request), office.now()
    begin = midnight_before(now)
    batches = list(takewhile(lambda each: each.time >= begin, history.newest()))
    day = tell_day(list(read_inbox(office.client, office.agency)), batches, now=now)
    figures: Sequence[tuple[str, int | str]] = [
        ("received", day.received),
        ("answered", day.answered),
        ("waiting", day.waiting),
        ("overdue", day.overdue),
        *((name, "—" if span is None else render_span(span, lang))
          for name, span in (("median", day.median), ("oldest", day.oldest))),
    ]  # fmt: skip
    by_type = [(title_of(name, office.types, lang), *numbers) for name, *numbers in day.by_type]
    context = {"date": day.date, "figures": figures, "by_type": by_type, "by_verb": day.by_verb}
    return render_page(request, "day.html", context, here="day")


@router.get("/status")
def get_status(request: Request, office: TheOffice) -> Response:
    """Return how key, agency and ledger stand, from proofs checked just now."""
    lang, kid = language_of(request), office.signer.public.kid
    found = look_around(office.client, office.policy, agency=office.agency, kid=kid, now=office.now())
    age = None if found.quorum_time is None else int(office.clock()) - found.quorum_time
    witnesses = [
        (each.name, beijing_time(each.time * 1000) if each.time else "", None if each.size is None else
         found.published - each.size)
        for each in found.cosigners
    ]  # fmt: skip
    context = {
        "standing": found,
        "kid": kid.hex(),
        "agency_uri": office.agency,
        "age": "" if age is None else render_span(age * 1000, lang),
        "witnesses": witnesses,
        "pin": office.policy.charter.hex(),
        "url": office.client.url,
        "keep": str(office.keep.absolute()),
    }
    return render_page(request, "status.html", context, here="status")
