"""Bodies off the wire: bounded while they arrive, in bytes and in time, each and all together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.errors import MediaTypeError, SlowError
from ledger.errors import OverloadError
from verifier.errors import MalformedError, TooLargeError


class BodyReader:
    """Reads bodies into memory, as much as all of them together may take."""

    def __init__(self, *, most: int, seconds: float) -> None:
        """Hold at most `most` bytes at one moment; wait for a body for at most `seconds`."""
        self._most = most
        self._seconds = seconds
        self._held = 0

    @property
    def held(self) -> tuple[int, int]:
        """Return how many bytes are held, and how many may be."""
        return self._held, self._most

    @asynccontextmanager
    async def read(self, request: Request, limit: int) -> AsyncIterator[bytes]:
        """Yield a request's body of at most `limit` bytes; it counts as held until the block ends.

        Raises:
            TooLargeError: it says or turns out to be more.
            SlowError: it did not arrive in time.
            OverloadError: too many bodies are held already.
            MalformedError: two framings at once, or it broke off.
        """
        _require_plain_framing(request)
        _require_within(_declared(request), limit)
        parts: list[bytes] = []
        held = 0
        try:
            async with asyncio.timeout(self._seconds):
                async for part in request.stream():
                    held += len(part)
                    _require_within(held, limit)
                    self._hold(len(part))
                    parts.append(part)
            yield b"".join(parts)
        except TimeoutError:
            raise SlowError("body", came=f"{held} bytes", expected=f"all of it within {self._seconds:g} s") from None
        except ClientDisconnect:
            raise MalformedError("body", came="a connection that closed", expected="the whole body") from None
        finally:
            self._held -= sum(map(len, parts))

    def _hold(self, size: int) -> None:
        self._held += size
        if self._held > self._most:
            self._held -= size
            raise OverloadError("body", came="too many bodies at this moment", expected="fewer", todo="Try again.")


def require_media_type(request: Request, *allowed: str) -> str:
    """Return the content type of a request, without parameters.

    Raises:
        MediaTypeError: another one, none, or a content coding.
    """
    if coding := request.headers.get("content-encoding"):
        raise MediaTypeError("Content-Encoding", came=coding, expected="no content coding")
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given not in allowed:
        raise MediaTypeError("Content-Type", came=given or "none", expected=" or ".join(allowed))
    return given


def _require_plain_framing(request: Request) -> None:
    """Refuse a length beside a transfer coding: proxies and servers disagree on which one counts."""
    if "content-length" in request.headers and "transfer-encoding" in request.headers:
        raise MalformedError("Content-Length", came="beside Transfer-Encoding", expected="one of the two")


def _declared(request: Request) -> int:
    given = request.headers.get("content-length", "0")
    return int(given) if given.isdigit() and len(given) < 20 else 0


def _require_within(size: int, limit: int) -> None:
    if size > limit:
        raise TooLargeError("body", came=f"{size} bytes", expected=f"at most {limit}")
