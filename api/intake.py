"""A submission's way through the door: body, checks in a thread, the writer's answer, the promise."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from fastapi import Request

from api.metrics import Metrics
from api.reading import BodyReader, require_media_type
from api.settings import Settings
from api.workers import Workers, settled
from ledger.ledger import Ledger
from ledger.prove.prover import Recorded
from verifier.errors import SuyuanError
from verifier.ledgerformat.submission import MEDIA_TYPE as SUBMISSION
from verifier.primitives.tiles import MAX_ENTRY

COSE = "application/cose"
NOTE = "text/plain"


class Intake:
    """Takes submissions in."""

    def __init__(self, ledger: Ledger, settings: Settings, metrics: Metrics) -> None:
        """Take submissions to a ledger."""
        self._ledger = ledger
        self._most = settings.max_submission
        self._most_note = settings.max_note
        self._submissions = metrics.submissions
        self._workers = Workers(settings.intake_threads, waiting=settings.intake_waiting)
        self.bodies = BodyReader(most=settings.max_buffered, seconds=settings.read_timeout)

    async def take(self, request: Request) -> Recorded:
        """Return where a request's submission stands, once it is durable.

        Raises:
            SuyuanError: why not; then nothing was recorded.
        """
        try:
            recorded = await self._take(request)
        except SuyuanError as error:
            self._submissions.labels(error.code).inc()
            raise
        self._submissions.labels("recorded").inc()
        return recorded

    async def _take(self, request: Request) -> Recorded:
        media_type = require_media_type(request, COSE, SUBMISSION)
        limit, submit = self._door(media_type)
        async with self.bodies.read(request, limit) as data:
            future = await self._workers.run(lambda: submit(data))
        leaf = await settled(future)
        return await self._workers.finish(lambda: self._ledger.prover.promise(leaf))

    def _door(self, media_type: str) -> tuple[int, Callable[[bytes], Future[int]]]:
        """Return how many bytes a content type may have, and what takes it in."""
        if media_type == COSE:
            return MAX_ENTRY, self._ledger.submit_envelope
        return self._most, self._ledger.submit

    async def faults(self, request: Request) -> dict[str, Any]:
        """Return every fault of a request's submission; nothing is recorded."""
        require_media_type(request, SUBMISSION)
        async with self.bodies.read(request, self._most) as data:
            found = await self._workers.run(lambda: self._ledger.validate(data))
        return {"faults": [_fault(each) for each in found]}

    async def cosign(self, request: Request) -> dict[str, Any]:
        """Take in a witness's note; return the size, how many of its lines were new, and whether the quorum stands."""
        require_media_type(request, NOTE)
        async with self.bodies.read(request, self._most_note) as data:
            cosigned = await self._workers.run(lambda: self._ledger.cosign(data))
        return {"size": cosigned.size, "accepted": len(cosigned.lines), "quorum": cosigned.quorum}


def _fault(error: SuyuanError) -> dict[str, str]:
    members = {"code": error.code, "field": error.field, "came": error.came}
    return {**members, "expected": error.expected, "todo": error.todo}
