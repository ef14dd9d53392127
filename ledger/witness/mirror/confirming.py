"""A mirror's word that its copy of what was erased is gone: an event `record.erased` for each order, said once.

It is signed under a statement key of the mirror's agency that may sign nothing else; the mirror's own key cosigns, and
has no other use. What was confirmed is found in the log, in the copy that the mirror holds itself. What is not there
yet is signed, kept durably, and sent again and again as the same event: a ledger records an event once, whoever asks
how often. So a crash anywhere, or a ledger that is away, delays the word and never doubles it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger.client.client import LedgerClient
from ledger.compose.batch import sign_batch
from ledger.compose.event import ComposedEvent, Draft, Randomness, compose_event
from ledger.errors import ConflictError, SetupError
from ledger.failpoints import reach
from ledger.signing.signer import Signer
from ledger.tiles.files import replace
from ledger.witness.mirror.erasing import CONFIRMATION, CarriedOut, Erased, holds_body, note_confirmed
from ledger.witness.mirror.reading import next_number_of
from verifier.errors import MismatchError, SuyuanError
from verifier.judgement.registry import Registry
from verifier.ledgerformat.batch_answer import AnsweredEvent
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.statement import parse_statement
from verifier.ledgerformat.submission import format_submission, parse_submission

COPY = "mirror"
AGAIN = 60.0  # seconds after which what was promised, and did not come, is sent again
_AT_ONCE = 64  # orders of one round: a mirror's first duty is to hold
_STATEMENT = "statement"
_FOLDER = "confirmations"


@dataclass(frozen=True, slots=True)
class ConfirmingKey:
    """With what a mirror speaks for its agency.

    Attributes:
        signer: a statement key of the agency; the registry says whose it is.
        take_number: gives one sequence number of that key, durably, not below the one it is handed.
    """

    signer: Signer
    take_number: Callable[[int], int]


class Confirming:
    """The confirmations of one ledger's copy; one thread at a time."""

    def __init__(
        self,
        root: Path,
        client: LedgerClient,
        key: ConfirmingKey,
        *,
        mirror: bytes,
        random: Randomness,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Confirm for one copy.

        Args:
            root: the copy's folder.
            client: takes submissions.
            key: what they are signed with.
            mirror: kid of the mirror's own key, 32 bytes: which copy is meant.
            random: the source of salts and ids.
            clock: POSIX seconds.
        """
        self._root, self._client, self._key, self._mirror = root, client, key, mirror
        self._random, self._clock = random, clock
        self._registry: Registry | None = None
        self._waiting: dict[bytes, CarriedOut] = {}
        self._sent: dict[bytes, float] = {}
        self._least: int | None = None

    @property
    def waiting(self) -> int:
        """Return how many orders were carried out here of which the log does not say so yet."""
        return len(self._waiting)

    def begin(self, erased: Erased) -> None:
        """Take what a look at the whole copy came to, in place of what was known before."""
        self._registry = erased.registry
        self._waiting = {each.order.event: each for each in erased.carried}
        self.take(erased.said)

    def take(self, said: Iterable[AnsweredEvent]) -> None:
        """Strike out what confirmations confirm that the copy holds: they are in the log."""
        found: dict[bytes, bytes] = {}
        for each in said:
            found |= {order: event_name(each.head) for order in self._confirmed_by(each)}
        if not found:
            return
        note_confirmed(self._root, found)
        reach("mirror-confirmed")
        for order in found:
            del self._waiting[order]
            self._sent.pop(order, None)
            self._path(order).unlink(missing_ok=True)

    def say(self, origin: str, size: int) -> SuyuanError | None:
        """Send what waits; return what is in the way, None where nothing is.

        Args:
            origin: the ledger's.
            size: up to which the copy is held.
        """
        failed: SuyuanError | None = None
        now = self._clock()
        due = [each for order, each in self._waiting.items() if self._sent.get(order, 0.0) + AGAIN <= now]
        for each in due[:_AT_ONCE]:
            try:
                self._send(each, origin, size)
            except SuyuanError as error:
                failed = failed or error
        return failed

    def _send(self, carried: CarriedOut, origin: str, size: int) -> None:
        """Let the ledger promise a confirmation; one whose number was used by somebody else is numbered anew."""
        self._require_gone(carried)
        try:
            self._client.submit(self._submission(carried, origin, size))
        except ConflictError as error:
            if error.field == "statement.first":
                self._least = None
                self._client.submit(self._signed(carried, origin, size))
            # else the event is in the log, by another statement: the copy will hold it
        reach("mirror-said")
        self._sent[carried.order.event] = self._clock()

    def _require_gone(self, carried: CarriedOut) -> None:
        """Return if the copy holds nothing of it: looked at in its file, whatever was done before."""
        if holds_body(self._root, carried):
            came, todo = "a body that an order erased", "Start the mirror again."
            raise MismatchError(f"batches/{carried.leaf}", came=came, expected="none", todo=todo)

    def _submission(self, carried: CarriedOut, origin: str, size: int) -> bytes:
        """Return what was kept, as long as this key signed it; else a new one, kept before it leaves."""
        path = self._path(carried.order.event)
        if path.exists():
            data = path.read_bytes()
            statement = parse_statement(parse_submission(data).statement)
            if statement.header.kid == self._key.signer.public.kid:
                return data
        return self._signed(carried, origin, size)

    def _kept(self, carried: CarriedOut, issuer: str) -> ComposedEvent | None:
        """Return the event that this agency kept before; signed again it is still the same one."""
        path = self._path(carried.order.event)
        if not path.exists():
            return None
        submission = parse_submission(path.read_bytes())
        (head,), (body,) = submission.heads, submission.bodies
        return ComposedEvent(event_name(head), head, body, (), ()) if parse_head(head).issuer == issuer else None

    def _signed(self, carried: CarriedOut, origin: str, size: int) -> bytes:
        """Return the signed submission of the event that was kept, or of a new one, once it is durable."""
        signer, issuer = self._key.signer, self._holder()
        event = self._kept(carried, issuer) or self._compose(carried, issuer, size)
        if self._least is None:
            self._least = next_number_of(self._root, size, signer.public.kid)
        first = self._key.take_number(self._least)
        self._least = first + 1
        reach("mirror-numbered")
        data = format_submission(sign_batch([event], signer, issuer=issuer, audience=[origin], first=first))
        replace(self._path(carried.order.event), data)
        reach("mirror-kept")
        return data

    def _compose(self, carried: CarriedOut, issuer: str, size: int) -> ComposedEvent:
        erased = datetime.fromtimestamp(carried.time // 1000, UTC).isoformat()
        data: dict[str, Any] = {"copy": COPY, "erasedAt": erased, "mirror": self._mirror.hex()}
        draft = Draft(CONFIRMATION, int(self._clock() * 1000), data=data, about=(carried.order.event,))
        kind = self._known().type_at(CONFIRMATION, size)
        return compose_event(draft, kind, issuer=issuer, targets=[carried.head], random=self._random)

    def _holder(self) -> str:
        """Return the agency whose key this is, by the copy's own registry."""
        kid = self._key.signer.public.kid
        key = self._known().key(kid)
        if key is None or key.use != _STATEMENT:
            came = f"a key for use {key.use}" if key else f"{kid.hex()}, which nobody registered"
            todo = f"Let the agency register it for {CONFIRMATION}."
            raise SetupError("--confirm-key", came=came, expected="a statement key of the mirror's agency", todo=todo)
        return key.holder

    def _known(self) -> Registry:
        if self._registry is None:
            raise AssertionError("a look at the copy comes first")
        return self._registry

    def _confirmed_by(self, said: AnsweredEvent) -> list[bytes]:
        """Return the orders that wait here and that an event confirms for this copy."""
        head = parse_head(said.head)
        orders = [each for each in head.about if each in self._waiting]
        own = self._known().key(self._key.signer.public.kid)
        if not orders or own is None or head.issuer != own.holder or not self._is_meant(said):
            return []
        return orders

    def _is_meant(self, said: AnsweredEvent) -> bool:
        """Return whether the agency speaks of this copy, or of all its mirrors; one that is gone counts: said once."""
        if said.body is None:
            return True
        data = parse_body(said.body).data
        return data.get("copy") == COPY and data.get("mirror") in {None, self._mirror.hex()}

    def _path(self, order: bytes) -> Path:
        return self._root / _FOLDER / order.hex()
