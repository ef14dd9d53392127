"""Spans of requests and of stages, sent over OTLP/HTTP. Imported where a collector is configured, else never.

Attributes are the method, the route's pattern, the status and a refusal's code: nothing of who asks, from where, about
what. A block's stages are gathered in the writer's thread and become one trace when the block stands in the tiles.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.measures import Measures
from verifier import __version__

_SILENT = frozenset(("/healthz", "/readyz", "/metrics"))
_OF_A_BLOCK = ("judge", "commit", "guard", "tiles")
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"))
_CARRIED = frozenset(("traceparent", "tracestate"))


class Tracing:
    """Makes spans, and sends them in a thread of its own; what waits for that is bounded, and dropped past it."""

    def __init__(self) -> None:
        """Send to where OTEL_… variables say, as they say."""
        named = Resource({SERVICE_NAME: "suyuan", SERVICE_VERSION: __version__})
        self._provider = TracerProvider(resource=named.merge(OTELResourceDetector().detect()))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("suyuan", __version__)
        self._carried = TraceContextTextMapPropagator()

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Return an app of whose every request a span is made, the operator's own apart."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"] in _SILENT:
                await app(scope, receive, send)
                return
            await self._request(app, scope, receive, send)

        return traced

    async def _request(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        parent = self._carried.extract({name: headers[name] for name in _CARRIED & headers.keys()})
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        with self._tracer.start_as_current_span(
            method, context=parent, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            span.set_attribute("http.request.method", method)

            async def seen(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            await app(scope, receive, seen)
            if route := getattr(scope.get("route"), "path", None):
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
            if outcome := scope.get("state", {}).get("outcome"):
                span.set_attribute("error.type", outcome)

    def follow(self, measures: Measures) -> Callable[[], None]:
        """Make a span of every stage, under its request's or its block's."""
        offset = time.time_ns() - round(measures.now() * 1e9)
        blocks = threading.local()

        def listen(stage: str, began: float, ended: float) -> None:
            start, end = round(began * 1e9) + offset, round(ended * 1e9) + offset
            if stage not in _OF_A_BLOCK:
                self._span(stage, start, end, contexts.get_current())
                return
            if stage == _OF_A_BLOCK[0]:
                blocks.stages = []
            blocks.stages = [*getattr(blocks, "stages", ()), (stage, start, end)]
            if stage == _OF_A_BLOCK[-1]:
                self._block(blocks.stages)

        return measures.follow(listen)

    def _block(self, stages: list[tuple[str, int, int]]) -> None:
        span = self._tracer.start_span("block", context=contexts.Context(), start_time=stages[0][1])
        under = trace.set_span_in_context(span, contexts.Context())
        for stage, start, end in stages:
            self._span(stage, start, end, under)
        span.end(stages[-1][2])

    def _span(self, name: str, start: int, end: int, context: contexts.Context) -> None:
        if trace.get_current_span(context).get_span_context().is_valid:  # a stage of nobody's request is no trace
            self._tracer.start_span(name, context=context, start_time=start).end(end)

    def close(self) -> None:
        """Send what waits, if the collector takes it soon, and end."""
        self._provider.shutdown()
