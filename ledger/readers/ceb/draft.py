"""From a customs document to a draft of the event that it is evidence of."""

from __future__ import annotations

from collections.abc import Callable

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.delivery import draft_delivery
from ledger.readers.ceb.drafts.import_list import draft_import_list
from ledger.readers.ceb.drafts.order import draft_order
from ledger.readers.ceb.drafts.payment import draft_payment
from ledger.readers.ceb.drafts.report import require_declared
from ledger.readers.ceb.drafts.returned import draft_return
from ledger.readers.ceb.drafts.waybill import draft_waybill
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import Handles
from ledger.readers.ceb.result import Document
from verifier.errors import UnsupportedError

_DRAFTS: dict[str, Callable[[Document, Handles, Facts], Draft]] = {
    "CEB311": draft_order,
    "CEB411": draft_payment,
    "CEB511": draft_waybill,
    "CEB513": draft_delivery,
    "CEB621": draft_import_list,
    "CEB625": draft_return,
}
NO_FACTS = Facts()


def draft_event(document: Document, *, handles: Handles, facts: Facts = NO_FACTS) -> Draft:
    """Return the draft of the event that a document is evidence of.

    Everything that names or counts a person's purchase stands in disclosures, as the type says who may see it; the
    message as received, or its excerpt, goes along as `/source`. A document that was read leniently may still be
    refused here.

    Args:
        document: as `read_message` gave it.
        handles: who knows the handles of the numbers that occur.
        facts: what the document cannot say.

    Raises:
        UnsupportedError: a draft that was not declared, or a deletion: no event says that; or a message type that no
            event is made of.
        MalformedError: a value that the event cannot carry.
        IncompleteError: a fact or handle is missing.
        TooLargeError: a disclosed value is larger than a disclosure may be.
    """
    if document.message not in _DRAFTS:
        raise UnsupportedError("message type", came=document.message, expected=", ".join(_DRAFTS))
    require_declared(document)
    return _DRAFTS[document.message](document, handles, facts)
