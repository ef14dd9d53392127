"""Traces and events: as proofs, as JSON, as pages; and GS1 Digital Links to them."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answers import JSON, answer_event, answer_trace
from api.dependencies import HowWanted, TheAccess, TheLedger, TheMoment
from api.links import Gln, Gtin, Lot, Serial, Sscc, linked_subject
from api.openapi import problems, returns
from api.own_proofs import own_proofs
from api.parameters import EventName, Subject, Walk, strict_query
from api.reads import event_of, trace_of
from verifier.proof.eventproof import MEDIA_TYPE as EVENT
from verifier.proof.traceproof import MEDIA_TYPE as TRACE

router = APIRouter(dependencies=[Depends(strict_query), Depends(own_proofs)])
_TRACED = {**returns(200, "the trace", TRACE, JSON, "text/html"), **problems(400, 403, 406, 413, 503)}
_EVENT = {**returns(200, "the event", EVENT, JSON, "text/html"), **problems(400, 404, 406, 503)}


class Tracing:
    """Answers with the trace of whatever subject the address names."""

    def __init__(
        self,
        request: Request,
        ledger: TheLedger,
        access: TheAccess,
        moment: TheMoment,
        wanted: HowWanted,
        *,
        walk: Walk = "public",
    ) -> None:
        """Take what the query says beside the subject, and who asks."""
        self._request, self._wanted, self._walk = request, wanted, walk
        self._trace = partial(trace_of, ledger, walk=walk, access=access, moment=moment)

    def of(self, subject: str) -> Response:
        """Return the trace of a subject."""
        return answer_trace(self._request, self._trace(subject), subject, walk=self._walk, form=self._wanted.form)

    def of_link(self, *parts: str) -> Response:
        """Return the trace of the subject that the path's parts name."""
        return self.of(linked_subject(self._request, *parts))


Trace = Annotated[Tracing, Depends(Tracing)]


@router.get("/trace", responses=_TRACED)
def get_trace(subject: Subject, trace: Trace) -> Response:
    """Return the trace of a subject: everything recorded of it, proved to be all."""
    return trace.of(subject)


@router.get("/01/{gtin}", responses=_TRACED)
def get_product(gtin: Gtin, trace: Trace) -> Response:
    """Return the trace of a product (GS1 Digital Link)."""
    return trace.of_link("01", gtin)


@router.get("/01/{gtin}/10/{lot:path}", responses=_TRACED)
def get_lot(gtin: Gtin, lot: Lot, trace: Trace) -> Response:
    """Return the trace of a lot (GS1 Digital Link)."""
    return trace.of_link("01", gtin, "10", lot)


@router.get("/01/{gtin}/21/{serial:path}", responses=_TRACED)
def get_item(gtin: Gtin, serial: Serial, trace: Trace) -> Response:
    """Return the trace of an item (GS1 Digital Link)."""
    return trace.of_link("01", gtin, "21", serial)


@router.get("/00/{sscc}", responses=_TRACED)
def get_unit(sscc: Sscc, trace: Trace) -> Response:
    """Return the trace of a logistic unit (GS1 Digital Link)."""
    return trace.of_link("00", sscc)


@router.get("/414/{gln}", responses=_TRACED)
def get_place(gln: Gln, trace: Trace) -> Response:
    """Return the trace of a place (GS1 Digital Link)."""
    return trace.of_link("414", gln)


@router.get("/417/{gln}", responses=_TRACED)
def get_party(gln: Gln, trace: Trace) -> Response:
    """Return the trace of a party (GS1 Digital Link)."""
    return trace.of_link("417", gln)


@router.get("/events/{name}", responses=_EVENT)
def get_event(  # noqa: PLR0917 - what the framework gives
    name: EventName, request: Request, ledger: TheLedger, access: TheAccess, moment: TheMoment, wanted: HowWanted
) -> Response:
    """Return one event; a body that joins no public history is shown to its parties and to agencies."""
    return answer_event(request, event_of(ledger, name, access, moment), ledger, wanted.form)
