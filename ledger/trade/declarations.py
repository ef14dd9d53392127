"""Where declarations stand: a projection of receipts, inspections, holds and releases, every transition checked.

Pure: whoever holds the events of a trace gets the same. It is nobody's statement; what customs said are the events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.ledgerformat.head import Head
from verifier.results.declaration import RELEASED, TABLES, State, Step, follow_statuses
from verifier.results.modes import EXPORT, IMPORT, MODES, Passage, check_order, check_passage

LISTS = {"clearance.list": ("622", IMPORT), "clearance.export-list": ("604", EXPORT)}
STATUS = "clearance.status"
# No trace of a parcel reaches these; whoever keeps them proves them by their own histories.
_BEYOND = frozenset({
    "book.opened", "book.credited", "book.debited", "clearance.summary", "clearance.summary-result",
    "aftersales.overseas-stock", "aftersales.overseas-sale",
})  # fmt: skip
_RESERVED = frozenset({"order.payment", "order.funds"})  # which only parties and agencies see
_WAYBILLS = frozenset({"transport.waybill", "transport.export-waybill"})
_RELEASES = frozenset({"clearance.release", "clearance.joint-release"})
_HOLD, _LIFTED, _SEIZURE = "clearance.hold", "clearance.hold-lifted", "clearance.seizure"
_CANCELLED = "clearance.list-cancelled"
SEIZED, ANNULLED, HELD, RELEASE, RECEIPTED, REJECTED, OPEN = (
    "seized", "cancelled", "held", "released", "released-by-receipt", "rejected", "open",
)  # fmt: skip
STANDINGS = (SEIZED, ANNULLED, HELD, RELEASE, RECEIPTED, REJECTED, OPEN)
ENDED = frozenset({SEIZED, ANNULLED, RELEASE, REJECTED})  # nothing has to come after


@dataclass(frozen=True, slots=True)
class Told:
    """An event as this projection needs it.

    Attributes:
        name: 32 bytes.
        type: of the event.
        about: names of the events that it answers.
        claimed: when it happened, as whoever said it claims, milliseconds since 1970.
        data: what it says in clear; None where its body is not shown.
        time: ledger time, milliseconds since 1970.
    """

    name: bytes
    type: str
    about: tuple[bytes, ...]
    claimed: int
    data: Mapping[str, Any] | None
    time: int


def tell(name: bytes, head: Head, data: Mapping[str, Any] | None, time: int) -> Told:
    """Return an event as this projection needs it."""
    return Told(name, head.type, tuple(head.about), head.time, data, time)


@dataclass(frozen=True, slots=True)
class Declaration:
    """Where one declaration stands.

    Attributes:
        name: of its list, 32 bytes.
        type: of its list.
        mode: of supervision, empty where the list's body is not shown.
        direction: import or export.
        standing: one of STANDINGS: what agencies did goes before what receipts say.
        state: of its receipts, with each step's verdict.
        moved: ledger time of the newest event about it.
        passage: documents and steps of its mode that these events lack; None where they do not reach the parcel.
        disorder: pairs of steps (came first, should have come before it).
    """

    name: bytes
    type: str
    mode: str
    direction: str
    standing: str
    state: State
    moved: int
    passage: Passage | None
    disorder: tuple[tuple[str, str], ...]

    @property
    def irregular(self) -> tuple[Step, ...]:
        """Return the statuses that could not come when they came."""
        return self.state.irregular


def declarations_of(told: Iterable[Told], *, whole: bool = True) -> list[Declaration]:
    """Return the declarations that the events of a trace have, in log order.

    Args:
        told: events in log order.
        whole: whether they are those of the parties' walk; what the public one cannot show is not said to be lacking.
    """
    events = list(told)
    unseen = _BEYOND if whole else _BEYOND | _RESERVED
    return [_project(each, events, unseen) for each in events if each.type in LISTS]


def project_one(listed: Told, about: Sequence[Told], way: Sequence[Told] = ()) -> Declaration:
    """Return where a declaration stands.

    Args:
        listed: its list.
        about: the events that answer it, or one that does, in log order.
        way: the events of its order and parcel in log order, its list among them; what they lack is told only where
            they reach a waybill.
    """
    return _project(listed, [*(way or [listed]), *about], _BEYOND)


def _project(listed: Told, events: Sequence[Told], unseen: frozenset[str]) -> Declaration:
    receipt, direction = LISTS[listed.type]
    about = [each for each in events if listed.name in each.about]
    about += [each for each in events if _answers_one_of(each, about)]
    state = follow_statuses(receipt, _codes(about, receipt))
    mode = str((listed.data or {}).get("tradeMode", ""))
    types = [each.type for each in events]
    known = MODES.get(mode)
    reached = any(each.type in _WAYBILLS for each in events)
    asked = known is not None and direction in known.directions
    return Declaration(
        listed.name,
        listed.type,
        mode,
        direction,
        _standing(about, state),
        state,
        max([listed.time, *(each.time for each in about)]),
        _passage(check_passage(known, direction, types), unseen) if known and asked and reached else None,
        check_order(known, direction, types) if known and asked else (),
    )


def _passage(passage: Passage, unseen: frozenset[str]) -> Passage:
    """Return a passage without what these events could not show."""
    parts = (passage.missing, passage.ahead, passage.open)
    missing, ahead, open_ = (tuple(each for each in part if each not in unseen) for part in parts)
    return Passage(missing, ahead, open_)


def _answers_one_of(each: Told, about: Sequence[Told]) -> bool:
    """Return whether an event answers one about the declaration: a hold that is lifted."""
    return each.type == _LIFTED and bool({one.name for one in about} & set(each.about))


def _codes(about: Sequence[Told], receipt: str) -> list[str]:
    """Return the codes of a declaration's own receipts, in the order of their return times."""
    statuses = [each for each in about if each.type == STATUS and each.data and _is_of(each.data, receipt)]
    return [str((each.data or {}).get("code")) for each in sorted(statuses, key=lambda each: each.claimed)]


def _is_of(data: Mapping[str, Any], receipt: str) -> bool:
    """Return whether a status is of a receipt; one that names no message is of the declaration's own."""
    document = data.get("document")
    message = document.get("message", "") if isinstance(document, Mapping) else ""
    number = str(message).removeprefix("CEB")
    return number == receipt or number not in TABLES


def _standing(about: Sequence[Told], state: State) -> str:
    types = {each.type for each in about}
    held = [each.type for each in about if each.type in (_HOLD, _LIFTED)]
    if _SEIZURE in types:
        return SEIZED
    if _CANCELLED in types:
        return ANNULLED
    if held and held[-1] == _HOLD:
        return HELD
    if types & _RELEASES:
        return RELEASE
    if state.code in RELEASED:
        return RECEIPTED
    return REJECTED if state.code in ("4", "100") else OPEN


def is_stuck(declaration: Declaration, *, now: int, after: int) -> bool:
    """Return whether a declaration is not ended and nothing came of it for a while; both in milliseconds."""
    return declaration.standing not in ENDED and now - declaration.moved >= after
