"""How often a process that takes in looks for circles of garbage."""

from __future__ import annotations

import gc

_THRESHOLDS = 100_000, 50, 1_000  # objects, then rounds of the generation below


def calm_collector() -> None:
    """Let the cyclic collector look seldom, and never again at what stands now.

    For a process that serves one ledger, once it is open. A block's candidates are many objects that live until it
    is durable and then go by their reference counts; with the usual thresholds the collector walks over all of
    them again and again, and finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
