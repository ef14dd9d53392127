"""Traces and events: as proofs, as JSON, as pages; and GS1 Digital Links to them."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from api.access import Access
from api.actors import Moment
from api.answers import JSON, answer_event, answer_json, answer_trace, answer_trace_file, wants_trace_file
from api.dependencies import HowWanted, Language, TheAccess, TheLedger, TheMoment, Wanted
from api.links import Gln, Gtin, Lot, Serial, Sscc, base_of, linked_subject
from api.openapi import problems, returns
from api.own_proofs import own_proofs
from api.parameters import EventName, LinkType, Subject, Walk, strict_query
from api.reads import OPEN_WALKS, event_of, trace_of
from api.resolver import CONTEXT, LINKSET, choose_target, format_linkset, linkset_header, wants_linkset
from ledger.ledger import Ledger
from verifier.proof.eventproof import MEDIA_TYPE as EVENT
from verifier.proof.traceproof import MEDIA_TYPE as TRACE

router = APIRouter(dependencies=[Depends(strict_query), Depends(own_proofs)])
_TRACED = {**returns(200, "the trace", TRACE, JSON, "text/html"), **problems(400, 403, 406, 413, 503)}
_LINKED = {
    **returns(200, "the trace, or its links", TRACE, JSON, "text/html", LINKSET),
    **returns(307, "where a link of the type leads"),
    **problems(400, 403, 404, 406, 413, 503),
}
_EVENT = {**returns(200, "the event", EVENT, JSON, "text/html"), **problems(400, 404, 406, 503)}


class Tracing:
    """Answers with the trace of whatever subject the address names."""

    def __init__(
        self,
        request: Request,
        ledger: Ledger,
        access: Access,
        moment: Moment,
        wanted: Wanted,
        *,
        walk: str,
    ) -> None:
        """Take what the query says beside the subject, and who asks."""
        self._request, self._ledger, self._wanted, self._walk = request, ledger, wanted, walk
        self._trace = partial(trace_of, ledger, walk=walk, access=access, moment=moment)

    def of(self, subject: str) -> Response:
        """Return the trace of a subject."""
        if self._walk in OPEN_WALKS and wants_trace_file(self._request, self._wanted.form):
            return answer_trace_file(self._request, self._ledger.prover.trace_file(subject, walk=self._walk), subject)
        return answer_trace(self._request, self._trace(subject), subject, walk=self._walk, form=self._wanted.form)


async def _tracing(  # noqa: PLR0917 - what the framework gives
    request: Request, ledger: TheLedger, access: TheAccess, moment: TheMoment, wanted: HowWanted, walk: Walk = "public"
) -> Tracing:
    return Tracing(request, ledger, access, moment, wanted, walk=walk)


Trace = Annotated[Tracing, Depends(_tracing)]  # a coroutine is called at once, a class in a thread of its own


class Linking:
    """Answers for a GS1 Digital Link: its trace, all its links, or the way to one of a type."""

    def __init__(self, request: Request, trace: Tracing, language: str, *, link_type: str | None) -> None:
        """Take what is asked of the subject."""
        self._request, self._trace, self._language, self._link_type = request, trace, language, link_type

    def of(self, *parts: str) -> Response:
        """Return the answer for the subject that the path's parts name."""
        subject = linked_subject(self._request, *parts)
        response = self._answer(subject, self._request.headers.get("accept"))
        response.headers.append("Link", linkset_header(subject))
        response.headers["Vary"] = "Accept, Accept-Language"
        return response

    def _answer(self, subject: str, accept: str | None) -> Response:
        if wants_linkset(self._link_type, accept):
            response = answer_json(format_linkset(subject, base_of(self._request)), media_type=LINKSET)
            response.headers["Link"] = f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"'
            return response
        if self._link_type is None:
            return self._trace.of(subject)
        target = choose_target(subject, self._link_type, accept=accept, language=self._language)
        return RedirectResponse(target.path, 307)


async def _linking(request: Request, trace: Trace, language: Language, link_type: LinkType = None) -> Linking:
    return Linking(request, trace, language, link_type=link_type)


Link = Annotated[Linking, Depends(_linking)]


@router.get("/trace", responses=_TRACED)
def get_trace(subject: Subject, trace: Trace) -> Response:
    """Return the trace of a subject: everything recorded of it, proved to be all."""
    return trace.of(subject)


@router.get("/01/{gtin}", responses=_LINKED)
def get_product(gtin: Gtin, link: Link) -> Response:
    """Return the trace of a product (GS1 Digital Link)."""
    return link.of("01", gtin)


@router.get("/01/{gtin}/10/{lot:path}", responses=_LINKED)
def get_lot(gtin: Gtin, lot: Lot, link: Link) -> Response:
    """Return the trace of a lot (GS1 Digital Link)."""
    return link.of("01", gtin, "10", lot)


@router.get("/01/{gtin}/21/{serial:path}", responses=_LINKED)
def get_item(gtin: Gtin, serial: Serial, link: Link) -> Response:
    """Return the trace of an item (GS1 Digital Link)."""
    return link.of("01", gtin, "21", serial)


@router.get("/00/{sscc}", responses=_LINKED)
def get_unit(sscc: Sscc, link: Link) -> Response:
    """Return the trace of a logistic unit (GS1 Digital Link)."""
    return link.of("00", sscc)


@router.get("/414/{gln}", responses=_LINKED)
def get_place(gln: Gln, link: Link) -> Response:
    """Return the trace of a place (GS1 Digital Link)."""
    return link.of("414", gln)


@router.get("/417/{gln}", responses=_LINKED)
def get_party(gln: Gln, link: Link) -> Response:
    """Return the trace of a party (GS1 Digital Link)."""
    return link.of("417", gln)


@router.get("/events/{name}", responses=_EVENT)
def get_event(  # noqa: PLR0917 - what the framework gives
    name: EventName, request: Request, ledger: TheLedger, access: TheAccess, moment: TheMoment, wanted: HowWanted
) -> Response:
    """Return one event; a body that joins no public history is shown to its parties and to agencies."""
    return answer_event(request, event_of(ledger, name, access, moment), ledger, wanted.form)
