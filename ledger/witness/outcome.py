"""What one look at a ledger came to."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.errors import SuyuanError, VerificationError

COSIGNED, UNCHANGED, BEHIND, STALE = "cosigned", "unchanged", "behind", "stale"
UNREACHABLE, REFUSED, STOPPED = "unreachable", "refused", "stopped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look at a ledger came to.

    Attributes:
        word: COSIGNED, UNCHANGED, BEHIND (an older checkpoint was served), STALE (its time does not fit),
            UNREACHABLE, REFUSED (something did not verify) or STOPPED (a fork or rollback, now or earlier).
        size: of the checkpoint that was looked at, None where none came so far.
        quorum: whether the ledger says that its quorum is reached; None where nothing was handed in.
        unread: whether seals could not be read, so that time was judged by the checkpoint's own alone.
        error: why, for all but COSIGNED and UNCHANGED.
        evidence: files that show a fork or rollback.
    """

    word: str
    size: int | None = None
    quorum: bool | None = None
    unread: bool = False
    error: SuyuanError | None = None
    evidence: tuple[str, ...] = ()


class ContradictionFoundError(VerificationError):
    """Two checkpoints of one ledger that cannot both be true."""

    code = "fork"

    def __init__(self, reason: str, *, first: bytes, second: bytes, path: list[bytes] | None) -> None:
        """Carry both notes, that of the smaller size first.

        Args:
            reason: what happened, in a few words.
            first: the note of the smaller size, with the ledger's lines only.
            second: the other note.
            path: whole consistency path between them; None where there is none to show.
        """
        self.reason, self.first, self.second, self.path = reason, first, second, path
        super().__init__("checkpoint", came=reason, expected="an extension of what was cosigned", todo="Keep both.")
