"""Serving: uvicorn with the limits of the settings, and a stop that lets nobody down."""

from __future__ import annotations

import signal
import sys
from asyncio import Protocol
from importlib import import_module
from typing import Literal

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.opening import Running, run_from
from api.settings import Settings
from ledger.collector import calm_collector
from ledger.ledger import Ledger

_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "api.logs.JsonFormatter"}},
    "handlers": {"json": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "loggers": {
        name: {"handlers": ["json"], "level": "WARNING", "propagate": False} for name in ("uvicorn", "opentelemetry")
    },
}


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Return how uvicorn serves an app: one process, since the ledger has one writer.

    A parser and an event loop in C where they are installed (they are, wherever there are wheels of them), else those
    of Python: the same answers, at twice the processor.
    """
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=_protocol(),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=_LOGGING,
        server_header=False,
        h11_max_incomplete_event_size=settings.max_headers,
        timeout_graceful_shutdown=settings.drain_seconds,
        timeout_keep_alive=10,
    )


def _protocol() -> type[Protocol] | Literal["h11"]:
    try:
        found: type[Protocol] = import_module("api.protocol").Protocol
    except ModuleNotFoundError:
        return "h11"
    return found


def serve(settings: Settings | None = None) -> None:
    """Open the ledger of the settings' folder, and serve it until SIGTERM or SIGINT."""
    settings = settings or Settings()
    running = run_from(settings)
    try:
        run(settings, running)
    finally:
        running.close()


def run(settings: Settings, ledger: Ledger | Running) -> None:
    """Serve a running ledger until SIGTERM or SIGINT, then end the process by SystemExit.

    Then: no new connections, requests under way are answered. What is queued is finished and published
    by whoever closes the ledger: uvicorn hands every signal on once it has stopped, and without handlers
    of ours the second hand would end the process before that.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    calm_collector()
    uvicorn.Server(server_config(create_app(settings, ledger), settings)).run()


def _leave(*_: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    serve()
