"""Submissions that have arrived: read, their signatures not checked yet; and checking these side by side."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from verifier.errors import SuyuanError
from verifier.ledgerformat.statement import Statement
from verifier.ledgerformat.submission import Submission
from verifier.primitives.keys import PublicKey

_THREADS = min(4, os.cpu_count() or 1)
_SHARED_FROM = 8  # signatures; fewer are checked before another thread has woken up


@dataclass(slots=True)
class Arrived:
    """A submission whose statement names this ledger and a key that may sign it.

    Attributes:
        submission: as sent.
        statement: its statement.
        key: the key that the registry (or a founding charter itself) gives the statement's kid.
    """

    submission: Submission
    statement: Statement
    key: PublicKey
    _checked: bool = False
    _fault: SuyuanError | None = None

    def check_signature(self) -> None:
        """Check the signature, once; `verified` says what came of it."""
        if self._checked:
            return
        try:
            self.statement.verify(self.key)
        except SuyuanError as error:
            self._fault = error
        self._checked = True

    def verified(self) -> Statement:
        """Return the statement once its signature verifies; raise BadSignatureError if not.

        What was not checked with its group is checked now: nobody passes for want of a look.
        """
        self.check_signature()
        if self._fault:
            raise self._fault
        return self.statement


class SignatureChecker:
    """Checks the signatures of a group on up to four cores: checking one holds no lock of the interpreter."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._pool = ThreadPoolExecutor(max(1, _THREADS - 1), "suyuan-signatures")

    def check(self, group: Sequence[Arrived]) -> None:
        """Check every signature of a group."""
        shares = _THREADS if len(group) >= _SHARED_FROM else 1
        elsewhere = [self._pool.submit(_check_all, group[share::shares]) for share in range(1, shares)]
        _check_all(group[::shares])
        for each in elsewhere:
            each.result()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()


def _check_all(group: Sequence[Arrived]) -> None:
    for each in group:
        each.check_signature()
