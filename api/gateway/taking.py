"""Bodies in: read, beside or here, judged, handed to the gateway, answered once they are durable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from anyio import CapacityLimiter, to_thread
from fastapi import Request

from api.reading import BodyReader
from ledger.errors import StoppedError
from ledger.gateway.gateway import Gateway
from ledger.gateway.intake import Arrival
from ledger.gateway.jobs import Told
from ledger.gateway.passing import can_be_passed
from ledger.gateway.reader import Reader
from ledger.gateway.received import Received

_HELD = 64 << 20  # bytes of bodies at one moment
_SECONDS = 30.0
_SMALL = 1 << 16  # bytes; reading so little takes less time than handing it to a thread
_READERS = 2  # large bodies read at one moment


class Taking:
    """Takes bodies to one gateway."""

    def __init__(self, gateway: Gateway, reader: Reader | None = None) -> None:
        """Take to `gateway` what `reader` reads; without it, and where it cannot, bodies are read here."""
        self.gateway, self._reader = gateway, reader
        self._bodies = BodyReader(most=_HELD, seconds=_SECONDS)
        self._readers: CapacityLimiter | None = None

    async def take(
        self, request: Request, of: Callable[[bytes], Received], *, sender: str | None, limit: int, whole: bool = False
    ) -> Told:
        """Return what is told of a request's body, once it is durable.

        Raises:
            SuyuanError: it cannot be read at all, the queue is full, or nobody here speaks for the sender.
        """
        async with self._bodies.read(request, limit) as data:
            arrival = await self._read(of(data))
            take = self.gateway.take
            if arrival.asks:
                future = await to_thread.run_sync(lambda: take(arrival, sender, whole=whole))
            else:
                future = take(arrival, sender, whole=whole)
            return await asyncio.wrap_future(future)

    async def _read(self, received: Received) -> Arrival:
        if self._reader is not None and can_be_passed(received):
            with suppress(StoppedError):
                (outcome,) = await asyncio.wrap_future(self._reader.read(received))
                if isinstance(outcome, Exception):
                    raise outcome
                return outcome
        return await self._read_here(received)

    async def _read_here(self, received: Received) -> Arrival:
        if len(received.data) <= _SMALL:
            return received.read()
        self._readers = self._readers or CapacityLimiter(_READERS)
        return await to_thread.run_sync(received.read, limiter=self._readers)
