"""How often an audit under way looks for circles of garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = 100_000, 50, 1_000  # objects, then rounds of the generation below


@contextmanager
def calm_collector() -> Iterator[None]:
    """Let the cyclic collector look seldom inside.

    What is read of a statement are many objects that go by their reference counts once it is judged; with the usual
    thresholds an eighth of an audit's time goes into walking over them, and nothing is found.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
