"""Places and turns where many want more than there is: nobody takes all of either.

Places: whoever has something waiting may add to it while it is less than what is still free (the dynamic threshold
of Choudhury and Hahne, IEEE/ACM ToN 6(2), 1998, with factor 1). One alone fills half, two fill two thirds, and
whoever has nothing waiting finds room. Turns: start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996): they go
round by what each has cost, so that large batches wait for small ones as often as small ones for large.

Whoever waits is named by a path, for example (network, issuer): the names of one network share what a network gets,
so that inventing names wins nothing. Nothing here locks: who calls from several threads does.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from heapq import heappop, heappush, heapreplace
from typing import Generic, TypeVar

from ledger.errors import OverloadError

Path = tuple[str, ...]
_Item = TypeVar("_Item")
_REMEMBERED = 1_024  # names whose last turn is remembered although nothing of theirs waits


class Shares:
    """So many places, and who holds them."""

    def __init__(self, what: str, most: int) -> None:
        """Share out `most` places; `what` names them to whoever is refused."""
        self.most = most
        self.held = 0
        self._what = what
        self._by: dict[Path, int] = {}

    def require_room(self, path: Path, cost: int = 1) -> None:
        """Refuse whoever would hold too much.

        Raises:
            OverloadError: all places are taken, or too many of them by this path.
        """
        if not self.held:
            return
        own = sum([self._by.get(each, 0) for each in _prefixes(path)])
        free = self.most - self.held
        if cost > free:
            raise self._full(f"{self.held} taken", f"at most {self.most}")
        if own >= free:
            raise self._full("a large share of it taken by you already", "less of yours waiting")

    def take(self, path: Path, cost: int = 1) -> None:
        """Take places; raise OverloadError where `require_room` does."""
        self.require_room(path, cost)
        self.held += cost
        for each in _prefixes(path):
            self._by[each] = self._by.get(each, 0) + cost

    def give_back(self, path: Path, cost: int = 1) -> None:
        """Give places back that were taken."""
        self.held -= cost
        for each in _prefixes(path):
            if left := self._by[each] - cost:
                self._by[each] = left
            else:
                del self._by[each]

    def _full(self, came: str, expected: str) -> OverloadError:
        return OverloadError(self._what, came=came, expected=expected, todo="Try again.")


def _prefixes(path: Path) -> tuple[Path, ...]:
    return (path,) if len(path) == 1 else tuple(path[:end] for end in range(1, len(path) + 1))


@dataclass(slots=True)
class _Lane(Generic[_Item]):
    """What waits under one path: items with their costs, and the tag of its next turn."""

    tag: float
    items: deque[tuple[_Item, int]] = field(default_factory=deque)


class Lanes(Generic[_Item]):
    """Items that wait, each path's in their order, the paths' turns going round."""

    def __init__(self, what: str, most: int) -> None:
        """Let items wait that cost at most `most` together; one alone may cost more."""
        self.shares = Shares(what, most)
        self._lanes: dict[Path, _Lane[_Item]] = {}
        self._beside: Counter[str] = Counter()  # how many paths wait that begin alike
        self._turns: list[tuple[float, int, Path]] = []
        self._ended: dict[Path, float] = {}  # the tag at which a path that waits no more goes on
        self._now = 0.0
        self._begun = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def paths(self) -> int:
        """Return how many paths have something waiting."""
        return len(self._lanes)

    def heads(self) -> list[_Item]:
        """Return what waits longest under each path."""
        return [each.items[0][0] for each in self._lanes.values()]

    def add(self, item: _Item, path: Path, cost: int = 1) -> None:
        """Let an item wait; raise OverloadError where there is no room for it."""
        self.shares.take(path, cost)
        lane = self._lanes.get(path)
        if lane is None:
            lane = self._lanes[path] = _Lane(max(self._now, self._ended.pop(path, 0.0)))
            self._beside[path[0]] += 1
            self._begun += 1
            heappush(self._turns, (lane.tag, self._begun, path))
        lane.items.append((item, cost))
        self._count += 1

    def take(self) -> _Item:
        """Return the item whose turn it is.

        Raises:
            IndexError: nothing waits.
        """
        self._now, _, path = self._turns[0]
        lane = self._lanes[path]
        item, cost = lane.items.popleft()
        lane.tag += cost * self._beside[path[0]]
        self._count -= 1
        self.shares.give_back(path, cost)
        if lane.items:
            self._begun += 1
            heapreplace(self._turns, (lane.tag, self._begun, path))
        else:
            heappop(self._turns)
            self._leave(path, lane.tag)
        return item

    def _leave(self, path: Path, tag: float) -> None:
        """Forget a path of which nothing waits, but not yet the turns it has had: coming back at once wins nothing."""
        del self._lanes[path]
        self._beside[path[0]] -= 1
        if not self._beside[path[0]]:
            del self._beside[path[0]]
        if not self._lanes:
            self._ended.clear()
            self._now = 0.0
            return
        self._ended[path] = tag
        if len(self._ended) > _REMEMBERED:
            self._ended = {each: ended for each, ended in self._ended.items() if ended > self._now}
