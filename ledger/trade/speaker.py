"""Who speaks: from drafts to a signed batch, for the services of the flow (matching, lists, summaries)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.compose.batch import sign_batch
from ledger.compose.event import ComposedEvent, Draft, Randomness, compose_event
from ledger.signing.signer import Signer
from verifier.errors import NotPermittedError
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.submission import Submission
from verifier.ledgerformat.vocabulary import EventType


@dataclass(frozen=True, slots=True)
class Said:
    """A draft, and the heads of the events that it answers, in the order of its `about`."""

    draft: Draft
    targets: tuple[Head, ...] = ()


@dataclass(frozen=True, slots=True)
class Speaker:
    """A participant with its statement key.

    Attributes:
        issuer: its URI.
        signer: its statement key.
        numbers: gives that key's sequence numbers: as many as asked for, the first is returned.
        types: event types by name.
        origin: the ledger that it speaks to.
        random: the source of salts and ids.
    """

    issuer: str
    signer: Signer
    numbers: Callable[[int], int]
    types: Mapping[str, EventType]
    origin: str
    random: Randomness

    def compose(self, said: Said) -> ComposedEvent:
        """Return a draft as an event.

        Raises:
            SuyuanError: it does not fit its type.
        """
        kind = self.types.get(said.draft.type)
        if kind is None:
            raise NotPermittedError("type", came=said.draft.type, expected="a type that is known here")
        return compose_event(said.draft, kind, issuer=self.issuer, targets=said.targets, random=self.random)

    def sign(self, batch: Sequence[Said]) -> Submission:
        """Return drafts as one signed batch; numbers are taken once every draft is composed."""
        events = [self.compose(each) for each in batch]
        return sign_batch(
            events, self.signer, issuer=self.issuer, audience=[self.origin], first=self.numbers(len(events))
        )
