"""Who asks: participants with request keys in every state, and a case with values for each audience."""

from __future__ import annotations

import base64
import http.client
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fixtures.zone.actors import Actor, enterprise
from ledger.client.signing import RequestSigner
from ledger.compose.event import AttachmentDraft, ComposedEvent, Draft
from ledger.signing.signer import MemorySigner, generate
from tests.world import ORDER, World, found_world, now, uscc
from verifier.ledgerformat.body import parse_body
from verifier.primitives.keys import EDDSA, ES256, format_key

FIRM = {"code": "1", "name": "firm"}
SOURCE = b"<source>invented</source>"
ASKERS = ("customs", "tax", "seller", "platform", "payer", "warehouse", "auditor", "witness")
STATES = ("active", "revoked", "suspended", "expired", "other use", "unregistered")
DAY = 86_400_000


@dataclass
class AccessWorld:
    """A zone in which everybody has a request key in every state, and an order with its payment."""

    world: World
    keys: dict[tuple[str, str], MemorySigner] = field(default_factory=dict)
    order: ComposedEvent = field(init=False)
    payment: ComposedEvent = field(init=False)

    def actor(self, name: str) -> Actor:
        """Return a participant."""
        return self.world.cast[name]

    def register(self, name: str, signer: MemorySigner, *, until: int | None = None, **changes: Any) -> None:
        """Register a key of a participant: for requests, or as `changes` says."""
        holder = self.actor(name)
        is_agency = holder.uri.startswith("urn:suyuan:agency:")
        data = {"use": "request", "key": format_key(signer.public), "types": ["*"], "subjects": [], **changes}
        subjects = {"key": _uri(signer), "holder": holder.uri}
        draft = Draft("registry.key" if is_agency else "registry.enterprise-key", now(), subjects, data, until=until)
        if is_agency:
            self.world.zone.decree([draft])
        else:
            self.world.say("customs", draft)

    def revoke(self, name: str, signer: MemorySigner) -> None:
        """Revoke a key of a participant."""
        data = {"reason": "lost", "compromisedSince": None}
        draft = Draft("registry.revocation", now(), {"key": _uri(signer)}, data)
        self.world.say(name if self.actor(name).uri.startswith("urn:suyuan:agency:") else "customs", draft)

    def suspend(self, role: str, subject: str) -> None:
        """Let roots suspend a key or an agency for a day."""
        draft = Draft("registry.suspension", now(), {role: subject}, {"reason": "checked"}, until=now() + DAY)
        self.world.zone.decree([draft])

    def give(self, kind: str, giver: str, taker: str, data: dict[str, Any], **more: Any) -> ComposedEvent:
        """Let somebody give a mandate or a grant for a day."""
        gift = f"urn:suyuan:{kind}:{secrets.token_hex(16)}"
        subjects = {"mandate": gift, "principal": self.actor(giver).uri, "agent": self.actor(taker).uri}
        if kind == "grant":
            subjects = {"grant": gift, "grantee": self.actor(taker).uri}
        draft = Draft(f"registry.{kind}", now(), subjects, data, until=now() + DAY, **more)
        return self.world.say(giver, draft)[0]

    def take_back(self, kind: str, giver: str, gift: ComposedEvent) -> None:
        """Let the giver of a mandate or grant revoke it."""
        subject = parse_body(gift.body).of_role(kind)[0]
        draft = Draft("registry.revocation", now(), {kind: subject}, {"reason": "done", "compromisedSince": None})
        self.world.say(giver, draft)

    def new_key(self, name: str, state: str, alg: int = EDDSA) -> MemorySigner:
        """Return a new key of a participant, in one of the states."""
        signer = generate(alg)
        if state == "unregistered":
            return signer
        changes: dict[str, Any] = {"use": "mirror"} if state == "other use" else {}
        self.register(name, signer, until=now() - DAY if state == "expired" else None, **changes)
        if state == "revoked":
            self.revoke(name, signer)
        if state == "suspended":
            self.suspend("key", _uri(signer))
        return signer


def _uri(signer: MemorySigner) -> str:
    return f"urn:suyuan:key:{signer.public.kid.hex()}"


def found_access_world(folder: Path, askers: Sequence[str] = ASKERS) -> AccessWorld:
    """Return the zone, its keys and its case."""
    world = found_world(folder, witnesses=0, quorum=0, policies=False)
    made = AccessWorld(world)
    world.cast["auditor"] = enterprise(uscc("91330100MA2TEXT06"), "示例审计", "Example Auditor", ["auditor"])
    world.cast["witness"] = enterprise(uscc("91330100MA2TEXT07"), "示例见证", "Example Witness", ["witness"])
    world.zone.admit_enterprises(world.cast["customs"], [world.cast["auditor"], world.cast["witness"]])
    for place, name in enumerate(askers):
        for state in STATES:
            made.keys[name, state] = made.new_key(name, state, ES256 if place % 2 else EDDSA)
    attachment = AttachmentDraft("application/xml", SOURCE)
    order = Draft(
        "order.placed", now(), {"order": ORDER}, {"platform": FIRM, "seller": FIRM, "lineCount": 1},
        {"/number": "ORDER-4711", "/buyer": {"name": "张三"}}, {"/source": attachment}, to=world.cast["seller"].uri,
    )  # fmt: skip
    (made.order,) = world.say("platform", order)
    payment = Draft(
        "order.payment", now(), {"order": ORDER}, {"firm": FIRM}, {"/number": "PAY-4711", "/payer": {"name": "张三"}}
    )
    (made.payment,) = world.say("payer", payment)
    return made


@dataclass
class Answered:
    """What a server answered; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Asker:
    """Sends requests to a server, signed or not, and whatever a test wants changed."""

    base: str
    signer: MemorySigner | None = None

    def signed(self, method: str, path: str, body: bytes | None = None, **how: Any) -> dict[str, str]:
        """Return the headers that sign a request."""
        return RequestSigner(self.signer, **how).headers(method, self.base + path, body) if self.signer else {}

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answered:
        """Return the answer to a request with these headers, or signed."""
        sent = self.signed(method, path, body) if headers is None else headers
        parts = urlsplit(self.base)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers={"Accept": "*/*", **sent})
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answered(response.status, named, response.read())
        finally:
            connection.close()


@dataclass
class ByHand:
    """A signature written by hand (RFC 9421 §2.5), so that the library is not its own yardstick.

    Attributes:
        base: scheme, host and port as asked for.
        signer: signs.
        parameters: of the signature, in their order; None leaves one out.
    """

    base: str
    signer: MemorySigner
    method: str = "GET"
    target: str = "/"
    components: tuple[str, ...] = ('"@method"', '"@target-uri"')
    digest: str | None = None
    signed_target: str | None = None
    parameters: dict[str, object] = field(default_factory=dict)
    label: str = "sig1"

    def headers(self) -> dict[str, str]:
        """Return the headers of a signed request."""
        values = {'"@method"': self.method, '"@target-uri"': self.base + (self.signed_target or self.target)}
        values['"content-digest"'] = self.digest or ""
        moment = int(time.time())
        parameters = {
            "created": moment, "expires": moment + 60, "nonce": secrets.token_hex(16),
            "keyid": self.signer.public.kid.hex(), "tag": "suyuan", **self.parameters,
        }  # fmt: skip
        spelt = "".join(
            f";{name}={value}" if isinstance(value, int) else f';{name}="{value}"'
            for name, value in parameters.items()
            if value is not None
        )
        described = f"({' '.join(self.components)}){spelt}"
        lines = [f"{each}: {values.get(each, '')}" for each in self.components]
        text = "\n".join([*lines, f'"@signature-params": {described}'])
        signature = base64.b64encode(self.signer.sign(text.encode())).decode()
        headers = {"Signature-Input": f"{self.label}={described}", "Signature": f"{self.label}=:{signature}:"}
        return {**headers, "Content-Digest": self.digest} if self.digest else headers
