"""What a ledger is stopped for, by name, and what only makes a witness wait.

A ledger is stopped for what it signed: its checkpoint stands for every entry, an entry for its heads, a seal for the
index. What is merely served, by it or by whoever stands between (a bundle, a batch, a body), convicts nobody: then
the witness does not cosign, says why, and looks again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from verifier.errors import SuyuanError, VerificationError
from verifier.primitives.checkpoint import Checkpoint
from verifier.proof.bundle import StatementPart

FORKED, ROLLED_BACK = "forked", "rolled back"
WRONG_INDEX, BROKEN_SEAL = "wrong index", "broken seal"
INADMISSIBLE = "inadmissible statement"
REWRITTEN, MISSING_LEAF, WITHHELD_BODY = "rewritten statement", "missing leaf", "withheld body"


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a lie: leaf, and position of an event in its batch where it concerns one."""

    leaf: int
    position: int | None = None

    def __str__(self) -> str:
        """Return the place for a person."""
        return f"leaf {self.leaf}" + ("" if self.position is None else f", event {self.position}")


Conviction: TypeAlias = Callable[[Sequence[StatementPart]], bytes]  # charter parts to an evidence file


class LieFoundError(VerificationError):
    """Something that the ledger signed and that cannot be: it is stopped for this."""

    code = "lie"

    def __init__(self, word: str, where: Where, cause: SuyuanError) -> None:
        """Name a lie. `conviction` makes the file that convicts, None where none can.

        Args:
            word: FORKED, WRONG_INDEX, BROKEN_SEAL or INADMISSIBLE.
            where: its place.
            cause: what was found there.
        """
        self.word, self.where, self.cause = word, where, cause
        self.conviction: Conviction | None = None
        self.seen: Checkpoint | None = None  # what was replayed towards
        super().__init__(
            f"{word} at {where}: {cause.field}", came=cause.came, expected=cause.expected, todo="Keep both."
        )

    @property
    def reason(self) -> str:
        """Return what happened in a few words, for the witness's book."""
        return f"{self.word} at {self.where}: {self.cause}"


class UnservedError(VerificationError):
    """What was served is not what the ledger signed, or is not served at all: not cosigned now, perhaps later."""

    code = "unserved"

    def __init__(self, word: str, where: Where, cause: SuyuanError) -> None:
        """Name what is wrong: REWRITTEN, MISSING_LEAF or WITHHELD_BODY."""
        self.word, self.where, self.cause = word, where, cause
        super().__init__(f"{word} at {where}: {cause.field}", came=cause.came, expected=cause.expected)
