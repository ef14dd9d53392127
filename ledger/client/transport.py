"""HTTP over the standard library: one request a connection, everything bounded, redirects never followed.

Every request of this client may be repeated: reading changes nothing, and submitting the same bytes
twice gives the same receipt. So it is repeated, a few times and ever later, where the server is busy or
the line broke.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import SystemRandom
from urllib.parse import urlsplit

from ledger.errors import UnreachableError
from verifier import __version__
from verifier.errors import MalformedError, TooLargeError

_AGAIN = frozenset({429, 502, 503, 504})
_USUAL_PORTS = {"http": 80, "https": 443}
Sign = Callable[[str, str, "bytes | None"], Mapping[str, str]]
_CHUNK = 1 << 16
SMALL = 1 << 20  # bytes; for everything but proof files


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered.

    Attributes:
        status: HTTP status.
        headers: by lower-case name.
        body: at most as many bytes as were asked for.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Patience:
    """How often, and how long apart, a request is repeated.

    Attributes:
        attempts: requests in all.
        first: seconds before the second one; doubled each time, and spread by up to a half.
        most: seconds; who asks for a longer pause (Retry-After) is not waited for. One that is, is spread likewise.
        sleep: waits for seconds.
        spread: draws from 0 to 1.
    """

    attempts: int = 5
    first: float = 0.25
    most: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    spread: Callable[[], float] = SystemRandom().random

    def pause(self, attempt: int, asked: float | None) -> float:
        """Return the seconds to wait after attempt 0, 1, …; `asked` is what the server asked for.

        It asks everybody for the same: nobody comes before that, and not all at once after it.
        """
        if asked is not None:
            return asked + max(asked, self.first) * self.spread() / 2
        return min(self.most, self.first * (1 << attempt) * (1 + self.spread() / 2))


class Transport:
    """Requests to one server. Any thread may use it."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 10.0,
        deadline: float = 120.0,
        patience: Patience | None = None,
        sign: Sign | None = None,
    ) -> None:
        """Talk to the service below `url` (http or https, without query).

        Args:
            url: where it stands; a path is put before every path asked for.
            timeout: seconds to connect, and between any two parts of an answer.
            deadline: seconds for an answer as a whole.
            patience: how requests are repeated.
            sign: returns the headers that sign a request: method, whole address, body; asked for each attempt.

        Raises:
            MalformedError: no such URL.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or "@" in url:
            raise MalformedError("url", came=url, expected="http://host or https://host, without query or user")
        self.url = url.rstrip("/")
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._host, self._port = parts.hostname, parts.port
        self._prefix = parts.path.rstrip("/")
        self._base = f"{parts.scheme}://{_authority(parts.scheme, parts.hostname, parts.port)}"
        self._timeout, self._deadline = timeout, deadline
        self._sign = sign
        self._patience = patience or Patience()

    def get(self, path: str, *, accept: str = "*/*", limit: int = SMALL) -> Answer:
        """Return the answer to a GET of a path that begins with a slash."""
        return self.send("GET", path, None, {"Accept": accept}, limit)

    def post(self, path: str, body: bytes, *, kind: str, accept: str = "*/*", limit: int = SMALL) -> Answer:
        """Return the answer to a POST of bytes of a media type; it may be sent more than once."""
        return self.send("POST", path, body, {"Accept": accept, "Content-Type": kind}, limit)

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], limit: int) -> Answer:
        """Return the answer, after as many attempts as patience allows.

        Raises:
            UnreachableError: no whole answer came.
            TooLargeError: more than `limit` bytes came.
        """
        for attempt in range(self._patience.attempts):
            last = attempt == self._patience.attempts - 1
            asked = None
            try:
                answer = self._send(method, path, body, headers, limit)
            except UnreachableError:
                if last:
                    raise
            else:
                asked = retry_after(answer)
                if answer.status not in _AGAIN or last or (asked or 0) > self._patience.most:
                    return answer
            self._patience.sleep(self._patience.pause(attempt, asked))
        raise AssertionError("unreachable")

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], limit: int) -> Answer:
        connection = self._connect()
        sent = {"User-Agent": f"suyuan/{__version__}", "Connection": "close", **headers}
        if self._sign:
            sent |= self._sign(method, self._base + self._prefix + path, body)
        try:
            connection.request(method, self._prefix + path, body, sent)
            with connection.getresponse() as response:
                named = {name.lower(): value for name, value in response.getheaders()}
                if (coding := named.get("content-encoding", "identity")) != "identity":
                    raise UnreachableError(self.url, came=coding, expected="an answer without encoding")
                return Answer(response.status, named, self._read(response, limit))
        except (OSError, http.client.HTTPException) as error:
            came = str(error) or type(error).__name__
            raise UnreachableError(self.url, came=came, expected="an answer", todo="Is the service running?") from error
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        if self._tls:
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)

    def _read(self, response: http.client.HTTPResponse, limit: int) -> bytes:
        """Return the body, read in parts, so that neither its length nor its slowness is the server's choice."""
        end = time.monotonic() + self._deadline
        announced = response.length
        parts: list[bytes] = []
        size = 0
        while part := response.read1(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > limit:
                raise TooLargeError(self.url, came=f"more than {limit} bytes", expected=f"at most {limit}")
            if time.monotonic() > end:
                raise UnreachableError(self.url, came=f"{size} bytes in {self._deadline:.0f} s", expected="an answer")
        if announced is not None and size != announced:
            raise UnreachableError(self.url, came=f"{size} bytes", expected=f"the {announced} that were announced")
        return b"".join(parts)


def _authority(scheme: str, host: str, port: int | None) -> str:
    """Return host and port as the standard library writes them into `Host`."""
    name = f"[{host}]" if ":" in host else host
    return name if port in (None, _USUAL_PORTS[scheme]) else f"{name}:{port}"


def retry_after(answer: Answer) -> float | None:
    """Return the seconds that a server asks to wait, None where it does not say (RFC 9110 §10.2.3)."""
    asked = answer.headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
