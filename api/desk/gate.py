"""Who may use a desk: the one browser that was given its address, and nobody else on this machine's network.

The address bears a token for one use. It becomes a cookie that no script reads and no other site sends. Names
other than loopback's are refused, so that a page elsewhere cannot rebind its own name to this port.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.desk.texts import text
from verifier.texts import LANGUAGES

COOKIE = "suyuan-desk"
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers say nothing of where our own forms come from
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Session:
    """The one session of a desk: three secrets, drawn at its start.

    Attributes:
        token: opens the desk once; it stands in the address that is printed.
        cookie: what the browser shows from then on.
        form: what every form must carry.
    """

    def __init__(self, *, token: str, cookie: str, form: str) -> None:
        """Take secrets of at least 128 random bits each."""
        self.token, self.cookie, self.form = token, cookie, form
        self._opened = False

    def open(self, token: str) -> bool:
        """Return whether this token opens the desk now; a second time it does not."""
        if self._opened or not hmac.compare_digest(token.encode(), self.token.encode()):
            return False
        self._opened = True
        return True

    def is_ours(self, cookie: str) -> bool:
        """Return whether a browser shows the session's cookie."""
        return hmac.compare_digest(cookie.encode(), self.cookie.encode())

    def is_our_form(self, value: str) -> bool:
        """Return whether a form carries the session's value."""
        return hmac.compare_digest(value.encode(), self.form.encode())


class DeskGate:
    """Lets through what the session's own browser asks of loopback; answers everything else itself."""

    def __init__(self, app: ASGIApp, *, session: Session) -> None:
        """Wrap an app."""
        self._app, self._session = app, session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not _is_loopback(headers.get("host", "")):
            await _refuse(send, 421, "desk.gate.host")
        elif scope["path"] == "/open":
            await self._open(scope, send)
        elif not self._session.is_ours(_cookie(headers)):
            await _refuse(send, 403, "desk.gate.other")
        elif scope["method"] not in ("GET", "HEAD") and not _is_same_site(headers):
            await _refuse(send, 403, "desk.gate.site")
        else:
            await self._app(scope, receive, _with_headers(send))

    async def _open(self, scope: Scope, send: Send) -> None:
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not self._session.open(token):
            await _refuse(send, 403, "desk.gate.used")
            return
        cookie = f"{COOKIE}={self._session.cookie}; Path=/; HttpOnly; SameSite=Strict"
        await _answer(send, 303, "", {"Location": "/", "Set-Cookie": cookie})


def _is_loopback(host: str) -> bool:
    """Return whether a Host header names loopback."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return name in ("127.0.0.1", "localhost", "[::1]")


def _is_same_site(headers: Mapping[str, str]) -> bool:
    """Return whether a request that changes something comes from a page of this desk.

    Every browser of today sends Origin with a POST; a missing one is no form of ours.
    """
    return headers.get("origin", "") == f"http://{headers.get('host', '')}" and headers.get(
        "sec-fetch-site", "same-origin"
    ) in ("same-origin", "none")


def _cookie(headers: Mapping[str, str]) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            extra = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return sending


async def _refuse(send: Send, status: int, key: str) -> None:
    await _answer(send, status, "".join(f"{text(key, language)}\n" for language in LANGUAGES))


async def _answer(send: Send, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
    body = text.encode()
    named = {
        **HEADERS,
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        **(headers or {}),
    }
    spelt = [(name.lower().encode(), value.encode("latin-1")) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": spelt})
    await send({"type": "http.response.body", "body": body})
