"""The gateway's app: a running gateway and a token in, HTTP out."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.errors import MethodError, NoRouteError
from api.gateway import epcis, routes
from api.gateway.routes import refused
from api.gateway.taking import Taking
from api.telemetry import NO_TRACES_OF_FASTAPI
from ledger.gateway.gateway import Gateway
from ledger.gateway.looking import queue_json
from ledger.gateway.reader import Reader
from ledger.readers.ceb import Trust
from verifier.errors import MalformedError, SuyuanError


def create_gateway_app(
    gateway: Gateway, token: str, *, language: str = "zh", trust: Trust | None = None, reader: Reader | None = None
) -> FastAPI:
    """Return the app of a gateway that runs; it stays its owner's.

    Args:
        gateway: takes what comes.
        token: whoever shows it may hand things over.
        language: of refusals to those who ask for none.
        trust: whose customs signatures are believed; without it none is checked.
        reader: reads for it, in a process beside; its owner's. Without it all is read here.
    """
    app = FastAPI(
        title="suyuan gateway",
        telemetry=NO_TRACES_OF_FASTAPI,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.taking, app.state.token, app.state.trust = Taking(gateway, reader), token, trust
    app.state.settings = _Language(language)
    app.state.metrics = CollectorRegistry()
    app.state.metrics.register(_QueueCollector(gateway))
    app.include_router(routes.router)
    app.include_router(epcis.router)
    app.add_exception_handler(SuyuanError, refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _no_route)
    return app


class _Language:
    """What `api.language` asks an app's settings for."""

    def __init__(self, language: str) -> None:
        self.language = language


class _QueueCollector(Collector):
    """Counts items by state when it is asked."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def describe(self) -> list[Metric]:
        """Return nothing: the names are known."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges of this moment."""
        told = queue_json(self._gateway)
        items = GaugeMetricFamily("suyuan_gateway_items", "Events by state.", labels=["state"])
        for state, count in told["states"].items():
            items.add_metric([state], count)
        yield items
        yield GaugeMetricFamily("suyuan_gateway_open", "Events that the ledger has not answered.", told["open"])
        yield GaugeMetricFamily("suyuan_gateway_troubled", "Senders whose batches wait.", len(told["troubles"]))


def _invalid(request: Request, error: Exception) -> Response:
    found = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": ""}
    field = ".".join(str(each) for each in found["loc"]) or "request"
    return refused(request, MalformedError(field, came=found.get("type"), expected=str(found["msg"])))


def _no_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 405:
        return refused(request, MethodError("method", came=request.method, expected="another"))
    return refused(request, NoRouteError("path", came=request.url.path, expected="an address of docs/gateway.md"))
