"""Serving: uvicorn with the limits of the settings, and a stop that lets nobody down."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.settings import Settings

_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "api.logs.JsonFormatter"}},
    "handlers": {"json": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "loggers": {"uvicorn": {"handlers": ["json"], "level": "WARNING", "propagate": False}},
}


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Return how uvicorn serves an app: one process, since the ledger has one writer."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="h11",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=_LOGGING,
        server_header=False,
        h11_max_incomplete_event_size=settings.max_headers,
        timeout_graceful_shutdown=settings.drain_seconds,
        timeout_keep_alive=10,
    )


def serve(settings: Settings | None = None) -> None:
    """Serve the ledger of the settings' folder until SIGTERM or SIGINT.

    Then: no new connections, requests under way are answered, the queue is finished and published.
    """
    settings = settings or Settings()
    uvicorn.Server(server_config(create_app(settings), settings)).run()


if __name__ == "__main__":
    serve()
