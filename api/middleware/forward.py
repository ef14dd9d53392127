"""What only the leader does: a process that follows hands it on, and gives back what the leader answers.

Whoever asks need not know which process leads. A request is handed on once, as it came: its signature is the asker's,
and the leader judges it. Where nobody leads, or the leader does not answer, or another one leads before it has, the
asker is told to try again: asking twice records once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from anyio import CapacityLimiter, create_task_group, sleep, to_thread
from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import answer_problem
from api.reading import BodyReader
from ledger.client.transport import Answer, Patience, Transport
from ledger.errors import BusyError, OverloadError, UnreachableError
from verifier.errors import SuyuanError

LEADS_ONLY = frozenset({"/entries", "/validate", "/cosignatures"})
HANDED_ON = "Suyuan-Handed-On"
_SIZE = "suyuan-tree-size"
_AT_ONCE = 64  # requests that are handed on at one moment
_ANSWER = 1 << 20  # bytes; the largest answer is a list of faults
_LOOK = 0.5  # seconds between two looks whether it still leads: a candidate's turn
_OWN = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive", "server", "date", "te", "upgrade"})

Where = Callable[[], str | None]


class ForwardMiddleware:
    """Hands requests on that only the leader can answer."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        where: Where,
        hear: Callable[[int], None],
        most: int,
        buffered: int,
        seconds: float,
        patience: float,
    ) -> None:
        """Wrap an app.

        Args:
            app: answers everything else, and everything where this process leads.
            where: returns None where this process leads, else the leader's address; empty where nobody leads.
            hear: told how many leaves the leader says are recorded: what is read here may be behind.
            most: bytes of a body.
            buffered: bytes of all bodies that are held at one moment.
            seconds: in which a body must arrive.
            patience: seconds for the leader to answer.
        """
        self._app = app
        self._where = where
        self._hear = hear
        self._most = most
        self._patience = patience
        self._bodies = BodyReader(most=buffered, seconds=seconds)
        self._limiter = CapacityLimiter(_AT_ONCE)
        self._transports: dict[str, Transport] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in LEADS_ONLY:
            return await self._app(scope, receive, send)
        leader = self._where()
        if leader is None:
            return await self._app(scope, receive, send)
        request = Request(scope, receive)
        try:
            response = await self._hand_on(request, leader)
        except SuyuanError as error:
            response = answer_problem(request, error)
        return await response(scope, receive, send)

    async def _hand_on(self, request: Request, leader: str) -> Response:
        if not leader or HANDED_ON in request.headers:
            raise BusyError("ledger", came="nobody who leads", expected="a leader", todo="Try again.")
        if self._limiter.borrowed_tokens >= _AT_ONCE:
            raise OverloadError("leader", came=f"{_AT_ONCE} requests", expected="fewer", todo="Try again.")
        async with self._bodies.read(request, self._most) as body:
            headers = dict(_handed_on(request))
            query = request.scope["query_string"].decode("latin-1")
            path = request.url.path + (f"?{query}" if query else "")
            ask = partial(self._transport(leader).send, "POST", path, body, headers, _ANSWER)
            try:
                answer = await self._answer_of(leader, ask)
            except UnreachableError as error:
                raise _silent() from error
            if answer is None:
                raise _silent()
            self._hear(_size_of(answer))
            return _response(answer)

    async def _answer_of(self, leader: str, ask: Callable[[], Answer]) -> Answer | None:
        """Return the leader's answer; None where it leads no longer: a machine that is frozen answers nobody."""
        answer: Answer | None = None
        failed: SuyuanError | None = None

        async def wait() -> None:
            nonlocal answer, failed
            try:
                answer = await to_thread.run_sync(ask, limiter=self._limiter, abandon_on_cancel=True)
            except SuyuanError as error:  # not through the group, which would wrap it
                failed = error
            group.cancel_scope.cancel()

        async with create_task_group() as group:
            group.start_soon(wait)
            while self._where() == leader:  # noqa: ASYNC110 - a candidate wakes nobody
                await sleep(_LOOK)
            group.cancel_scope.cancel()
        if failed:
            raise failed
        return answer

    def _transport(self, leader: str) -> Transport:
        """Return who talks to the leader; of former ones none is kept."""
        found = self._transports.get(leader)
        if found is None:
            once = Patience(attempts=1)
            found = Transport(leader, timeout=self._patience, deadline=self._patience, patience=once)
            self._transports = {leader: found}
        return found


def _silent() -> BusyError:
    todo = "Try again: what was taken in is recorded once."
    return BusyError("ledger", came="no answer from who leads", expected="an answer", todo=todo)


def _handed_on(request: Request) -> Iterable[tuple[str, str]]:
    """Yield a request's headers, its own host and whose it is included: signatures and limits rest on them."""
    for name, value in request.headers.items():
        if name not in _OWN and name != "x-forwarded-for":
            yield name, value
    if request.client:
        yield "x-forwarded-for", request.client.host
    yield HANDED_ON, "1"


def _size_of(answer: Answer) -> int:
    """Return the leaves that an answer says are recorded, 0 where it says nothing of them."""
    told = answer.headers.get(_SIZE, "")
    return int(told) if told.isascii() and told.isdigit() else 0


def _response(answer: Answer) -> Response:
    kept = {name: value for name, value in answer.headers.items() if name not in _OWN}
    return Response(answer.body, answer.status, kept)
