"""Revealing hidden codes: who is first, and what everybody after is told."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ledger.activation import register
from ledger.activation.reading import ItemStory, read_item
from ledger.activation.register import Activation
from ledger.activation.scans import Counted
from ledger.compose.event import Draft
from ledger.errors import BusyError, UnknownError
from ledger.publicdesk.file import DeskFile
from ledger.publicdesk.outbox import LATER, Outbox, TurnedDownError
from ledger.publicdesk.setting import Setting
from ledger.publicdesk.watching import Watching
from ledger.trade.speaker import Said
from verifier.errors import MismatchError
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.hidden_code import (
    ACTIVATED,
    HiddenCode,
    check_hidden_code,
    hidden_digest,
    parse_hidden_code,
)
from verifier.primitives.base64strict import format_base64url, parse_base64url
from verifier.proof.verdict import StoryEvent

FIRST, AGAIN = "first", "again"
NEVER, HERE, ELSEWHERE, TWICE = "never-recorded", "recorded", "activated-elsewhere", "recorded-twice"
_COMPARE = "Compare the code and the number of the item with what is printed."
_STRIPES = 64  # items of which codes are looked up at one moment


@dataclass(frozen=True, slots=True)
class Activated:
    """What somebody is told who revealed the right code.

    Attributes:
        outcome: `first`, or `again` where somebody else was first.
        activation: the first one.
        again: by how many others it was revealed within 90 days, whoever asks included.
        promise: of the first, for whoever made it, once the ledger has answered.
    """

    outcome: str
    activation: Activation
    again: int
    promise: bytes | None


@dataclass(frozen=True, slots=True)
class CodeStanding:
    """The four-outcome answer about an item, and what stands beside it.

    Attributes:
        outcome: one of `NEVER`, `HERE`, `ELSEWHERE`, `TWICE`.
        has_code: whether a hidden code was committed.
        activation: the first one, None where there is none.
        mine: whether whoever asks made it.
        counted: within 90 days.
        too_often: whether an alarm was raised.
    """

    outcome: str
    has_code: bool
    activation: Activation | None
    mine: bool
    counted: Counted
    too_often: bool


class Activating:
    """Activates. Any thread may use it."""

    def __init__(self, file: DeskFile, outbox: Outbox, watching: Watching, setting: Setting) -> None:
        """Keep who was first in the file that lasts."""
        self._file, self._outbox, self._watching, self._setting = file, outbox, watching, setting
        self._turns = [threading.Lock() for _ in range(_STRIPES)]

    def activate(self, item: str, text: str, *, claim: bytes, region: str) -> Activated:
        """Let somebody reveal an item's code: first, or after somebody else.

        Args:
            item: URI.
            text: what stands under the layer.
            claim: SHA-256 of what only this buyer has, 32 bytes: whoever comes again with it is no other.
            region: coarse, as the buyer states it; empty for nothing.

        Raises:
            MalformedError: no hidden code; a wrong sign.
            MismatchError: another item's, or an invented one.
            UnknownError: the item, or its code, is not recorded.
            BusyError: the ledger shows no proof that verifies.
        """
        hidden = parse_hidden_code(text)
        known = self._known(item) or self._first(item, hidden, claim=claim, region=region)
        if hidden_digest(item, hidden) != known.digest:
            raise MismatchError("hidden code", came="another code", expected="this item's", todo=_COMPARE)
        if known.claim == claim:
            try:
                promise = self._deliver(known)
                return Activated(FIRST, known, self._watching.counted(item).revealed_again, promise)
            except TurnedDownError:
                known = self._replace(known)
        counted = self._watching.reveal_again(item, claim=claim, region=region)
        return Activated(AGAIN, known, counted.revealed_again, None)

    def standing(self, item: str, *, claim: bytes | None = None) -> CodeStanding:
        """Return how an item's code stands; nothing is counted."""
        known, counted, alarmed = self._known(item), self._watching.counted(item), self._watching.is_alarmed(item)
        if known is None:
            story = self._read(item)
            if story.activated is None:
                outcome, coded = HERE if story.recorded else NEVER, story.committed is not None
                return CodeStanding(outcome, coded, None, mine=False, counted=counted, too_often=alarmed)
            known = self._adopt(item, story, story.activated)
        outcome = TWICE if counted.revealed_again else ELSEWHERE
        mine = known.claim == claim
        return CodeStanding(outcome, has_code=True, activation=known, mine=mine, counted=counted, too_often=alarmed)

    def _first(self, item: str, hidden: HiddenCode, *, claim: bytes, region: str) -> Activation:
        """Return the first activation: this one, or the one that was faster."""
        with self._turns[hash(item) % _STRIPES]:
            if (known := self._known(item)) is not None:
                return known
            story = self._read(item)
            if story.activated is not None:
                return self._adopt(item, story, story.activated)
            if story.committed is None or story.committed.event.body is None:
                came = "no hidden code" if story.recorded else "nothing recorded"
                raise UnknownError("item", came=came, expected="an item with a hidden code", todo=_COMPARE)
            check_hidden_code(hidden, story.committed.event.body)
            return self._record(item, hidden, story.committed, claim=claim, region=region)

    def _record(self, item: str, hidden: HiddenCode, committed: StoryEvent, *, claim: bytes, region: str) -> Activation:
        now = self._setting.clock()
        data = {"reveal": hidden.text, "claim": format_base64url(claim), **({"region": region} if region else {})}
        draft = Draft(ACTIVATED, now, data=data, about=(committed.event.name,))
        signed = self._outbox.sign(Said(draft, (committed.event.head,)))
        made = Activation(item, hidden_digest(item, hidden), claim, now, region, signed.event)
        with self._file.use() as connection:
            if register.add_first(connection, made):
                self._outbox.keep(connection, signed)
                return made
            return register.find_activation(connection, item) or made  # another process of this desk was faster

    def _adopt(self, item: str, story: ItemStory, told: StoryEvent) -> Activation:
        """Return the activation that the ledger has, kept: this desk's file was lost, or another desk was first."""
        if told.event.body is None or story.committed is None or story.committed.event.body is None:
            raise UnknownError("item", came="no activation", expected="one")
        digest, claim = _hash(story.committed.event.body, "hidden"), _hash(told.event.body, "claim")
        region = str(told.event.body.data.get("region", ""))
        made = Activation(item, digest, claim, told.time, region, told.event.name)
        with self._file.use() as connection:
            register.add_first(connection, made)
        return made

    def _deliver(self, known: Activation) -> bytes | None:
        """Return the promise, None where the ledger cannot be asked now: it is sent later."""
        try:
            return self._outbox.deliver(known.event)
        except LATER:
            return None

    def _replace(self, refused: Activation) -> Activation:
        """Return the activation for which the ledger refused this one: another desk's, or of a file that was lost.

        Raises:
            BusyError: no proof shows it yet.
        """
        with self._file.use() as connection:
            register.withdraw(connection, refused.event)
        story = self._read(refused.item)
        if story.activated is None:
            todo = "Try again in a minute."
            raise BusyError("activation", came="another that is not proved yet", expected="its proof", todo=todo)
        return self._adopt(refused.item, story, story.activated)

    def _known(self, item: str) -> Activation | None:
        with self._file.use() as connection:
            return register.find_activation(connection, item)

    def _read(self, item: str) -> ItemStory:
        return read_item(self._setting.story_of(item), item)


def _hash(body: Body, name: str) -> bytes:
    return parse_base64url(str(body.data.get(name)), f"data.{name}")
