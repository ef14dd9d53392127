"""One entry at its leaf, by the rules that auditors use, against what the witness itself remembers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ledger.witness.replay.lies import INADMISSIBLE, REWRITTEN, WITHHELD_BODY, LieFoundError, UnservedError, Where
from ledger.witness.replay.past import Past, key_of
from verifier.errors import MismatchError, SuyuanError, UnsupportedError
from verifier.judgement.replay import Signer
from verifier.judgement.rights import require_note_right
from verifier.ledgerformat.batch_answer import RESTRICTED, AnsweredEvent
from verifier.ledgerformat.body import Body, body_hash, parse_body
from verifier.ledgerformat.event import Event, make_event
from verifier.ledgerformat.head import Head, parse_head
from verifier.ledgerformat.statement import Envelope, Statement, parse_entry, statement_identity
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.merkle import leaf_hash
from verifier.proof.audit.events import Run, judge_event, require_phase
from verifier.proof.audit.statements import signer_of
from verifier.proof.examination import WHOLE_BODY

_REGISTRY = "registry."
_PUBLIC_KINDS = frozenset({"trace", "recall", "registry"})
_Place: TypeAlias = tuple[bytes, int, int, bytes, int]  # name, leaf, position, kid, ledger time


@dataclass(slots=True)
class Taken:
    """An entry that stands in the log, read, before it is judged.

    Attributes:
        leaf: log position.
        entry: its bytes.
        parsed: the statement or hash envelope that it spells.
        answered: its events as served, none for an envelope.
        names: their names.
        heads: their heads.
        keys: of each event the index keys that it joins.
    """

    leaf: int
    entry: bytes
    parsed: Statement | Envelope
    answered: Sequence[AnsweredEvent]
    names: Sequence[bytes]
    heads: Sequence[Head]
    keys: Sequence[tuple[bytes, ...]]

    def touched(self) -> set[bytes]:
        """Return the index keys that judging and recording look at."""
        touched = {key for keys in self.keys for key in keys}
        for head in self.heads:
            for kind, name in head.joins:
                if kind != "trace":
                    touched.add(key_of("trace", name))
            touched.update(key_of("trace", name) for _, name in head.follows)
        return touched


def parse_taken(leaf: int, entry: bytes) -> Statement | Envelope:
    """Return what an entry spells; raise LieFoundError where it is neither statement nor hash envelope."""
    try:
        return parse_entry(entry, "entry")
    except SuyuanError as error:
        raise LieFoundError(INADMISSIBLE, Where(leaf), error) from error


def read_heads(
    leaf: int, entry: bytes, parsed: Statement, answered: Sequence[AnsweredEvent], names: Sequence[bytes]
) -> Taken:
    """Return a statement with its heads read; raise LieFoundError where one is none."""
    heads = []
    for position, each in enumerate(answered):
        try:
            heads.append(parse_head(each.head))
        except SuyuanError as error:
            raise LieFoundError(INADMISSIBLE, Where(leaf, position), error) from error
    keys = [tuple([key_of(*pair) for pair in head.joins]) for head in heads]
    return Taken(leaf, entry, parsed, answered, names, heads, keys)


def read_envelope(leaf: int, entry: bytes, parsed: Envelope) -> Taken:
    """Return a hash envelope: an event of its own that joins one history of kind `note`."""
    return Taken(leaf, entry, parsed, (), (), (), [(key_of("note", subject_name(parsed.header.subject)),)])


def judge(taken: Taken, time: int, past: Past) -> None:
    """Judge an entry at its leaf and let it take effect.

    Raises:
        LieFoundError: it could not stand there.
        UnservedError: it cannot be judged by what is served.
        UnsupportedError: it says something that this version does not know.
    """
    try:
        if isinstance(taken.parsed, Envelope):
            _judge_envelope(taken, taken.parsed, time, past)
        else:
            _judge_statement(taken, taken.parsed, time, past)
    except (LieFoundError, UnservedError, UnsupportedError):
        raise
    except SuyuanError as error:
        raise LieFoundError(INADMISSIBLE, Where(taken.leaf), error) from error


def _judge_statement(taken: Taken, parsed: Statement, time: int, past: Past) -> None:
    header, leaf = parsed.header, taken.leaf
    past.take_range(header.kid, parsed.first, parsed.count)
    if used := past.take_ids(header.issuer, [head.id for head in taken.heads]):
        raise MismatchError("head.id", came=used.hex(), expected="an id that its issuer has not used")
    _require_phase(taken, time, past)
    signer = None
    if leaf:
        signer = signer_of(past, header, leaf, time)
        parsed.verify(signer.key)
    shown, run = zip(taken.names, taken.heads, taken.answered, taken.keys, strict=True), Run()
    for position, (name, head, answered, keys) in enumerate(shown):
        _take_event(head, (name, leaf, position, header.kid, time), answered, keys, signer, past, run)
    if not leaf:  # the founding charter names the key that signed it
        parsed.verify(signer_of(past, header, leaf, time).key)


def _require_phase(taken: Taken, time: int, past: Past) -> None:
    """Judge what may be said before a charter is in force, or after it has expired; most leaves lie between."""
    charter = past.replay.registry.charter_in_force(taken.leaf)
    if charter and taken.leaf and time < charter.expires:
        return
    shown = enumerate(zip(taken.names, taken.heads, strict=True))
    events = [Event(name, taken.leaf, position, head, None, b"") for position, (name, head) in shown]
    require_phase(past, events, taken.leaf, time)


def _take_event(  # noqa: PLR0917 - one event and what surrounds it
    head: Head,
    place: _Place,
    answered: AnsweredEvent,
    keys: Sequence[bytes],
    signer: Signer | None,
    past: Past,
    run: Run,
) -> None:
    name, leaf, position, kid, time = place
    try:
        kind = past.replay.registry.type_at(head.type, leaf)
        body = _open(head, answered, permanent=kind.permanent, where=(leaf, position))
        event = make_event(name, leaf, position, head, body, kid)
        judge_event(past, event, answered, signer, time=time, run=run)
        if head.type.startswith(_REGISTRY):
            past.replay.apply(event, time=time)
            past.chunk.registry.append((past.events, time, answered.body or b""))
    except (UnservedError, UnsupportedError):
        raise
    except SuyuanError as error:
        raise LieFoundError(INADMISSIBLE, Where(leaf, position), error) from error
    past.record(event, answered.head, keys, kind)


def _open(head: Head, answered: AnsweredEvent, *, permanent: bool, where: tuple[int, int]) -> Body | None:
    """Return the body, None where it is kept from this reader and may be.

    Raises:
        UnservedError: another body than the head's, or none of an event whose body everybody must be shown.
        SuyuanError: what the head stands for is no body.
    """
    if answered.body is not None:
        if body_hash(answered.body) == head.body:
            return parse_body(answered.body)
        fault = MismatchError("body", came="other bytes", expected=f"a body with hash {head.body.hex()}")
        raise UnservedError(REWRITTEN, Where(*where), fault)
    public = answered.state == RESTRICTED and {kind for kind, _ in head.joins} & _PUBLIC_KINDS
    if permanent or public:
        expected = "the body: this type's are permanent" if permanent else "the body of an event in a public history"
        raise UnservedError(WITHHELD_BODY, Where(*where), MismatchError("body", came="none", expected=expected))
    return None


def require_ordered(past: Past, size: int) -> None:
    """Refuse bodies that are said to be erased where no order about them is in force at a size.

    Raises:
        UnservedError: the first of them. Who says so is not the ledger's log, so nobody is convicted.
    """
    for claim in past.erased:
        orders = past.replay.registry.erasures_of(claim.event, size)
        if not any(each.event == claim.order and WHOLE_BODY in each.what for each in orders):
            fault = MismatchError("body", came=f"erased by {claim.order.hex()}", expected="an order that is in force")
            raise UnservedError(WITHHELD_BODY, Where(claim.leaf, claim.position), fault)
    past.erased.clear()


def _judge_envelope(taken: Taken, parsed: Envelope, time: int, past: Past) -> None:
    header, leaf = parsed.header, taken.leaf
    require_phase(past, (), leaf, time)
    signer = signer_of(past, header, leaf, time)
    parsed.verify(signer.key)
    require_note_right(signer.registered, header.subject)
    if past.take_ids(header.issuer, [statement_identity(parsed)]):
        raise MismatchError("statement", came="recorded before", expected="each statement once")
    past.record_envelope(leaf_hash(taken.entry), leaf, taken.entry, taken.keys[0][0])
