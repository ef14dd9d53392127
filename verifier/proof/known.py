"""What one examiner has found before: answers that follow from what was asked with, and from nothing else.

Proofs of one ledger share most of what they show. Whoever checks many of them brings this along and checks equal
bytes once. A question is kept with everything that its answer depends on, and only if it was answered: what was
refused is looked at again each time. So an examination with it comes to the same as one without.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")


class Known:
    """Answers of pure functions, by function and arguments; what was asked longest ago goes. Any thread may ask.

    Nobody changes an answer: others are given the same object.
    """

    def __init__(self, most: int = 0) -> None:
        """Keep at most `most` answers; none by default."""
        self.most = most
        self._answers: Callable[..., Any] = lru_cache(maxsize=most)(_answer) if most else _answer

    def ask(self, work: Callable[_Asked, _Answer], *asked: _Asked.args, **_named: _Asked.kwargs) -> _Answer:
        """Return what `work` returns for hashable arguments, which are all that it may look at.

        Raises:
            Exception: whatever `work` raises; that is not kept.
        """
        answer: _Answer = self._answers(work, *asked)
        return answer


def _answer(work: Callable[..., Any], *asked: Hashable) -> Any:
    return work(*asked)
