"""Keeping what was read: each document becomes items, once, or a fault of its job."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from ledger.client.problems import CLASSES
from ledger.compose.event import ComposedEvent
from ledger.errors import UnknownError
from ledger.gateway.composing import Composed, Composer, Missing
from ledger.gateway.documents import Read
from ledger.gateway.intake import Arrival, Fault, read_ceb_again
from ledger.gateway.items import DOCUMENT, Items, Origin, Ready, make_origin
from ledger.gateway.register import Number
from ledger.gateway.store import READY, WAITING
from verifier.errors import IncompleteError, SuyuanError, UnsupportedError
from verifier.ledgerformat.receipt import parse_receipt
from verifier.primitives.json_spelling import speller_of

_spell = speller_of(json.JSONEncoder(ensure_ascii=False))
_STUMBLES = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)


@dataclass(slots=True)
class Told:
    """What a sender is told of a job.

    Attributes:
        id: the job's name, 32 hexadecimal digits.
        kind: `ceb`, `epcis` or `drafts`.
        sender: participant URI.
        received: milliseconds since 1970.
        items: `{path, item, again}` of each event.
        faults: `{path, code, field, came, expected, todo}` of what was not taken.
        departures: what a lenient reader accepted.
        notes: facts about the whole.
        whole: whether one fault refuses all of it.
    """

    id: str
    kind: str
    sender: str
    received: int
    items: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, str]] = field(default_factory=list)
    departures: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    whole: bool = False

    @property
    def is_refused(self) -> bool:
        """Return whether nothing of it was taken."""
        return bool(self.faults) and not self.items


class RolledBackError(Exception):
    """A job that is taken whole or not at all has a fault."""


class Keeping:
    """Keeps arrivals within one transaction."""

    def __init__(self, connection: sqlite3.Connection, composer: Composer) -> None:
        """Keep over a connection."""
        self._connection = connection
        self._items = Items(connection, composer.recent)
        self._composer = composer
        self._opened: list[Number] = []
        self.ready: list[Ready] = []
        self.composed: dict[int, ComposedEvent] = {}  # of those that are ready

    def keep(self, arrival: Arrival, *, sender: str, now: int, whole: bool = False) -> Told:
        """Keep what came; return what its sender is told.

        Args:
            arrival: as it was read.
            sender: participant URI; the events are said in its name.
            now: milliseconds since 1970.
            whole: whether one fault refuses all of it.
        """
        job = sha256(f"{sender}|{arrival.kind}|".encode() + arrival.digest).hexdigest()[:32]
        departures, notes = list(arrival.departures), dict(arrival.notes)
        told = Told(job, arrival.kind, sender, now, departures=departures, notes=notes, whole=whole)
        told.faults = [fault_json(each) for each in arrival.faults]
        if not (whole and told.faults):
            self._keep_documents(arrival.documents, told, whole=whole)
        row = (job, sender, arrival.kind, now, _spell(told_json(told)))
        self._connection.execute("INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?)", row)
        return told

    def told(self, handles: Iterable[tuple[Number, str, bytes]]) -> None:
        """Keep handles that others opened, with their opening events, and compose what waited for them."""
        listed = list(handles)
        for number, handle, event in listed:
            self._items.register.keep([number], handle, item=None, event=event)
        self.settle([number for number, _, _ in listed])

    def settle(self, numbers: Iterable[Number] | None = None) -> None:
        """Compose what waited for numbers that are known now: those opened here, or those named."""
        self._opened += numbers or ()
        while self._opened:  # what is composed now may open what others wait for
            told, self._opened = self._opened, []
            if not self._items.anything_waits():
                return
            for seq in self._items.waiting_for(told):
                self._compose_again(seq)

    def _keep_documents(self, documents: Sequence[Read], told: Told, *, whole: bool) -> None:
        if not whole:
            for each in documents:
                self._keep_document(each, told)
            return
        ready, opened = len(self.ready), len(self._opened)
        self._connection.execute("SAVEPOINT job")
        for each in documents:
            self._keep_document(each, told)
            if told.faults:
                self._connection.execute("ROLLBACK TO job")
                for ready_one in self.ready[ready:]:
                    del self.composed[ready_one.seq]
                del self.ready[ready:], self._opened[opened:]
                told.items.clear()
                break
        self._connection.execute("RELEASE job")

    def _keep_document(self, document: Read, told: Told) -> None:
        """Keep one document; its fault is told and keeps no other out."""
        origin = _origin(document, told, 0)
        if self._items.knows(origin):
            self._tell_again(document, told)
            return
        try:
            with _stumbling(document.path):
                made = self._make(document, told.sender)
            if document.source is None and any(isinstance(each, Missing) for each in made):
                raise IncompleteError("handle", came="a number that nobody has told", expected="its handle")
        except SuyuanError as error:
            told.faults.append(fault_json(Fault(document.path, error)))
            return
        for place, each in enumerate(made):
            origin = _origin(document, told, place) if place else origin
            told.items.append({"path": document.path, "item": origin.id, "again": False})
            if isinstance(each, Composed):
                self._note(document, self._items.add(origin, each), each)
            else:
                self._items.add_waiting(origin, each.numbers, document.source or b"", place)

    def _make(self, document: Read, sender: str) -> list[Composed | Missing]:
        """Return the events of a document; what one lacks that is a receipt to a document nobody has reported yet."""
        about: tuple[bytes, ...] = ()
        if document.answers is not None:
            about = self._items.reported(document.answers)
            if not about:
                return [Missing((Number(DOCUMENT, "", document.answers),))]
        register = self._items.register
        if document.prepared is not None:
            return [self._composer.finish(each, register, issuer=sender, about=about) for each in document.prepared]
        drafts = document.drafts(self._items.recorded_by(sender), about)
        return [self._composer.compose(each, register, issuer=sender) for each in drafts]

    def _note(self, document: Read, ready: Ready, composed: Composed) -> None:
        """Note what an event that is ready brought about: handles, and what receipts find it by."""
        self.ready.append(ready)
        self.composed[ready.seq] = composed.event
        self._opened += [number for numbers in composed.opened.values() for number in numbers]
        if document.reported:
            self._items.report(document.reported, ready.seq, composed.event.name)
            self._opened += [Number(DOCUMENT, "", key) for key in document.reported]
        if document.names:
            self._opened += self._items.register.learn(document.names)

    def _tell_again(self, document: Read, told: Told) -> None:
        """Name the items that the same document made when it came first."""
        place = 0
        while self._items.knows(origin := _origin(document, told, place)):
            told.items.append({"path": document.path, "item": origin.id, "again": True})
            place += 1

    def _compose_again(self, seq: int) -> None:
        origin, source, place = self._items.origin(seq)
        try:
            with _stumbling(origin.path):
                document = read_ceb_again(source)
                made = self._make(document, origin.sender)[place]
        except SuyuanError as error:
            self._items.park(seq, reason_json(error))
            return
        if isinstance(made, Composed):
            self._note(document, self._items.fill(seq, origin, made), made)
        else:
            self._items.need(seq, made.numbers)


@contextmanager
def _stumbling(path: str) -> Iterator[None]:
    """Let a document over which this program stumbles be that document's fault, and nobody else's.

    Whoever hands it over could stop the gateway with it else, and at each start anew where it waits for something.
    The error's text is left out: it may quote the document.
    """
    try:
        yield
    except SuyuanError:
        raise
    except _STUMBLES as error:
        expected = "a document that this gateway can tell: report this one"
        raise UnsupportedError(path, came=type(error).__name__, expected=expected) from error


def _origin(document: Read, told: Told, place: int) -> Origin:
    digest = sha256(document.digest + told.sender.encode() + place.to_bytes(2, "big")).digest()
    return make_origin(digest.hex()[:32], told.id, told.sender, document.path, told.received)


def told_json(told: Told) -> dict[str, Any]:
    """Return what a sender is told, as JSON."""
    members = {"id": told.id, "kind": told.kind, "sender": told.sender, "received": told.received}
    lists = {"items": told.items, "faults": told.faults, "departures": told.departures}
    return {**members, **lists, "notes": told.notes, "whole": told.whole}


def fault_json(fault: Fault) -> dict[str, str]:
    """Return a fault as JSON."""
    return {"path": fault.path, **error_json(fault.error)}


def error_json(error: SuyuanError) -> dict[str, str]:
    """Return an error as JSON."""
    members = {"code": error.code, "field": error.field, "came": error.came, "expected": error.expected}
    return {**members, "todo": error.todo}


def reason_json(error: SuyuanError) -> str:
    """Return why an item is parked, as it is kept."""
    return _spell(error_json(error))


def read_job(connection: sqlite3.Connection, job: str) -> dict[str, Any]:
    """Return a job with the state of its items now.

    Raises:
        UnknownError: there is none of this name.
    """
    row = connection.execute("SELECT told FROM job WHERE id = ?", (job,)).fetchone()
    if row is None:
        raise UnknownError("job", came=job, expected="a name that this gateway gave")
    told: dict[str, Any] = json.loads(row[0])
    for each in told["items"]:
        sql = "SELECT state, reason FROM item WHERE id = ?"
        state, reason = connection.execute(sql, (each["item"],)).fetchone()
        each["state"] = state
        if reason:
            each["reason"] = json.loads(reason)
    told["done"] = all(each["state"] not in (WAITING, READY, "signed") for each in told["items"])
    if told["done"]:
        told["finished"] = max(_recorded_at(connection, job), default=told["received"])
    return told


def _recorded_at(connection: sqlite3.Connection, job: str) -> Iterator[int]:
    """Yield the ledger times, milliseconds since 1970, of the receipts of a job's items."""
    sql = "SELECT DISTINCT b.promise FROM item i JOIN batch b ON b.number = i.batch WHERE i.job = ?"
    for (promise,) in connection.execute(sql, (job,)):
        if promise is not None:
            yield parse_receipt(promise).time * 1000


def error_of_json(told: Mapping[str, str]) -> SuyuanError:
    """Return the error that `error_json` told of."""
    class_ = CLASSES.get(told.get("code", ""), SuyuanError)
    return class_(told["field"], came=told["came"], expected=told["expected"], todo=told["todo"])
