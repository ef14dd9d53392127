"""Whether a return came in time: the legal windows, as data, and the heads that they are counted from.

Rules of order say what stands before what, not how long ago; so this is reckoned from a trace's heads, by whoever
holds them. Times are those that participants claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
        returned: head of the return.
        since: head of what the term is counted from.
    """

    window: Window
    returned: Head
    since: Head

    @property
    def days(self) -> int:
        """Return how many whole days after the term's beginning it was said to happen."""
        return (self.returned.time - self.since.time) // DAY


def late_returns(heads: Iterable[Head], windows: Sequence[Window] = WINDOWS) -> list[Late]:
    """Return the returns of a trace that came behind a term, by window.

    Args:
        heads: of the trace's events, in any order.
        windows: terms to judge by. One whose beginning the trace does not hold is not judged.
    """
    told = sorted(heads, key=lambda head: head.time)
    found = []
    for window in windows:
        for returned in (each for each in told if each.type == window.returns):
            begun = [each for each in told if each.type in window.since and each.time <= returned.time]
            if begun and returned.time - begun[-1].time > window.days * DAY:
                found.append(Late(window, returned, begun[-1]))
    return found
