"""Bodies in: read, judged, handed to the gateway, answered once they are durable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from anyio import CapacityLimiter, to_thread
from fastapi import Request

from api.reading import BodyReader
from ledger.gateway.gateway import Gateway
from ledger.gateway.intake import Arrival
from ledger.gateway.jobs import Told

_HELD = 64 << 20  # bytes of bodies at one moment
_SECONDS = 30.0
_SMALL = 1 << 16  # bytes; reading so little takes less time than handing it to a thread
_READERS = 2  # large bodies read at one moment


class Taking:
    """Takes bodies to one gateway."""

    def __init__(self, gateway: Gateway) -> None:
        """Take to `gateway`."""
        self.gateway = gateway
        self._bodies = BodyReader(most=_HELD, seconds=_SECONDS)
        self._readers: CapacityLimiter | None = None

    async def take(
        self, request: Request, read: Callable[[bytes], Arrival], *, sender: str | None, limit: int, whole: bool = False
    ) -> Told:
        """Return what is told of a request's body, once it is durable.

        Raises:
            SuyuanError: it cannot be read at all, the queue is full, or nobody here speaks for the sender.
        """
        async with self._bodies.read(request, limit) as data:
            arrival = read(data) if len(data) <= _SMALL else await self._read_aside(read, data)
            take = self.gateway.take
            if arrival.asks:
                future = await to_thread.run_sync(lambda: take(arrival, sender, whole=whole))
            else:
                future = take(arrival, sender, whole=whole)
            return await asyncio.wrap_future(future)

    async def _read_aside(self, read: Callable[[bytes], Arrival], data: bytes) -> Arrival:
        self._readers = self._readers or CapacityLimiter(_READERS)
        return await to_thread.run_sync(read, data, limiter=self._readers)
