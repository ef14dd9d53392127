"""OpenTelemetry, where it is configured: then, and only then, its SDK is imported (`api.tracing`).

FastAPI has traces of its own, which name paths and queries: serial numbers, and whatever else people look for. They
are switched off in every app, whatever the environment says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Protocol

from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp

from ledger.errors import SetupError
from ledger.measures import Measures

NO_TRACES_OF_FASTAPI: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


class Telemetry(Protocol):
    """Traces of one server."""

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Return an app of whose every request a span is made."""
        ...

    def follow(self, measures: Measures) -> Callable[[], None]:
        """Make a span of every stage, until the returned function is called."""
        ...

    def close(self) -> None:
        """Send what waits, if the collector takes it soon, and end."""
        ...


def telemetry_of(environment: Mapping[str, str]) -> Telemetry | None:
    """Return what OTEL_… variables ask for, None where they name no collector, or switch it off.

    Raises:
        SetupError: they name one, and the extra `telemetry` is not installed.
    """
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    named = next((each for each in _ENDPOINTS if environment.get(each)), None)
    if named is None or off:
        return None
    try:
        telemetry: Telemetry = import_module("api.tracing").Tracing()
    except ModuleNotFoundError as error:
        came = f"{environment[named]}, and no module {error.name}"
        raise SetupError(named, came=came, expected="suyuan[telemetry] installed, or nothing set") from error
    return telemetry
