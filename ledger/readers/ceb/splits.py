"""Documents that were split over several messages: which parts came, which are missing.

Arrivals (CEB507), departures (509), manifests (607), summaries (701) and their results (792) may be too long for one
message. Each part then says how many there are (`msgCount`) and which one it is (`msgSeqNo`, from 1, without gaps:
specification 202205, explanation of msgSeqNo).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from ledger.readers.ceb.result import Document

# What all parts of one document have in common: who sends it, and the number that the sender gave it.
_SHARED = {
    "CEB507": ("logisticsCode", "copNo"),
    "CEB509": ("logisticsCode", "copNo"),
    "CEB607": ("agentCode", "copNo"),
    "CEB701": ("agentCode", "copNo"),
    "CEB792": ("sumNo", "declSeqNo"),
}
MAX_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Split:
    """One document, as far as its parts came.

    Attributes:
        message: message type, like `CEB607`.
        key: the values that its parts share: sender and the sender's number; of a CEB792, application and declaration.
        count: how many parts there are; the largest number said, where parts disagree.
        counts: every number of parts that was said, ascending; one, if nobody contradicts.
        came: how many different parts came.
        missing: numbers of parts that did not come, ascending; the first 1,000.
        repeated: numbers of parts that came more than once, ascending; the first 1,000.
        beyond: numbers that no part may have, below 1 or above the count, ascending; the first 1,000.
    """

    message: str
    key: tuple[str, ...]
    count: int
    counts: tuple[int, ...]
    came: int
    missing: tuple[int, ...]
    repeated: tuple[int, ...]
    beyond: tuple[int, ...]

    @property
    def complete(self) -> bool:
        """Return whether every part came, and none contradicts another."""
        return not self.missing and not self.beyond and len(self.counts) == 1


def report_splits(documents: Iterable[Document]) -> tuple[Split, ...]:
    """Return what came of each document that may be split, in the order in which they first came.

    A part that was sent again after a change (`appType` 2) counts as repeated: whoever asks knows which one is later.

    Args:
        documents: as `read_message` gave them, of any type and in any order; other types are passed over.
    """
    groups: dict[tuple[str, ...], list[Document]] = {}
    for document in documents:
        if names := _SHARED.get(document.message):
            key = (document.message, *(document.head.get(name, "") for name in names))
            groups.setdefault(key, []).append(document)
    return tuple(_report(key, parts) for key, parts in groups.items())


def _report(key: tuple[str, ...], parts: list[Document]) -> Split:
    counts = sorted({int(part.head["msgCount"]) for part in parts})
    count = max(counts[-1], 0)
    numbers = Counter(int(part.head["msgSeqNo"]) for part in parts)
    missing = (number for number in range(1, count + 1) if number not in numbers)
    return Split(
        message=key[0],
        key=key[1:],
        count=count,
        counts=tuple(counts),
        came=len(numbers),
        missing=tuple(islice(missing, MAX_LISTED)),
        repeated=tuple(sorted(number for number, many in numbers.items() if many > 1)[:MAX_LISTED]),
        beyond=tuple(sorted(number for number in numbers if not 1 <= number <= count)[:MAX_LISTED]),
    )
