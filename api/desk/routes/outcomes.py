"""What became of answers: one batch, and all that this machine has receipts for."""

from __future__ import annotations

from itertools import islice

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from api.desk.answer_views import view_answered
from api.desk.answered import PROMISED, Answered, History
from api.desk.office import Office
from api.desk.pages import language_of, render_page
from api.desk.routes.dependencies import TheHistory, TheOffice, go_to, read_own_form
from api.desk.signing import follow, send
from api.desk.texts import text
from ledger.errors import UnknownError
from verifier.errors import SuyuanError
from verifier.rendering import render_error

router = APIRouter()
_MOST, _MOST_FOLLOWED = 200, 20  # batches


@router.get("/result/{identity}")
def get_result(request: Request, identity: str, office: TheOffice, history: TheHistory) -> Response:
    """Return what became of a batch; the ledger is asked once more where a quorum is still awaited."""
    found, lang = _find(history, identity), language_of(request)
    error = _followed(request, office, found)
    context = {
        "batch": view_answered(found, lang),
        "leaf": found.leaf,
        "path": str(found.path),
        "error": render_error(error, lang) if error else "",
    }
    return render_page(request, "result.html", context)


@router.get("/result/{identity}/state")
def get_result_state(request: Request, identity: str, office: TheOffice, history: TheHistory) -> Response:
    """Return what became of a batch, for the page's script."""
    found = _find(history, identity)
    _followed(request, office, found)
    return JSONResponse({"state": found.state, "text": text(f"desk.result.{found.state}", language_of(request))})


@router.post("/result/{identity}", dependencies=[Depends(read_own_form)])
def post_result(request: Request, identity: str, office: TheOffice, history: TheHistory) -> Response:
    """Send a batch again that was signed and has no promise yet: the same bytes."""
    found = _find(history, identity)
    with office.signing:
        try:
            send(office, found.kept)
        except SuyuanError as error:
            request.app.state.errors[identity] = error
    return go_to(request, f"/result/{identity}")


@router.get("/history")
def get_history(request: Request, office: TheOffice, history: TheHistory) -> Response:
    """Return what this agency answered, newest first; the ledger is asked once more for what is only promised."""
    lang = language_of(request)
    batches = list(islice(history.newest(), _MOST))
    for each in (batch for batch in batches[:_MOST_FOLLOWED] if batch.state == PROMISED):
        if _followed(request, office, each):
            break
    rows = [view_answered(each, lang) for each in batches]
    return render_page(request, "history.html", {"rows": rows, "keep": str(office.keep)}, here="history")


def _find(history: History, identity: str) -> Answered:
    found = history.find(identity) if len(identity) == 64 and identity.isalnum() else None
    if found is None:
        raise UnknownError("result", came=identity, expected="a batch that was signed and kept here")
    return found


def _followed(request: Request, office: Office, found: Answered) -> SuyuanError | None:
    """Ask the ledger for a quorum where one is awaited; return what went wrong, last or now."""
    if found.state == PROMISED:
        try:
            with office.signing:
                follow(office, found)
        except SuyuanError as error:
            return error
    errors: dict[str, SuyuanError] = request.app.state.errors
    return errors.get(found.kept.identity.hex()) if found.state != "recorded" else None
