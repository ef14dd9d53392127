"""HTTP/1.1 by httptools, with the bounds and refusals that the standard asks for and httptools leaves to its user.

What is bounded: the request line with all header fields, and whatever else comes that brings no part of a body
(trailers, extensions of chunks), but for what comes in one read with something that does. What is refused: no Host or
two (RFC 9112 §3.2). What is dropped: trailers, since whoever looked at the header fields has looked already
(RFC 9110 §6.5.1).
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

_HELD = 65_536  # bytes of an answer that are held back for more at most
_LINE = 4  # bytes of a header field beside its name and value: colon, space, line end


class _Gathered:
    """A transport that sends what is written in one turn of the loop together.

    An answer is written in two parts, head and body. Sent apart, each costs a call of the system and wakes the asker.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Stand before a transport."""
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        """Be the transport in everything else."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send data with what comes at once after it; with what came before, where there is some."""
        if self._parts or len(data) > _HELD:
            self._parts.append(data)
            self.send()
        else:
            self._parts.append(data)
            self._loop.call_soon(self.send)

    def send(self) -> None:
        """Send what is held back."""
        if self._parts:
            parts, self._parts = self._parts, []
            self._transport.write(b"".join(parts))

    def close(self) -> None:
        """Send what is held back, and close."""
        self.send()
        self._transport.close()


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Begin; uvicorn calls it for each connection."""
        super().__init__(config, server_state, app_state, _loop)
        self._most = config.h11_max_incomplete_event_size or 0
        self._fruitless = 0  # bytes since the last part of a message that was complete
        self._fed = False  # whether there was such a part in what is being parsed
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to answer over a transport."""
        super().connection_made(_Gathered(transport, self.loop))  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Parse what came; refuse what has become too long without an end."""
        self._fed = False
        super().data_received(data)
        self._fruitless = 0 if self._fed else self._fruitless + len(data)
        if self._fruitless > self._most and not self.transport.is_closing():
            self.send_400_response("Invalid HTTP request received.")

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field; drop a trailer."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the request, if its head may stand."""
        self._fed, self._in_head = True, False
        size, hosts = len(self.url), 0
        for name, value in self.headers:
            size += len(name) + len(value) + _LINE
            hosts += name == b"host"
        if size > self._most or (hosts != 1 and self.parser.get_http_version() == "1.1"):
            raise ValueError("refused")  # httptools' callers answer 400
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._fed = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._fed = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse, unless it would be read as the answer to a request before, which is still being answered."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete and (cycle.response_started or not cycle.more_body):
            self.transport.close()
        else:
            super().send_400_response(msg)
