"""A submission's way through the door: its body, whose turn it is, and then with others (`api.gathering`)."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from api.claimed import claimed_issuer
from api.gathering import LEAST, Gathering
from api.metrics import Metrics
from api.rates import network_of
from api.reading import BodyReader, require_media_type
from api.settings import Settings
from api.workers import Workers
from ledger.ledger import Ledger
from ledger.prove.prover import Recorded
from verifier.errors import SuyuanError
from verifier.ledgerformat.submission import MEDIA_TYPE as SUBMISSION
from verifier.primitives.tiles import MAX_ENTRY

COSE = "application/cose"
NOTE = "text/plain"
_VALIDATIONS = 2  # submissions of which every fault is looked for in one moment; each waits for the writer
_NOTES = 2  # notes of witnesses looked at in one moment; each waits for the writer in its thread
_MOST_NOTES = 256  # that wait


class Intake:
    """Takes submissions in."""

    def __init__(self, ledger: Ledger, settings: Settings, metrics: Metrics) -> None:
        """Take submissions to a ledger."""
        self._ledger = ledger
        self._measures = ledger.measures
        self._most = settings.max_submission
        self._most_note = settings.max_note
        self._submissions = metrics.submissions
        self.gathering = Gathering(
            ledger, threads=settings.intake_threads, waiting=settings.intake_waiting, patience=settings.max_wait
        )
        self.validations = Workers(
            _VALIDATIONS, waiting=settings.intake_waiting, patience=settings.max_wait, what="validations"
        )
        self.notes = Workers(_NOTES, waiting=_MOST_NOTES, patience=settings.max_wait, what="cosignatures")
        self.bodies = BodyReader(most=settings.max_buffered, seconds=settings.read_timeout)

    def close(self) -> None:
        """End the threads that look at submissions."""
        self.gathering.close()

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
        plain = require_media_type(request, COSE, SUBMISSION) == COSE
        began = self._measures.now()
        async with self.bodies.read(request, MAX_ENTRY if plain else self._most) as data:  # held until it is recorded
            issuer = claimed_issuer(data)
            self._measures.since("receive", began)
            if self._ledger.leads:
                self._ledger.writer.require_room(issuer)
            return await self.gathering.record(data, (_network(request), issuer), plain=plain)

    async def faults(self, request: Request) -> dict[str, Any]:
        """Return every fault of a request's submission; nothing is recorded."""
        require_media_type(request, SUBMISSION)
        async with self.bodies.read(request, self._most) as data:
            path = (_network(request), claimed_issuer(data))
            found = await self.validations.run(lambda: self._ledger.validate(data), path, max(LEAST, len(data)))
        return {"faults": [_fault(each) for each in found]}

    async def cosign(self, request: Request) -> dict[str, Any]:
        """Take in a witness's note; return the size, how many of its lines were new, and whether the quorum stands."""
        require_media_type(request, NOTE)
        async with self.bodies.read(request, self._most_note) as data:
            cosigned = await self.notes.run(lambda: self._ledger.cosign(data), (_network(request),))
        return {"size": cosigned.size, "accepted": len(cosigned.lines), "quorum": cosigned.quorum}


def _network(request: Request) -> str:
    return network_of(request.client.host) if request.client else ""


def _fault(error: SuyuanError) -> dict[str, str]:
    members = {"code": error.code, "field": error.field, "came": error.came}
    return {**members, "expected": error.expected, "todo": error.todo}
