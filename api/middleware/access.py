"""Who asks, and how often: every request passes here before a route sees it.

A signature that is there must count, or the request is refused: whoever signed expects to be somebody. What is open
to everybody and mirrored (tiles of hashes, checkpoints, the charter) is neither checked nor counted.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.actors import Moment, actor_of, request_key
from api.authorise import ANYBODY, Actor
from api.errors import UnauthenticatedError
from api.problems import answer_problem
from api.rates import Rates, network_of
from api.request_signatures import check_signature
from api.signature_input import Signature, SignedRequest, digest_of, parse_signature
from api.workers import Workers
from ledger.store.interface import Nonces
from verifier.errors import SuyuanError

_OPEN = ("/checkpoint", "/charter", "/consistency/", "/static/", "/healthz", "/readyz", "/metrics")
_TILES, _ENTRIES = "/tile/", "/tile/entries/"
_SUBMISSIONS = ("/entries", "/validate", "/cosignatures")
_PRIVATE = "private, no-store"
_SIGNED = frozenset({b"signature", b"signature-input"})  # whoever sends neither signs nothing


class AccessMiddleware:
    """Finds out who asks; counts; refuses what is too often or badly signed."""

    def __init__(self, app: ASGIApp, *, rates: Rates, public_url: str | None) -> None:
        """Wrap an app; `public_url` is the address under which askers know this server, None for the Host header's."""
        self._app = app
        self._rates = rates
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["actor"] = ANYBODY
        if is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            if _SIGNED.isdisjoint([name for name, _ in scope["headers"]]):
                self._charge(scope)
                actor, request = ANYBODY, None
            else:
                request = signed_request_of(scope, self._public_url)
                actor = await self._admit(scope, request)
        except SuyuanError as error:
            await answer_problem(Request(scope), error)(scope, receive, send)
            return
        if request is None or actor.kid is None:
            await self._app(scope, receive, send)
            return
        state["actor"], state["key"] = actor, actor.kid.hex()[:16]
        if request.has_body:
            receive = _checked(receive, digest_of(request))
        await self._app(scope, receive, _kept_private(send))

    def _charge(self, scope: Scope) -> None:
        """Count a request of an address that signs nothing."""
        self._rates.charge_address(_address_of(scope), submission=_is_submission(scope))

    async def _admit(self, scope: Scope, request: SignedRequest) -> Actor:
        """Return who asks, counted."""
        try:
            signature = parse_signature(request)
            if signature is None:
                self._charge(scope)
                return ANYBODY
            return await self._authenticated(scope, request, signature, submission=_is_submission(scope))
        except UnauthenticatedError:
            self._rates.charge_address(_address_of(scope))  # guesses are counted, and cost whoever guesses
            raise

    async def _authenticated(
        self, scope: Scope, request: SignedRequest, signature: Signature, *, submission: bool
    ) -> Actor:
        """Return whose key signed; a thread does it, since signatures and nonces take time."""
        app_state = scope["app"].state
        now: Callable[[], int] = app_state.clock
        moment: Moment = app_state.moment()
        nonces: Nonces = app_state.nonces

        def use_nonce(kid: bytes, nonce: str, until: int) -> bool:
            self._rates.charge_key(kid, submission=submission)
            return nonces.use(kid, nonce, until=until, now=now())

        def authenticate() -> Actor:
            check_signature(
                signature,
                request,
                now=now() // 1000,
                find_key=lambda kid: request_key(kid, moment).key,
                use_nonce=use_nonce,
            )
            return actor_of(signature.kid, moment)

        checks: Workers = app_state.signatures
        return await checks.run(authenticate, (network_of(_address_of(scope)),))


def _address_of(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _is_submission(scope: Scope) -> bool:
    return scope["method"] == "POST" and scope["path"] in _SUBMISSIONS


def is_open(path: str) -> bool:
    """Return whether an address is open to everybody and not counted."""
    if path.startswith(_TILES):
        return not path.startswith(_ENTRIES)
    return path.startswith(_OPEN)


def signed_request_of(scope: Scope, public_url: str | None) -> SignedRequest:
    """Return a request as its asker signed it."""
    fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    named = {name: value for name, value in fields if name in ("host", "content-length", "transfer-encoding")}
    base = public_url or f"{scope['scheme']}://{named.get('host', '')}"
    query = scope["query_string"].decode("latin-1")
    url = base + scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    follows = named.get("content-length", "0") != "0" or "transfer-encoding" in named
    return SignedRequest(scope["method"], url, fields, follows)


def _checked(receive: Receive, digest: bytes) -> Receive:
    """Let a body pass whose end shows whether it is what was signed."""
    seen = sha256()

    async def read() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            seen.update(message.get("body", b""))
            if not message.get("more_body") and seen.digest() != digest:
                came = f"a body of {seen.hexdigest()[:16]}…"
                raise UnauthenticatedError("content-digest", came=came, expected=f"{digest.hex()[:16]}…, as was signed")
        return message

    return read


def _kept_private(send: Send) -> Send:
    """Let no cache keep an answer to somebody for everybody."""

    async def write(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Cache-Control"] = _PRIVATE
        await send(message)

    return write
