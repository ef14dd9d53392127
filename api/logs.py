"""Logs: one JSON object a line. No bodies, no query values, no addresses of people; routes by their pattern."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def make_logger(level: str = "info", stream: TextIO | None = None) -> structlog.typing.FilteringBoundLogger:
    """Return a logger that writes JSON lines in UTC; its settings are its own, not the process's."""
    logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
    )
    return logger


class JsonFormatter(logging.Formatter):
    """Writes what uvicorn logs as the same JSON lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        event: dict[str, Any] = {"event": record.getMessage(), "logger": record.name}
        event["level"] = record.levelname.lower()
        if record.exc_info and record.exc_info[0]:
            event["exception"] = record.exc_info[0].__name__
        stamped = structlog.processors.TimeStamper(fmt="iso", utc=True)(None, "", event)
        line = structlog.processors.JSONRenderer()(None, "", stamped)
        return line if isinstance(line, str) else line.decode()
