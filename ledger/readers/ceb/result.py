"""What reading a message gives: its documents, the faults of each, and what was accepted against the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ledger.readers.ceb.signature import Signature
from verifier.errors import MalformedError
from verifier.primitives.quick import maker_of


class Mode(Enum):
    """How rules are held.

    `STRICT`: exactly the tables. `LENIENT`: departures that are known from real messages, and that leave no doubt what
    is meant, are accepted and named: a further BaseTransfer, elements out of order, empty optional elements, codes
    outside their list, a missing signature, a root without the word `Message`.
    """

    STRICT = "strict"
    LENIENT = "lenient"


@dataclass(frozen=True, slots=True)
class Departure:
    """Something that a lenient reader accepted.

    Attributes:
        field: path, like `Order[2]/OrderHead/currency`.
        came: what came; empty where it may be personal.
        expected: what the rules ask for.
    """

    field: str
    came: str
    expected: str

    def __str__(self) -> str:
        """Return one sentence for a person."""
        came = f"came {self.came}, " if self.came else ""
        return f"{self.field}: {came}expected {self.expected}"


class Stated(dict[str, str]):
    """Fields by element name; whoever needs one that a lenient reader did without gets an error that names it."""

    def __init__(self, fields: Mapping[str, str], path: str) -> None:
        """Hold the fields of a document at a path."""
        super().__init__(fields)
        self._path = path

    def __missing__(self, name: str) -> str:
        """Raise MalformedError."""
        raise MalformedError(f"{self._path}/{name}", came="nothing", expected="this element: an event rests on it")


@dataclass(frozen=True, slots=True)
class Document:
    """One business document that can be used.

    Attributes:
        message: message type, like `CEB311`.
        path: where it stood in its message, like `Order[2]`.
        head: head fields by element name; missing and empty ones are left out. Texts as they came; numbers without
            sign, zeros or point that they do not need.
        lines: the fields of each line, likewise.
        source: the message as received; where it holds several documents, an excerpt with this one alone (`excerpt`).
    """

    message: str
    path: str
    head: Mapping[str, str]
    lines: tuple[Mapping[str, str], ...]
    source: bytes


make_document = maker_of(Document)  # the same, quickly


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """What came of one business document.

    Attributes:
        path: where it stands, like `Order[2]`.
        document: None if it has faults.
        faults: every fault, its field a path like `Order[2]/OrderHead/acturalPaid`.
        departures: what was accepted against the rules; none in strict mode.
    """

    path: str
    document: Document | None
    faults: tuple[MalformedError, ...]
    departures: tuple[Departure, ...]


make_document_reading = maker_of(DocumentReading)


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a message.

    Attributes:
        message: message type, like `CEB311`.
        guid: the message's own number, as it came.
        mode: how the rules were held.
        documents: one entry a business document, in order.
        faults: faults of the envelope: what stands around the documents.
        departures: what was accepted of the envelope.
        signature: what the message's own ds:Signature is worth.
    """

    message: str
    guid: str
    mode: Mode
    documents: tuple[DocumentReading, ...]
    faults: tuple[MalformedError, ...]
    departures: tuple[Departure, ...]
    signature: Signature

    @property
    def all_faults(self) -> tuple[MalformedError, ...]:
        """Return the faults of the envelope, then those of each document."""
        return (*self.faults, *(fault for each in self.documents for fault in each.faults))

    @property
    def all_departures(self) -> tuple[Departure, ...]:
        """Return the departures of the envelope, then those of each document."""
        return (*self.departures, *(each for document in self.documents for each in document.departures))

    @property
    def usable(self) -> tuple[Document, ...]:
        """Return the documents without fault; none if the envelope has one."""
        if self.faults:
            return ()
        return tuple(each.document for each in self.documents if each.document)


make_reading = maker_of(Reading)
