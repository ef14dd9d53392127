"""Answering: what is selected, the form, the checks, and exactly what will be signed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from itertools import islice

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from api.desk.answer_views import view_signed
from api.desk.decisions import FIELDS, decide, wrong_fields
from api.desk.forms import one
from api.desk.pages import language_of, render_page
from api.desk.preparing import Preparation
from api.desk.routes.dependencies import TheForm, TheOffice, TheWork, Work, go_to, read_own_form
from api.desk.signing import send, sign
from api.desk.texts import text
from ledger.endorsing.queue import read_inbox
from verifier.errors import MalformedError, SuyuanError
from verifier.ledgerformat.statement import MAX_BATCH
from verifier.primitives.base64strict import parse_hash_hex

router = APIRouter()
_SOON = 1.5  # seconds that a form waits for the checks, before a page shows how far they are
_HANDED_ON = ("verb", "event", "selected")


@router.post("/select")
def post_select(request: Request, form: TheForm, office: TheOffice, work: TheWork) -> Response:
    """Hold a selection, and go on to the answer."""
    chosen = one(form, "type")
    if one(form, "all"):
        items = read_inbox(office.client, office.agency, types=(chosen,) if chosen else ())
        names = tuple(each.name for each in islice(items, MAX_BATCH))
    else:
        names = tuple(dict.fromkeys(parse_hash_hex(each, "event") for each in form.get("event", ())))
    if not names:
        return go_to(request, "/", type=chosen, wrong="nothing")
    if len(names) > MAX_BATCH:
        raise MalformedError("event", came=len(names), expected=f"at most {MAX_BATCH} under one signature")
    return go_to(request, "/answer", verb=one(form, "verb"), selected=work.chosen.put(secrets.token_hex(16), names))


@router.get("/answer")
def get_answer(request: Request, work: TheWork) -> Response:
    """Return the form of an answer; where the address names what was prepared, as it was filled in before."""
    asked = request.query_params
    given = {name: asked.get(name, "") for name in _HANDED_ON}
    if prepared := asked.get("prepared"):
        given = dict(work.preparations.find(prepared).given)
    return _form_page(request, work, given, {})


@router.post("/answer")
def post_answer(request: Request, form: TheForm, office: TheOffice, work: TheWork) -> Response:
    """Check every event's proof and compose the answers, or say what is wrong with the form."""
    given = {name: one(form, name) for name in _HANDED_ON}
    verb = _verb(given["verb"])
    given |= {each.name: one(form, each.name) for each in FIELDS[verb]}
    if wrong := wrong_fields(verb, given, now=office.now()):
        return _form_page(request, work, given, wrong)
    preparation = Preparation(decide(verb, given), given, _names(given, work))
    preparation.start(office)
    preparation.finished.wait(_SOON)
    return go_to(request, f"/prepared/{work.preparations.put(secrets.token_hex(16), preparation)}")


@router.get("/prepared/{name}")
def get_prepared(request: Request, name: str, office: TheOffice, work: TheWork) -> Response:
    """Return how far the checks are; once they are through, exactly what will be signed."""
    found = work.preparations.find(name)
    shared = {"prepared": name, "count": len(found.names), "done": found.done}
    if not found.finished.is_set():
        return render_page(request, "checking.html", shared)
    view = view_signed(found, language_of(request), kid=office.signer.public.kid)
    return render_page(request, "confirm.html", {**shared, "signed": view, "disputed": bool(found.disputed)})


@router.get("/prepared/{name}/state")
def get_prepared_state(request: Request, name: str, work: TheWork) -> Response:
    """Return how far the checks are, for the page's script."""
    found = work.preparations.find(name)
    told = text("desk.prepared.progress", language_of(request), done=found.done, count=len(found.names))
    return JSONResponse({"state": "ready" if found.finished.is_set() else "checking", "text": told})


@router.post("/prepared/{name}", dependencies=[Depends(read_own_form)])
def post_prepared(request: Request, name: str, work: TheWork) -> Response:
    """Let the checks stop, and forget them."""
    work.preparations.take(name).stopped.set()
    return go_to(request, "/")


@router.post("/sign")
def post_sign(request: Request, form: TheForm, office: TheOffice, work: TheWork) -> Response:
    """Sign what was prepared, once, and send it. Whatever the ledger answers, what was signed is kept."""
    with office.signing:
        name = one(form, "prepared")
        prepared = work.preparations.find(name)
        if not prepared.finished.is_set() or not prepared.ready:
            raise MalformedError("prepared", came="nothing that can be signed", expected="checked answers")
        kept = sign(office, prepared)
        work.preparations.take(name)
        try:
            send(office, kept)
        except SuyuanError as error:
            request.app.state.errors[kept.identity.hex()] = error
    return go_to(request, f"/result/{kept.identity.hex()}")


def _form_page(request: Request, work: Work, given: Mapping[str, str], wrong: Mapping[str, str]) -> Response:
    lang, verb = language_of(request), _verb(given["verb"])
    told = {
        name: text("desk.wrong.frame", lang, field=text(f"desk.form.{name}", lang), what=text(key, lang))
        for name, key in wrong.items()
    }
    count = len(_names(given, work))
    context = {"verb": verb, "given": given, "fields": FIELDS[verb], "errors": told, "count": count}
    return render_page(request, "answer.html", context, status=422 if wrong else 200)


def _verb(verb: str) -> str:
    if verb not in FIELDS:
        raise MalformedError("verb", came=verb, expected=f"one of {', '.join(FIELDS)}")
    return verb


def _names(given: Mapping[str, str], work: Work) -> tuple[bytes, ...]:
    """Return the events that a form is about: one, or those selected together."""
    if given["selected"]:
        return work.chosen.find(given["selected"])
    return (parse_hash_hex(given["event"], "event"),)
