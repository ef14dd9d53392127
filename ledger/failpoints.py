"""Named points at which a test may end the process: as a crash would, in the middle of a step.

`SUYUAN_FAILPOINT=name` ends it the first time the point is reached, `name:3` the third time. Unset, as in
every other run, a point costs one comparison.
"""

from __future__ import annotations

import os

POINTS = (
    "intake", "before-commit", "after-commit", "after-guard", "before-tiles", "after-tiles", "before-publish",
    "after-publish", "before-answer", "cosignature", "witness-signed", "witness-persisted", "witness-handed",
    "replay-before-commit", "replay-after-commit", "erase-before-commit", "erase-after-commit", "erase-scoured",
    "mirror-copied", "mirror-held", "mirror-signed", "mirror-erased",
    "mirror-numbered", "mirror-kept", "mirror-said", "mirror-confirmed",
    "gateway-received", "gateway-queued", "gateway-numbered", "gateway-signed", "gateway-sent", "gateway-receipted",
    "gateway-parked",
)  # fmt: skip
_name, _, _count = os.environ.get("SUYUAN_FAILPOINT", "").partition(":")
_left = int(_count or 1)


def reach(point: str) -> None:
    """End the process here if a test asked for it; nothing is flushed, no handler runs."""
    if _name and point == _name:
        global _left  # noqa: PLW0603 - one counter for the one process that is to end
        _left -= 1
        if _left <= 0:
            os._exit(137)
