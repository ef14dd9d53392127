"""What a submitter keeps: the submission before it leaves, the promise, and what redeemed it.

<identity>.submission   what was sent, in clear (mode 0600); send it again if no answer came
<identity>.statement    the signed statement in it
<identity>.promise      the receipt that came at once
<identity>.receipt      the receipt against a checkpoint with a quorum
<identity>.checkpoint   that checkpoint
<identity>.evidence     if the ledger broke its promise: what convicts it
charter                 the charter file that they were checked under
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger.tiles.files import replace, write_new
from verifier.errors import InconsistentError
from verifier.ledgerformat.statement import parse_entry, statement_identity
from verifier.ledgerformat.submission import parse_submission

_OWN = 0o600  # names, numbers and amounts are nobody else's on this machine


@dataclass(frozen=True, slots=True)
class Kept:
    """The files of one submission."""

    folder: Path
    identity: bytes

    def path(self, kind: str) -> Path:
        """Return the file of a kind, one of those listed above."""
        return self.folder / f"{self.identity.hex()}.{kind}"

    def read(self, kind: str) -> bytes | None:
        """Return a file's bytes, None where it is not there yet."""
        path = self.path(kind)
        return path.read_bytes() if path.exists() else None

    def write(self, kind: str, content: bytes) -> None:
        """Write a file that changes with time: a newer receipt, a newer checkpoint."""
        replace(self.path(kind), content)

    def promise(self, receipt: bytes) -> None:
        """Keep the promise; a ledger gives the same bytes whenever it is asked.

        Raises:
            InconsistentError: it gave others before. Both are kept.
        """
        before = self.read("promise")
        if before is not None and before != receipt:
            self.write("other-promise", receipt)
            todo = f"Compare {self.path('promise')} and {self.path('other-promise')}."
            raise InconsistentError("promise", came="another receipt", expected="the same bytes as before", todo=todo)
        write_new(self.path("promise"), receipt)

    def charter(self, data: bytes) -> None:
        """Keep the charter file that all this was checked under."""
        replace(self.folder / "charter", data)


def keep_submission(folder: Path, submission: bytes) -> Kept:
    """Write a submission before it is sent; a crash afterwards leaves it to be sent again.

    Raises:
        MalformedError: it is none.
    """
    statement = parse_submission(submission).statement
    kept = Kept(folder, statement_identity(parse_entry(statement)))
    if (before := kept.read("submission")) is None:
        write_new(kept.path("submission"), submission, mode=_OWN)
        write_new(kept.path("statement"), statement)
    elif before != submission:
        todo = f"Send {kept.path('submission')}, which was sent before."
        raise InconsistentError("submission", came="other bytes of the same batch", expected="the same", todo=todo)
    return kept
