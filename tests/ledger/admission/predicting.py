"""Submitting what `validate` has been asked about: it says beforehand what comes of it."""

from __future__ import annotations

from ledger.ledger import Ledger
from verifier.errors import SuyuanError


def submit_as_predicted(ledger: Ledger, data: bytes) -> int:
    """Submit; return the leaf, or raise the refusal, once it is sure that `validate` knew."""
    size = ledger.head.edge.size
    predicted = ledger.validate(data)
    assert ledger.head.edge.size == size, "it records nothing"
    said = [_told(each) for each in predicted]
    try:
        leaf = ledger.submit(data).result(timeout=30)
    except SuyuanError as error:
        refused = _told(error)
        assert refused in said, f"submitted: {refused}"
        raise
    assert said == []
    return leaf


def _told(error: SuyuanError) -> tuple[str, ...]:
    return (error.code, error.field, error.came, error.expected)
