"""Answers in the form that was asked for: proof, JSON or page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from api.language import language_of
from api.negotiation import choose_form
from api.pages import HTML, render_page
from api.parameters import LATEST
from api.views.event_view import event_json, event_page
from api.views.trace_json import trace_json, verify_trace_command
from api.views.trace_view import view_trace
from api.views.words import file_name, page_of
from ledger.ledger import Ledger
from ledger.prove.prover import Proved, ProvedFile
from verifier.ledgerformat.subject import form_of
from verifier.proof.eventproof import MEDIA_TYPE as EVENT
from verifier.proof.traceproof import MEDIA_TYPE as TRACE

JSON = "application/json"


def answer_trace(request: Request, proved: Proved, subject: str, *, walk: str, form: str | None) -> Response:
    """Return a trace as its proof, as JSON, or as a page."""
    return _answer_proved(request, proved, subject, f"/trace?{urlencode({'subject': subject, 'walk': walk})}", form)


def wants_trace_file(request: Request, form: str | None) -> bool:
    """Return whether a trace is asked for as its proof."""
    return _chosen(request, form, TRACE) == TRACE


def answer_trace_file(request: Request, proved: ProvedFile, subject: str) -> Response:
    """Return a trace as its proof, of which nothing else is told."""
    request.state.form = form_of(subject)
    return _stated(download(proved.data, TRACE, file_name(subject, "trace")), proved)


def answer_history(  # noqa: PLR0917 - as asked for
    request: Request, proved: Proved, subject: str, kind: str, since: int | None, form: str | None
) -> Response:
    """Return one history as its proof, as JSON, or as a page."""
    part = {} if since == 0 else {"since": LATEST if since is None else str(since)}
    return _answer_proved(request, proved, subject, f"/histories/{kind}?{urlencode({'subject': subject} | part)}", form)


def _answer_proved(request: Request, proved: Proved, subject: str, address: str, form: str | None) -> Response:
    lang = language_of(request)
    request.state.form = form_of(subject)
    forms: dict[str, Callable[[], Response]] = {
        TRACE: lambda: download(proved.data, TRACE, file_name(subject, "trace")),
        JSON: lambda: answer_json(trace_json(proved, subject, lang)),
        HTML: lambda: _trace_page(request, proved, subject, address=address, lang=lang),
    }
    return _stated(forms[_chosen(request, form, TRACE)](), proved)


def _stated(response: Response, proved: Proved | ProvedFile) -> Response:
    """Say as of when a proof is."""
    response.headers["Suyuan-Newer"] = str(proved.newer)
    response.headers["Suyuan-Tree-Size"] = str(proved.size)
    return _varied(response)


def _trace_page(request: Request, proved: Proved, subject: str, *, address: str, lang: str) -> Response:
    context = {
        "trace": view_trace(proved, subject, lang),
        "command": verify_trace_command(subject),
        "desk": request.app.state.settings.public_desk,
        "page_of": partial(page_of, lang=lang),
        "links": {form: f"{address}&{urlencode({'format': form, 'lang': lang})}" for form in ("proof", "json")},
    }
    return render_page(request, "trace.html", context)


def answer_event(request: Request, proof: bytes, ledger: Ledger, form: str | None) -> Response:
    """Return an event as its proof, as JSON, or as a page."""
    lang = language_of(request)
    chosen = _chosen(request, form, EVENT)
    event = event_json(proof, ledger, lang)
    if chosen == EVENT:
        return _varied(download(proof, EVENT, f"{event['name'][:16]}.event"))
    if chosen == JSON:
        return _varied(answer_json(event))
    return _varied(render_page(request, "event.html", event_page(event, proof, lang)))


def answer_page(
    request: Request, form: str | None, told: Any, template: str, context: Callable[[], Mapping[str, Any]]
) -> Response:
    """Return what the server says of itself as JSON, or as a page made of `context`: there is no proof of it."""
    accepted = {"json": JSON, "page": HTML}[form] if form else choose_form(request.headers.get("accept"), (JSON, HTML))
    return _varied(render_page(request, template, context()) if accepted == HTML else answer_json(told))


def answer_json(value: Any, status: int = 200, *, media_type: str = JSON) -> Response:
    """Return JSON as it stands, not escaped to ASCII."""
    return Response(json.dumps(value, ensure_ascii=False, allow_nan=False), status, media_type=media_type)


def download(content: bytes, media_type: str, name: str) -> Response:
    """Return bytes under a name for the file."""
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _chosen(request: Request, form: str | None, proof: str) -> str:
    if form is not None:
        return {"proof": proof, "json": JSON, "page": HTML}[form]
    return choose_form(request.headers.get("accept"), (proof, JSON, HTML))


def _varied(response: Response) -> Response:
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers.setdefault("Cache-Control", "no-cache")
    return response
