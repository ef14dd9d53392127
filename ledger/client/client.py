"""One ledger's service, asked for by name: submit, validate, receipts, checkpoints, tiles, proofs.

What comes back is parsed as far as it must be to be handed on, and believed by nobody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from ledger.client.problems import error_of, fault_of
from ledger.client.signing import RequestSigner
from ledger.client.transport import SMALL, Answer, Patience, Transport
from ledger.errors import UnknownError
from ledger.readers.epcis.lossless_json import parse_lossless
from ledger.signing.signer import Signer
from verifier.errors import MalformedError, SuyuanError
from verifier.ledgerformat.batch_answer import MAX_ANSWER
from verifier.ledgerformat.disclosure import MAX_ATTACHMENT
from verifier.ledgerformat.submission import MEDIA_TYPE as SUBMISSION
from verifier.primitives.base64strict import parse_base64, parse_decimal, parse_hash_hex
from verifier.primitives.strict_json import parse_json
from verifier.primitives.tiles import MAX_ENTRY, WIDTH, Tile, format_tile_path, parse_bundle, parse_hashes
from verifier.proof.bundle import MAX_FILE
from verifier.proof.charterfile import MEDIA_TYPE as CHARTER
from verifier.proof.eventproof import MEDIA_TYPE as EVENT
from verifier.proof.traceproof import MEDIA_TYPE as TRACE

COSE = "application/cose"
_PROBLEM = "application/problem+json"
_DISCLOSURES = 8 << 20  # bytes: 64 disclosures and more
_PAGE = 8 << 20  # bytes: an inbox of a thousand
_BUNDLE = WIDTH * (MAX_ENTRY + 2)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as it came, and what the service says of it. Not verified.

    Attributes:
        data: the receipt's bytes.
        identity: of the statement, 32 bytes.
        leaf: where it stands.
        size: of the checkpoint that the receipt is against.
        recorded: whether a quorum stands behind that checkpoint; else it is a promise.
    """

    data: bytes
    identity: bytes
    leaf: int
    size: int
    recorded: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the ledger made of cosignatures: the size, how many lines were new, and whether its quorum is reached."""

    size: int
    accepted: int
    quorum: bool


class LedgerClient:
    """Asks one ledger's service. Any thread may use it."""

    def __init__(
        self, url: str, *, timeout: float = 10.0, patience: Patience | None = None, request_key: Signer | None = None
    ) -> None:
        """Ask the service below `url`; `timeout` in seconds; with a `request_key`, every request is signed."""
        sign = RequestSigner(request_key).headers if request_key else None
        self._transport = Transport(url, timeout=timeout, patience=patience, sign=sign)
        self.url = self._transport.url

    def alive(self) -> bool:
        """Return whether the service answers at all.

        Raises:
            UnreachableError: nobody does.
        """
        return self._transport.get("/healthz").status == 200

    def submit(self, submission: bytes) -> Receipt:
        """Send a submission; return the promise. The same bytes may be sent again and get the same one.

        Raises:
            SuyuanError: why the ledger refused it, its field named.
            UnreachableError: nobody knows whether it was recorded; send the same bytes again.
        """
        return self._receipt(self._post("/entries", submission, kind=SUBMISSION, accept=COSE))

    def submit_envelope(self, entry: bytes) -> Receipt:
        """Send a hash envelope; return the promise."""
        return self._receipt(self._post("/entries", entry, kind=COSE, accept=COSE))

    def receipt(self, identity: bytes) -> Receipt:
        """Return the newest receipt of a statement, by its 32-byte identity."""
        return self._receipt(self._get(f"/entries/{identity.hex()}", COSE), identity)

    def validate(self, submission: bytes) -> list[SuyuanError]:
        """Return every fault that the ledger finds in a submission; it records nothing."""
        answer = _object(self._post("/validate", submission, kind=SUBMISSION, accept="application/json"), "validate")
        faults = answer.get("faults")
        if not isinstance(faults, list) or not all(isinstance(each, dict) for each in faults):
            raise MalformedError("validate.faults", came=faults, expected="a list of faults")
        return [fault_of(each) for each in faults]

    def cosign(self, note: bytes) -> Accepted:
        """Hand in cosignatures: a checkpoint with the lines of one witness."""
        kind = "text/plain; charset=utf-8"
        answer = _object(self._post("/cosignatures", note, kind=kind, accept="application/json"), "cosignatures")
        size, accepted, quorum = (answer.get(name) for name in ("size", "accepted", "quorum"))
        if not isinstance(size, int) or not isinstance(accepted, int) or not isinstance(quorum, bool):
            raise MalformedError("cosignatures", came=answer, expected="size, accepted and quorum")
        return Accepted(size, accepted, quorum)

    def checkpoint(self, size: int | None = None, *, quorum: bool = False) -> bytes:
        """Return a checkpoint: of a size, the newest published, or the newest with a quorum."""
        path = "/checkpoints/quorum" if quorum else "/checkpoint" if size is None else f"/checkpoints/{size}"
        return self._get(path, "text/plain").body

    def tile(self, tile: Tile) -> list[bytes]:
        """Return the hashes of a tile; a partial one that was collected is read from the full one."""
        data, width = self._tile(tile, WIDTH * 32)
        return parse_hashes(data, width)[: tile.width]

    def bundle(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle, where reads are open.

        Raises:
            PrivateError: they are not.
        """
        data, width = self._tile(tile, _BUNDLE)
        return parse_bundle(data, width)[: tile.width]

    def consistency(self, size: int, newer: int) -> list[bytes]:
        """Return the consistency path between two sizes (RFC 9162 §2.1.4)."""
        lines = self._get(f"/consistency/{size}/{newer}", "text/plain").body.decode("ascii", "replace").splitlines()
        return [parse_base64(line, "consistency") for line in lines]

    def charter(self) -> bytes:
        """Return the charter file."""
        return self._get("/charter", CHARTER, MAX_FILE).body

    def trace(self, subject: str, *, walk: str = "public") -> bytes:
        """Return the trace proof of a subject, as a `.trace` file; the walk `parties` asks for a request key.

        Raises:
            PrivateError: the parties' walk, and it is not open to whoever asks.
        """
        chosen = "" if walk == "public" else f"&walk={walk}"
        return self._get(f"/trace?subject={quote(subject, safe='')}{chosen}", TRACE, MAX_FILE).body

    def history(self, kind: str, subject: str, *, since: int | str | None = None) -> bytes:
        """Return the proof of one history of a subject: whole, or since an entry (`latest`: since what is stated last).

        Raises:
            PrivateError: that kind of history is not open to whoever asks.
        """
        part = "" if since is None else f"&since={since}"
        return self._get(f"/histories/{kind}?subject={quote(subject, safe='')}{part}", TRACE, MAX_FILE).body

    def event(self, name: bytes) -> bytes:
        """Return the proof of an event, as an `.event` file, by its 32-byte name."""
        return self._get(f"/events/{name.hex()}", EVENT, MAX_FILE).body

    def body(self, name: bytes) -> bytes:
        """Return an event's body as it came; `ledger.client.reading` checks it.

        Raises:
            PrivateError: it is not open to whoever asks.
        """
        return self._get(f"/events/{name.hex()}/body", "application/json").body

    def disclosures(self, name: bytes) -> dict[str, str]:
        """Return those disclosures of an event that are open to whoever asks, as base64url text by pointer.

        Raises:
            PrivateError: none is.
        """
        path = f"/events/{name.hex()}/disclosures"
        texts = _object(self._get(path, "application/json", _DISCLOSURES), "disclosures").get("disclosures")
        if not isinstance(texts, dict) or not all(isinstance(each, str) for each in texts.values()):
            raise MalformedError("disclosures", came="another shape", expected="texts by pointer")
        return texts

    def attachment(self, sha256: bytes, event: bytes) -> bytes:
        """Return an attachment of an event as it came; `ledger.client.reading` checks it.

        Raises:
            PrivateError: it is not open to whoever asks, or there is none.
        """
        path = f"/attachments/{sha256.hex()}?event={event.hex()}"
        return self._get(path, "application/octet-stream", MAX_ATTACHMENT).body

    def inbox(self, label: str, *, after: str | None = None, limit: int = 100) -> dict[str, Any]:
        """Return a page of what awaits an agency, as JSON; `next` of it is the next one's `after`.

        Raises:
            PrivateError: it is somebody else's.
        """
        path = f"/agencies/{label}/inbox?limit={limit}" + (f"&after={after}" if after else "")
        return _object(self._get(path, "application/json", _PAGE), "inbox")

    def received(self, word: str, role: str, participant: str, *, after: int = 0) -> dict[str, Any]:
        """Return a page of what names a participant, as JSON: `mandates` by role `agent`, `grants` by `grantee`.

        Raises:
            PrivateError: it is somebody else's.
        """
        path = f"/{word}?{role}={quote(participant, safe='')}&after={after}&limit=1000"
        return _object(self._get(path, "application/json", _PAGE), word)

    def standing(self, wanted: Mapping[str, str], *, limit: int = 100) -> dict[str, Any]:
        """Return a page of what was declared and how it stands, as JSON; `next` of it is the next one's `after`.

        Args:
            wanted: `state`, `older` (seconds), `kind`, `of`, `after`, `lang`, as far as they are asked for.
            limit: how many.

        Raises:
            PrivateError: it is somebody else's.
            MalformedError: a word that the service does not know.
        """
        answer = self._get(f"/declarations?{urlencode({**wanted, 'limit': limit})}", "application/json", _PAGE)
        page = _object(answer, "declarations")
        if not isinstance(page.get("items"), list):
            raise MalformedError("declarations", came="another shape", expected="an object with items")
        return page

    def resolve_numbers(self, numbers: Sequence[tuple[str, str, str]]) -> list[list[tuple[bytes, str]]]:
        """Return for each number (form, code, itself) the names and handles of its opening events, as it is told.

        Nothing of it is believed: `ledger.gateway.resolving` checks the events.

        Raises:
            PrivateError: the client signs no requests.
        """
        asked = [{"form": form, "code": code, "number": number} for form, code, number in numbers]
        body = json.dumps({"numbers": asked}, ensure_ascii=False).encode()
        answer = self._post("/handles/resolve", body, kind="application/json", accept="application/json")
        resolved = _object(answer, "resolved").get("resolved")
        if not isinstance(resolved, list) or len(resolved) != len(asked):
            raise MalformedError("resolved", came="another shape", expected=f"{len(asked)} entries")
        return [_openings(each) for each in resolved]

    def recognition(self, name: bytes) -> dict[str, Any]:
        """Return what the service says of an event's recognition, as JSON: its word only."""
        return _object(self._get(f"/events/{name.hex()}/recognition", "application/json", _PAGE), "recognition")

    def filing(self, name: bytes) -> dict[str, Any]:
        """Return what the service says of a filing's recognition and use, as JSON: its word only."""
        return _object(self._get(f"/filings/{name.hex()}", "application/json", _PAGE), "filing")

    def reach(self, recall: bytes) -> dict[str, Any]:
        """Return what the service says of how far a recall reaches, as JSON: its word only.

        Raises:
            PrivateError: whoever asks is no agency.
        """
        return _object(self._get(f"/recalls/{recall.hex()}/reach", "application/json", _PAGE), "reach")

    def items(self, subject: str, *, after: int = 0, limit: int = 1000) -> dict[str, Any]:
        """Return a page of what came from a lot or product, as JSON; `next` of it is the next one's `after`.

        Raises:
            PrivateError: whoever asks is no agency.
        """
        path = f"/lots/items?subject={quote(subject, safe='')}&after={after}&limit={limit}"
        return _object(self._get(path, "application/json", _PAGE), "items")

    def epcis_events(self, asked: Mapping[str, str]) -> tuple[list[dict[str, Any]], bool]:
        """Return a page of the EPCIS events that a query finds, numbers as text, and whether there are more."""
        answer = self._get(f"/epcis/events?{urlencode(asked)}", "application/json", _PAGE)
        document = parse_lossless(answer.body, "events", most=_PAGE)
        try:
            events = document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        except (KeyError, TypeError):
            events = None
        if not isinstance(events, list) or not all(isinstance(each, dict) for each in events):
            raise MalformedError("events", came="another shape", expected="an EPCISQueryDocument")
        return events, "link" in answer.headers

    def batch(self, leaf: int) -> bytes:
        """Return the batch answer of a statement, with the bodies that are open to whoever asks.

        Raises:
            PrivateError: batches are not open to whoever asks.
        """
        return self._get(f"/batches/{leaf}", "application/vnd.suyuan.batch-answer+cbor", MAX_ANSWER).body

    def _tile(self, tile: Tile, limit: int) -> tuple[bytes, int]:
        try:
            return self._get(f"/{format_tile_path(tile)}", "application/octet-stream", limit).body, tile.width
        except UnknownError:
            if tile.width == WIDTH:
                raise
        full = Tile(tile.level, tile.number)
        return self._get(f"/{format_tile_path(full)}", "application/octet-stream", limit).body, WIDTH

    def _get(self, path: str, accept: str, limit: int = SMALL) -> Answer:
        return self._require(self._transport.get(path, accept=f"{accept}, {_PROBLEM};q=0.9", limit=limit))

    def _post(self, path: str, body: bytes, *, kind: str, accept: str) -> Answer:
        return self._require(self._transport.post(path, body, kind=kind, accept=f"{accept}, {_PROBLEM};q=0.9"))

    def _require(self, answer: Answer) -> Answer:
        if not 200 <= answer.status < 300:
            raise error_of(answer, self.url)
        return answer

    def _receipt(self, answer: Answer, identity: bytes | None = None) -> Receipt:
        headers = answer.headers
        named = identity or parse_hash_hex(headers.get("location", "").rpartition("/")[2], "Location")
        standing = headers.get("suyuan-standing")
        if standing not in ("promised", "recorded"):
            raise MalformedError("Suyuan-Standing", came=standing, expected="promised or recorded")
        return Receipt(
            data=answer.body,
            identity=named,
            leaf=parse_decimal(headers.get("suyuan-leaf", ""), "Suyuan-Leaf"),
            size=parse_decimal(headers.get("suyuan-tree-size", ""), "Suyuan-Tree-Size"),
            recorded=standing == "recorded",
        )


def _openings(value: Any) -> list[tuple[bytes, str]]:
    listed = value.get("openings") if isinstance(value, dict) else None
    if not isinstance(listed, list):
        raise MalformedError("resolved.openings", came="another shape", expected="a list")
    return [_opening(each) for each in listed]


def _opening(value: Any) -> tuple[bytes, str]:
    event, handle = (value.get("event"), value.get("handle")) if isinstance(value, dict) else (None, None)
    if not isinstance(event, str) or not isinstance(handle, str):
        raise MalformedError("resolved.openings", came="another shape", expected="event and handle")
    return parse_hash_hex(event, "resolved.event"), handle


def _object(answer: Answer, what: str) -> dict[str, Any]:
    value = parse_json(answer.body, what)
    if not isinstance(value, dict):
        raise MalformedError(what, came="another shape", expected="a JSON object")
    return value
