"""Customs messages (CEB): read, judged element by element, and turned into drafts of events.

Source of all formats: General Administration of Customs of China, 《海关跨境电子商务统一版系统企业对接报文规范》,
the message specification of the unified cross-border e-commerce system, version 202205.

`read_message` answers with a `Reading`: every business document of the message on its own, each either a `Document`
or the list of its faults. `draft_event` makes the event of a document; it needs the handles of the numbers that
occur (`Handles`) and what XML cannot know (`Facts`). `draft_events` makes all of a document about many parcels, and
`answered_by` tells which document a receipt is about. `parse_envelope` opens the transport envelopes around a message;
`report_splits` tells which parts are missing of documents that were split over several messages.
"""

from ledger.readers.ceb.draft import Draw, draft_event, draft_events, draw_events
from ledger.readers.ceb.drafts.receipt import Answered, answered_by
from ledger.readers.ceb.envelope import Envelope, ServerNode, parse_envelope
from ledger.readers.ceb.facts import Facts, enterprise_of, month_set, product_of_bar_code
from ledger.readers.ceb.keys import DeclarationKey, DrawnHandles, Handles, OrderKey, ParcelKey, SummaryKey
from ledger.readers.ceb.read import read_message
from ledger.readers.ceb.result import Departure, Document, DocumentReading, Mode, Reading
from ledger.readers.ceb.signature import Signature, Trust, load_trust
from ledger.readers.ceb.splits import Split, report_splits

__all__ = [
    "Answered",
    "DeclarationKey",
    "Departure",
    "Document",
    "DocumentReading",
    "Draw",
    "DrawnHandles",
    "Envelope",
    "Facts",
    "Handles",
    "Mode",
    "OrderKey",
    "ParcelKey",
    "Reading",
    "ServerNode",
    "Signature",
    "Split",
    "SummaryKey",
    "Trust",
    "answered_by",
    "draft_event",
    "draft_events",
    "draw_events",
    "enterprise_of",
    "load_trust",
    "month_set",
    "parse_envelope",
    "product_of_bar_code",
    "read_message",
    "report_splits",
]
