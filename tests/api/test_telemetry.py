"""Traces where a collector is configured, seen by a collector of our own; nothing of them where none is."""

from __future__ import annotations

import gzip
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from api.telemetry import telemetry_of
from ledger.errors import SetupError
from ledger.measures import STAGES
from tests.api.conftest import ITEM

ROOT = Path(__file__).parents[2]
ALLOWED = {"http.request.method", "http.route", "http.response.status_code", "error.type"}
OF_A_BLOCK = {"judge", "commit", "guard", "tiles"}
OF_MANY = {"beside"}  # what comes alone is looked at here


class Collector:
    """OTLP/HTTP as its specification has it: protobuf in, protobuf out."""

    def __init__(self):
        self.requests = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                data = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    data = gzip.decompress(data)
                assert (self.path, self.headers["Content-Type"]) == ("/v1/traces", "application/x-protobuf")
                collector.requests.append(ExportTraceServiceRequest.FromString(data))
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def resources(self):
        return [each for request in self.requests for each in request.resource_spans]

    @property
    def spans(self):
        return [span for each in self.resources for scope in each.scope_spans for span in scope.spans]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def collector(monkeypatch):
    running = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", running.url)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "zone one")
    yield running
    running.close()


def attributes(span):
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_a_submission_is_one_trace_with_its_stages_and_its_block_another(
    world, serve, zone_terms, collector, monkeypatch
):
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")  # its own spans name paths and queries
    server = serve(world.ledger, world.folder)
    given = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    submission = world.submission(world.seller, zone_terms.item("TRACED"))
    assert server.post("/entries", submission, zone_terms.SUBMISSION, **given).status == 201
    server.get(f"/01/{zone_terms.GOOD}/21/SECRETSERIAL", "text/html", **{"User-Agent": "SECRETAGENT"})
    server.get("/trace?subject=SECRETSUBJECT", "application/json")
    server.get("/metrics")
    server.stop()
    spans = {span.name: span for span in collector.spans}
    request = spans["POST /entries"]
    assert request.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    assert request.parent_span_id.hex() == "b7ad6b7169203331"
    assert attributes(request) == {
        "http.request.method": "POST", "http.route": "/entries", "http.response.status_code": 201,
    }  # fmt: skip
    inside = [each for each in collector.spans if each.parent_span_id == request.span_id]
    assert {each.name for each in inside} == set(STAGES) - OF_A_BLOCK - OF_MANY
    for each in inside:
        assert request.start_time_unix_nano - 1_000_000 <= each.start_time_unix_nano <= each.end_time_unix_nano
        assert each.end_time_unix_nano <= request.end_time_unix_nano + 1_000_000
    blocks = [each for each in collector.spans if each.name == "block"]
    assert blocks
    for block in blocks:
        assert block.trace_id != request.trace_id
        under = {each.name for each in collector.spans if each.parent_span_id == block.span_id}
        assert under == OF_A_BLOCK
    assert attributes(spans["GET /trace"])["error.type"] == "malformed"
    assert "GET /metrics" not in spans
    named = {each.key: each.value.string_value for each in collector.resources[0].resource.attributes}
    assert (named["service.name"], "host.name" in named) == ("zone one", False)
    holds_nothing_of_anybody(collector, world)


def holds_nothing_of_anybody(collector, world):
    assert {key for span in collector.spans for key in attributes(span)} <= ALLOWED
    assert not any(span.events or span.links for span in collector.spans)
    told = "".join(map(str, collector.requests))
    secrets = ("SECRET", "127.0.0.1", ITEM, world.seller.uri, world.customs.uri, world.seller.signer.public.kid.hex())
    assert [each for each in secrets if each in told] == []


def test_a_collector_that_is_away_costs_its_spans_and_nothing_else(world, serve, collector, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    collector.close()
    server = serve(world.ledger, world.folder)
    assert server.get("/healthz").status == 200
    assert server.get("/checkpoint").status == 200
    server.stop()
    assert not server._thread.is_alive()
    assert collector.spans == []


@pytest.mark.parametrize(
    "environment",
    [{}, {"OTEL_SERVICE_NAME": "x"}, {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
     {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}],
)  # fmt: skip
def test_without_a_collector_there_are_no_traces(environment):
    assert telemetry_of(environment) is None


def test_one_module_imports_the_sdk_and_none_imports_that_module():
    named = {
        path.relative_to(ROOT).as_posix()
        for package in ("api", "fixtures", "ledger", "verifier")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"^\s*(from|import) (opentelemetry|api\.tracing)\b", path.read_text("utf-8"), re.MULTILINE)
    }
    assert named == {"api/tracing.py"}


def test_no_app_of_ours_lets_fastapi_trace_by_itself():
    apps = [path.read_text("utf-8") for path in (ROOT / "api").rglob("*.py")]
    made = [text for text in apps if "FastAPI(" in text]
    assert len(made) == 4
    assert all(text.count("FastAPI(") == text.count("telemetry=NO_TRACES_OF_FASTAPI") for text in made)


def test_a_collector_without_the_extra_is_told_at_the_start(monkeypatch):
    monkeypatch.setitem(sys.modules, "api.tracing", None)
    with pytest.raises(SetupError, match=r"suyuan\[telemetry\]"):
        telemetry_of({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"})
