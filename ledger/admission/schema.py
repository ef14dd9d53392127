"""Checking a body's data against its type's JSON Schema, compiled once a version."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from verifier.errors import MalformedError
from verifier.ledgerformat.vocabulary import EventType

_Validator = Any  # jsonschema-rs has a class a draft; all have is_valid and iter_errors
_compiled: dict[int, tuple[EventType, _Validator]] = {}  # by identity; the type is kept, so that it stays its own


def check_data(kind: EventType, data: Any) -> None:
    """Return if `data` is as the type's schema says.

    Raises:
        MalformedError: it is not; the field is a path into the body.
    """
    held = _compiled.get(id(kind))
    if held is None:
        held = _compiled[id(kind)] = (kind, jsonschema_rs.validator_for(dict(kind.schema)))
    if held[1].is_valid(data):
        return
    error = next(iter(held[1].iter_errors(data)))
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
    raise MalformedError(f"body.data{path}", came=None, expected=error.message)
