"""Judging a submission by what the witness itself replayed: the ledger is not asked, and its word does not matter."""

from __future__ import annotations

import time
from collections.abc import Callable

from ledger.admission.intake import Standing, admit, receive
from ledger.admission.known import require_known
from ledger.errors import BusyError, ConflictError
from ledger.witness.replay.judge import judge, read_heads
from ledger.witness.replay.lies import LieFoundError
from ledger.witness.replay.past import Past
from ledger.witness.replay.replayer import Replayer
from ledger.witness.statements.judge import read_submission
from verifier.errors import NotPermittedError
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.ledgerformat.statement import Statement
from verifier.ledgerformat.submission import Submission
from verifier.proof.examination import WHOLE_BODY

_REGISTRY = "registry."
_PATIENCE = 5.0  # seconds for a replay that is under way


class ReplayJudge:
    """Judges as admission does, then as a replay would judge the statement at the next leaf."""

    basis = "replay"

    def __init__(self, replayer: Replayer, origin: str, clock: Callable[[], float] = time.time) -> None:
        """Judge by what was replayed of a ledger; `clock` in POSIX seconds."""
        self._replayer, self._origin, self._clock = replayer, origin, clock

    def judge(self, submission: bytes) -> int:
        """Return the size that was replayed; see `ledger.witness.statements.judge.Judge`.

        Raises:
            BusyError: nothing was replayed so far, or a replay is under way.
        """
        parsed, statement = read_submission(submission)
        with self._replayer.scratch(_PATIENCE) as past:
            size = past.reached.size
            if not size:
                raise BusyError("replay", came="nothing so far", expected="a founded ledger", todo="Try again.")
            now = max(int(self._clock() * 1000), past.reached.time + 1)
            self._admit(parsed, statement, past, now)
            _require_not_erased(parsed, past)
            _require_new(parsed, statement, past)
            _require_known(parsed, past)
            _try(parsed, statement, past, now)
        return size

    def _admit(self, parsed: Submission, statement: Statement, past: Past, now: int) -> None:
        """Return if its bytes are such as admission takes: signature, key, scope, schema, links, disclosures."""

        def head_of(name: bytes) -> Head | None:
            found = past.find(name)
            return found.head if found else None

        # Bodies are not kept here, so what an endorsement says that it saw is not compared.
        standing = Standing(self._origin, past.reached.size, now, past.replay, head_of, lambda _: None)
        admit(receive(parsed, statement, standing), standing)


def _require_not_erased(parsed: Submission, past: Past) -> None:
    """Refuse a body that an order in force is about, said as another event: the ledger may not take it in again.

    Attachments are in no head, so of those nobody can tell here.
    """
    orders = past.replay.registry.erasures_at(past.reached.size)
    targets = (past.find(each.target) for each in orders if WHOLE_BODY in each.what)
    erased = {each.head.body for each in targets if each}
    for place, head in enumerate(_heads(parsed)):
        if head.body in erased:
            came, expected = "a body that was erased", "nothing that was erased by order"
            raise NotPermittedError(f"events[{place}].body", came=came, expected=expected)


def _require_known(parsed: Submission, past: Past) -> None:
    """Refuse an act about what the registry does not have, as the ledger does."""
    leaf, registry = past.reached.size, past.replay.registry
    for place, (head, body) in enumerate(zip(_heads(parsed), parsed.bodies, strict=True)):
        if head.type.startswith(_REGISTRY):
            require_known(Event(event_name(parsed.heads[place]), leaf, place, head, parse_body(body), b""), registry)


def _require_new(parsed: Submission, statement: Statement, past: Past) -> None:
    """Refuse an event, or an id of its issuer, that is recorded already."""
    names = [event_name(head) for head in parsed.heads]
    if known := next((name for name in names if past.find(name)), None):
        raise ConflictError("event", came=known.hex(), expected="events that are not recorded yet")
    number = past.words.number(statement.header.issuer)
    ids = [(found.id, number) for found in _heads(parsed)]
    if used := past.rows.used(ids):
        raise ConflictError("head.id", came=used[0].hex(), expected="an id that its issuer has not used")


def _try(parsed: Submission, statement: Statement, past: Past, now: int) -> None:
    """Let it take effect on a state that is forgotten: order, authority, sequence numbers, what the registry says."""
    answered = [AnsweredEvent(head, SHOWN, body) for head, body in zip(parsed.heads, parsed.bodies, strict=True)]
    names = [event_name(head) for head in parsed.heads]
    try:
        taken = read_heads(past.reached.size, parsed.statement, statement, answered, names)
        past.index.load(taken.touched())
        judge(taken, now, past)
    except LieFoundError as error:
        raise error.cause from error


def _heads(parsed: Submission) -> list[Head]:
    return [parse_head(each) for each in parsed.heads]
