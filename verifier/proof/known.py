"""What one examiner has found before: answers that follow from what was asked with, and from nothing else.

Proofs of one ledger share most of what they show. Whoever checks many of them brings this along and checks equal
bytes once. A question is kept with everything that its answer depends on, and only if it was answered: what was
refused is looked at again each time. So an examination with it comes to the same as one without.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, ParamSpec, TypeVar

from verifier.judgement.replay import Replay
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.vocabulary import EventType
from verifier.proof.bundle import StatementPart

_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")
_Part = TypeVar("_Part")
_SPELT = 8 << 20  # bytes of parts that were read
_GROUNDS = 64  # one for each set of parties and types that a story has; each holds a registry part


@dataclass(frozen=True, slots=True)
class Spelt(Generic[_Part]):
    """A part of a file, and the bytes that spell it.

    Attributes:
        data: these bytes.
        index: the place of its header in the table of the file that it was read from.
        header: the header that stood there.
        part: the part.
    """

    data: bytes
    index: int
    header: bytes
    part: _Part


class Known:
    """Answers of pure functions, by function and arguments; what was asked longest ago goes. Any thread may ask.

    Nobody changes an answer: others are given the same object.
    """

    def __init__(self, most: int = 0) -> None:
        """Keep at most `most` answers; none by default."""
        self.keeps = most > 0
        self._answers = lru_cache(maxsize=most)(_answer)
        self._spelt: dict[Hashable, Spelt[Any]] = {}
        self._weight = 0
        self.ground: Callable[[bytes, tuple[StatementPart, ...], tuple[int, ...]], Ground] = (
            lru_cache(maxsize=_GROUNDS)(Ground) if most else Ground
        )

    def spelt(self, probe: Hashable) -> Any:
        """Return the part that was met in a file behind this beginning; None if there was none, or it is gone."""
        return self._spelt.get(probe)

    def keep_spelt(self, probe: Hashable, spelt: Spelt[Any]) -> None:
        """Keep a part that was read; when they are too many, all begin anew."""
        self._weight += len(spelt.data)
        if self._weight > _SPELT:
            self._spelt.clear()
            self._weight = len(spelt.data)
        self._spelt[probe] = spelt

    @property
    def held(self) -> int:
        """Return how many answers are kept."""
        return self._answers.cache_info().currsize

    def ask(self, work: Callable[_Asked, _Answer], *asked: _Asked.args, **_named: _Asked.kwargs) -> _Answer:
        """Return what `work` returns for hashable arguments, which are all that it may look at.

        Raises:
            Exception: whatever `work` raises; that is not kept.
        """
        answer: _Answer = self._answers(work, *asked)
        return answer


def _answer(work: Callable[..., Any], *asked: Hashable) -> Any:
    return work(*asked)


@dataclass(frozen=True, slots=True)
class Walked:
    """The charters of a registry part.

    Attributes:
        charters: as the walk left them.
        rooted: which of the part's statements a root signed, by their place.
    """

    charters: Replay
    rooted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A registry part, replayed.

    Attributes:
        replay: registry and proposals; nobody applies more to it.
        events: what the part shows, by name; each a `verifier.proof.examination.Shown`.
        named: the names of these events, and those that they are about.
        builtin: the types that it began with.
    """

    replay: Replay
    events: Mapping[bytes, Any]
    named: AbstractSet[bytes]
    builtin: Mapping[str, EventType]


@dataclass(frozen=True, slots=True, eq=False)
class Rested:
    """The registry histories that a story rests on: their keys' values in the index, and the events in them."""

    claims: Mapping[bytes, bytes | None]
    events: AbstractSet[bytes]
    pairs: AbstractSet[Pair]


class Ground:
    """What was found of one registry part: of these statements, under this pin, in blocks of these times.

    A story of which nothing reaches into the registry (`verifier.proof.footing`) stands on it as any other does.
    """

    __slots__ = ("_rested", "replayed", "walked")

    def __init__(self, pinned: bytes, parts: tuple[StatementPart, ...], times: tuple[int, ...]) -> None:
        """Know of nothing yet; the arguments are what everything found depends on."""
        del pinned, parts, times
        self.walked: Walked | None = None
        self.replayed: Replayed | None = None
        self._rested: dict[Hashable, Rested] = {}

    def rested(self, seeds: Hashable, work: Callable[[], Rested]) -> Rested:
        """Return what a story with these seeds (`needs_of`) rests on, worked out if it is not known."""
        found = self._rested.get(seeds)
        if found is None:
            if len(self._rested) >= _GROUNDS:
                self._rested.clear()
            found = self._rested[seeds] = work()
        return found
