"""What whoever sent a request may read: its actor, the one decision, and the operator's setting."""

from __future__ import annotations

from dataclasses import dataclass

from api.authorise import (
    READ_BATCH,
    READ_BODY,
    READ_ENTRIES,
    READ_HISTORY,
    WALK_PARTIES,
    Actor,
    Decision,
    Thing,
    decide,
)
from api.errors import UnauthenticatedError
from ledger.errors import PrivateError

_OPENED = frozenset({READ_BODY, READ_BATCH, READ_ENTRIES, READ_HISTORY, WALK_PARTIES})  # by SUYUAN_OPEN_READS


@dataclass(frozen=True, slots=True)
class Access:
    """Decides for one request.

    Attributes:
        actor: who asks.
        open_reads: whether the operator opened entry bundles, batches, the parties' walk, histories and bodies to all.
    """

    actor: Actor
    open_reads: bool = False

    def decide(self, action: str, thing: Thing) -> Decision:
        """Return whether the asker may, and why."""
        if self.open_reads and action in _OPENED:
            return Decision(allowed=True, rule="SUYUAN_OPEN_READS")
        return decide(self.actor, action, thing)

    def allows(self, action: str, thing: Thing) -> bool:
        """Return whether the asker may."""
        return self.decide(action, thing).allowed

    def require(self, action: str, thing: Thing) -> None:
        """Return if the asker may.

        Raises:
            UnauthenticatedError: it may not, and signed nothing: a signature might help.
            PrivateError: it may not.
        """
        decision = self.decide(action, thing)
        if not decision.allowed:
            raise self.refusal(action, decision)

    def refusal(self, action: str, decision: Decision) -> UnauthenticatedError | PrivateError:
        """Return a refusal as the error that answers it: the rule, and what would satisfy it."""
        expected = decision.would_satisfy
        if self.actor.uri is None:
            todo = "Sign the request with a registered request key (docs/access.md)."
            return UnauthenticatedError(action, came="a request without signature", expected=expected, todo=todo)
        todo = f"Refused by the rule {decision.rule} (docs/access.md)."
        return PrivateError(action, came=self.actor.uri, expected=expected, todo=todo)
