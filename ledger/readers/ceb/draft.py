"""From a customs document to drafts of the events that it is evidence of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ledger.compose.event import Draft, make_draft
from ledger.readers.ceb.drafts.cancellation import draft_cancellation
from ledger.readers.ceb.drafts.delivery import draft_delivery
from ledger.readers.ceb.drafts.export_list import draft_export_list
from ledger.readers.ceb.drafts.export_order import draft_export_order, draft_funds
from ledger.readers.ceb.drafts.export_waybill import draft_export_waybill
from ledger.readers.ceb.drafts.import_list import draft_import_list
from ledger.readers.ceb.drafts.line_by_line import line_by_line
from ledger.readers.ceb.drafts.order import draft_order
from ledger.readers.ceb.drafts.parcels import (
    draft_arrival,
    draft_departure,
    draft_manifest,
    draft_returned_tally,
    draft_tally,
)
from ledger.readers.ceb.drafts.payment import draft_payment
from ledger.readers.ceb.drafts.receipt import ANSWERED, draft_status
from ledger.readers.ceb.drafts.report import require_declared
from ledger.readers.ceb.drafts.returned import draft_export_return, draft_return
from ledger.readers.ceb.drafts.summary import draft_summary, draft_summary_result
from ledger.readers.ceb.drafts.taxes import draft_tax, draft_tax_status
from ledger.readers.ceb.drafts.waybill import draft_waybill
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import Handles
from ledger.readers.ceb.result import Document
from ledger.readers.ceb.signature import Signature
from ledger.readers.ceb.signature.result import NOBODY_ASKED
from verifier.errors import IncompleteError, UnsupportedError
from verifier.ledgerformat.head import MAX_LINKS

_Drafter = Callable[[Document, Handles, Facts], Draft]
Draw = Callable[[Handles], Draft]

_DRAFTS: dict[str, _Drafter] = {
    "CEB213": draft_export_return,
    "CEB215": draft_returned_tally,
    "CEB303": draft_export_order,
    "CEB311": draft_order,
    "CEB403": draft_funds,
    "CEB411": draft_payment,
    "CEB505": draft_export_waybill,
    "CEB511": draft_waybill,
    "CEB513": draft_delivery,
    "CEB603": draft_export_list,
    "CEB605": draft_cancellation,
    "CEB621": draft_import_list,
    "CEB623": draft_cancellation,
    "CEB625": draft_return,
    "CEB701": draft_summary,
    "CEB816": draft_tax,
}
_LINE_BY_LINE: dict[str, _Drafter] = {
    "CEB507": draft_arrival,
    "CEB509": draft_departure,
    "CEB607": draft_manifest,
    "CEB711": draft_tally,
}
_RESULTS: dict[str, _Drafter] = {"CEB792": draft_summary_result, "CEB818": draft_tax_status}
_ANSWERS = {**dict.fromkeys((*ANSWERED, "CEB900"), draft_status), **_RESULTS}
_ONE_AT_A_TIME = {"CEB702", *_RESULTS}  # their types answer one event
NO_FACTS = Facts()


def draft_event(
    document: Document, *, handles: Handles, facts: Facts = NO_FACTS, signature: Signature = NOBODY_ASKED
) -> Draft:
    """Return the draft of the one event that a document is evidence of; arguments and errors as for `draft_events`.

    Raises:
        UnsupportedError: it is evidence of several, as its lines are.
    """
    draws = draw_events(document, facts=facts, signature=signature)
    if len(draws) > 1:
        raise UnsupportedError(document.path, came=f"{len(draws)} events", expected="one", todo="Use draft_events.")
    return draws[0](handles)


def draft_events(
    document: Document, *, handles: Handles, facts: Facts = NO_FACTS, signature: Signature = NOBODY_ASKED
) -> tuple[Draft, ...]:
    """Return the drafts of the events that a document is evidence of: one, or one for each of its parcels.

    Everything that names or counts a person's purchase stands in disclosures, as the type says who may see it; the
    message as received, or its excerpt, goes along as `/source`, and `data.sourceSignature` says what the message's own
    signature was found to be worth. A document that was read leniently may still be refused here.

    Args:
        document: as `read_message` gave it.
        handles: who knows the handles of the numbers that occur.
        facts: what the document cannot say.
        signature: of its reading; what nobody hands over is not checked.

    Raises:
        UnsupportedError: a draft that was not declared, or a deletion: no event says that.
        MalformedError: a value that the event cannot carry.
        IncompleteError: a fact or handle is missing.
        TooLargeError: a disclosed value is larger than a disclosure may be.
    """
    return tuple(draw(handles) for draw in draw_events(document, facts=facts, signature=signature))


def draw_events(
    document: Document, *, facts: Facts = NO_FACTS, signature: Signature = NOBODY_ASKED
) -> tuple[Draw, ...]:
    """Return what makes each draft of a document, once somebody knows its handles; as `draft_events` otherwise."""
    require_declared(document)
    word = signature.state.value.replace(" ", "-")
    if document.message in _ANSWERS:
        return tuple(
            partial(_draw, _ANSWERS[document.message], document, each, word) for each in _answers(document, facts)
        )
    if document.message in _LINE_BY_LINE:
        if not document.lines:
            raise IncompleteError(document.path, came="no lines", expected="at least one parcel")
        drafter = _LINE_BY_LINE[document.message]
        return tuple(partial(_draw, drafter, each, facts, word) for each in line_by_line(document))
    return (partial(_draw, _DRAFTS[document.message], document, facts, word),)


def _draw(drafter: _Drafter, document: Document, facts: Facts, word: str, handles: Handles) -> Draft:
    draft = drafter(document, handles, facts)
    said = {**draft.data, "sourceSignature": word}
    return make_draft(
        draft.type, draft.time, draft.subjects, said, draft.disclosed, draft.attachments, draft.about, draft.to,
        draft.until, draft.state, draft.behalf,
    )  # fmt: skip


def _answers(document: Document, facts: Facts) -> list[Facts]:
    """Return the facts of each answer: one event answers as many as its type may."""
    if not facts.about:
        todo = "See answered_by for the document that it is about."
        raise IncompleteError("facts.about", came="nothing", expected="names of recorded events", todo=todo)
    most = 1 if document.message in _ONE_AT_A_TIME else MAX_LINKS
    if len(facts.about) <= most:
        return [facts]
    return [replace(facts, about=facts.about[at : at + most]) for at in range(0, len(facts.about), most)]
