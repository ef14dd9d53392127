"""The gateway's addresses, but those of EPCIS."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request
from prometheus_client import generate_latest
from starlette.responses import Response

from api.gateway.answers import answer, refusal
from api.gateway.gate import require_token
from api.gateway.taking import Taking
from api.language import language_of
from api.parameters import strict_query
from api.reading import require_media_type
from ledger.client.client import COSE
from ledger.gateway.intake import CEB, DRAFTS
from ledger.gateway.jobs import Told, error_of_json, told_json
from ledger.gateway.looking import job_json, queue_json, receipt_bytes, receipt_json, retry
from ledger.gateway.received import Received
from ledger.readers.ceb import Facts, Mode, Trust
from verifier.errors import SuyuanError
from verifier.ledgerformat.submission import MAX_SUBMISSION

router = APIRouter(dependencies=[Depends(require_token), Depends(strict_query)])
_MESSAGE = 1 << 20  # bytes
As = Annotated[str | None, Query(alias="as", max_length=256)]
Word = Annotated[str | None, Query(max_length=256)]


async def _taking(request: Request) -> Taking:
    taking: Taking = request.app.state.taking
    return taking


TheTaking = Annotated[Taking, Depends(_taking)]


async def _facts(  # noqa: PLR0913, PLR0917 - a name for each
    to: Word = None,
    platform: Word = None,
    unit: Word = None,
    order: Word = None,
    warehouse: Word = None,
    consignment: Word = None,
    enterprise: Word = None,
    month: Word = None,
    item: Word = None,
    line: Word = None,
    quantity: Word = None,
    about: Annotated[str | None, Query(pattern="^[0-9a-f]{64}(,[0-9a-f]{64}){0,63}$")] = None,
) -> Facts:
    return Facts(
        to=to, platform=platform, unit=unit, order=order, warehouse=warehouse, consignment=consignment,
        enterprise=enterprise, month=month, item=item, line=line, quantity=quantity,
        about=about.split(",") if about else (),
    )  # fmt: skip


@router.post("/ceb", status_code=202)
async def take_message(
    request: Request,
    taking: TheTaking,
    facts: Annotated[Facts, Depends(_facts)],
    as_: As = None,
    mode: Literal["strict", "lenient"] = "strict",
) -> Response:
    """Take a customs message; what it cannot say comes as parameters."""
    require_media_type(request, "application/xml", "text/xml")
    trust: Trust | None = request.app.state.trust
    now = replace(trust, at=taking.gateway.setting.clock()) if trust else None
    of = partial(Received, CEB, mode=Mode(mode), facts=facts, trust=now)
    return _told(request, await taking.take(request, of, sender=as_, limit=_MESSAGE))


@router.post("/drafts", status_code=202)
async def take_drafts(request: Request, taking: TheTaking, as_: As = None) -> Response:
    """Take events described in JSON, as `suyuan submit` reads them, without files."""
    require_media_type(request, "application/json")
    clock = taking.gateway.setting.clock
    of = partial(Received, DRAFTS, now=clock())
    told = await taking.take(request, of, sender=as_, limit=MAX_SUBMISSION)
    return _told(request, told)


@router.get("/jobs/{job}")
def get_job(job: str, taking: TheTaking) -> Response:
    """Return what became of something that was handed over."""
    return answer(job_json(taking.gateway, job))


@router.get("/receipts/{item}")
def get_receipt(request: Request, item: str, taking: TheTaking) -> Response:
    """Return an item with its receipt, or, for `Accept: application/cose`, the receipt's bytes."""
    if request.headers.get("accept", "").startswith(COSE):
        return Response(receipt_bytes(taking.gateway, item), media_type=COSE, headers={"Cache-Control": "no-store"})
    return answer(receipt_json(taking.gateway, item))


@router.get("/queue")
def get_queue(taking: TheTaking) -> Response:
    """Return how the queue stands."""
    return answer(queue_json(taking.gateway))


@router.post("/queue/{item}/retry")
async def retry_item(item: str, taking: TheTaking) -> Response:
    """Let a parked item be sent again."""
    await to_thread.run_sync(retry, taking.gateway, item)
    return answer(receipt_json(taking.gateway, item))


@router.get("/healthz")
async def get_health(taking: TheTaking) -> Response:
    """Return whether the gateway can take anything in."""
    ok = taking.gateway.fault is None
    return answer({"status": "ok" if ok else "stopped"}, 200 if ok else 503)


@router.get("/metrics")
def get_metrics(request: Request) -> Response:
    """Return metrics in the form of Prometheus."""
    return Response(generate_latest(request.app.state.metrics), media_type="text/plain; version=0.0.4; charset=utf-8")


def _told(request: Request, told: Told) -> Response:
    """Return what is told of a job; where nothing of it was taken, a refusal with the first fault, and all of them."""
    if told.is_refused:
        return refusal(error_of_json(told.faults[0]), language_of(request), told.faults)
    return answer(told_json(told), 202, {"Location": f"/jobs/{told.id}"})


def refused(request: Request, error: Exception) -> Response:
    """Return the answer to an error."""
    return refusal(error if isinstance(error, SuyuanError) else SuyuanError("gateway"), language_of(request))
