"""A bound on how long a read waits for a thread: past it, whoever asks is told to come back.

So many reads are answered at one moment as there are threads; others wait here, in the order of arrival, and not
where nothing ends their waiting. A place is given back once an answer begins: who is slow to take it keeps nobody.
"""

from __future__ import annotations

from anyio import CapacityLimiter, WouldBlock, fail_after
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.middleware.forward import LEADS_ONLY
from api.middleware.gate import ALWAYS_OPEN
from api.problems import answer_problem
from ledger.errors import OverloadError

_OWN_POOLS = LEADS_ONLY.union(ALWAYS_OPEN)  # their work waits elsewhere


class ReadsMiddleware:
    """Lets so many reads in at a time; what has waited too long is refused before anything is done for it."""

    def __init__(self, app: ASGIApp, *, limiter: CapacityLimiter, patience: float) -> None:
        """Wrap an app; `limiter` has as many places as there are threads, `patience` is in seconds."""
        self._app = app
        self._limiter = limiter
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] in _OWN_POOLS:
            return await self._app(scope, receive, send)
        place = object()
        try:
            await self._take(place)
        except OverloadError as error:
            return await answer_problem(Request(scope), error)(scope, receive, send)
        held = True

        async def answering(message: Message) -> None:
            nonlocal held
            if held:
                held = False
                self._limiter.release_on_behalf_of(place)
            await send(message)

        try:
            return await self._app(scope, receive, answering)
        finally:
            if held:
                self._limiter.release_on_behalf_of(place)

    async def _take(self, place: object) -> None:
        try:
            return self._limiter.acquire_on_behalf_of_nowait(place)
        except WouldBlock:
            pass
        try:
            with fail_after(self._patience):
                return await self._limiter.acquire_on_behalf_of(place)
        except TimeoutError:
            came, expected = f"a wait of {self._patience:g} s", "a thread before that"
            raise OverloadError("reads", came=came, expected=expected, todo="Try again.") from None
