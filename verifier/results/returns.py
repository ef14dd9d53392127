"""Whether a return came in time: the legal windows, as data, and the heads that they are counted from.

Rules of order say what stands before what, not how long ago; so this is reckoned from a trace's heads, by whoever
holds them. Times are those that participants claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from verifier.ledgerformat.head import Head

DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Window:
    """A term in which goods may be returned.

    Attributes:
        code: the rule's name.
        returns: type of the return.
        since: types of the events from which it is counted, the latest before the return.
        days: how long it is.
        basis: the law, in Chinese and English.
    """

    code: str
    returns: str
    since: frozenset[str]
    days: int
    basis: tuple[str, str]


_RELEASED = frozenset({"clearance.release", "clearance.joint-release"})
WINDOWS = (
    Window(
        "returned-late-to-seller",
        "aftersales.return",
        frozenset({"delivery.signed", "delivery.pick-up"}),
        7,
        ("《消费者权益保护法》第二十五条", "Law on the Protection of Consumer Rights and Interests, article 25"),
    ),
    Window(
        "returned-late-to-customs",
        "aftersales.return",
        _RELEASED,
        30,
        ("海关总署公告2020年第45号", "Announcement 2020 No. 45 of the General Administration of Customs"),
    ),
    Window(
        "exports-returned-late",
        "aftersales.export-return",
        _RELEASED,
        365,
        ("海关总署公告2020年第44号", "Announcement 2020 No. 44 of the General Administration of Customs"),
    ),
)


@dataclass(frozen=True, slots=True)
class Late:
    """A return behind its term.

    Attributes:
        window: the term.
        since: type of what the term is counted from.
        days: whole days after the term's beginning at which it was said to happen.
        returned: head of the return; None where only its type and time are known.
    """

    window: Window
    since: str
    days: int
    returned: Head | None = None


def late_returns(heads: Iterable[Head], windows: Sequence[Window] = WINDOWS) -> list[Late]:
    """Return the returns of a trace that came behind a term, each with the term.

    Args:
        heads: of the trace's events, in any order.
        windows: terms to judge by. One whose beginning the trace does not hold is not judged.
    """
    told = list(heads)
    passed = [(each.type, each.time) for each in told]
    types = {window.returns for window in windows}
    return [
        replace(late, returned=each)
        for each in told
        if each.type in types
        for late in late_return(each.type, each.time, passed, windows)
    ]


def late_return(
    type_: str, claimed: int, passed: Sequence[tuple[str, int]], windows: Sequence[Window] = WINDOWS
) -> Iterator[Late]:
    """Yield the terms that a return is behind.

    Args:
        type_: of the return.
        claimed: when it happened, milliseconds since 1970.
        passed: types and claimed times of the events on its way, in any order.
        windows: terms to judge by.
    """
    for window in windows:
        begun = [each for each in passed if each[0] in window.since and each[1] <= claimed]
        if type_ == window.returns and begun:
            since, time = max(begun, key=lambda each: each[1])
            if claimed - time > window.days * DAY:
                yield Late(window, since, (claimed - time) // DAY)
