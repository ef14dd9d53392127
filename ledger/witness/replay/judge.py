"""One entry at its leaf, by the rules that auditors use, against what the witness itself remembers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.witness.replay.lies import INADMISSIBLE, REWRITTEN, WITHHELD_BODY, LieFoundError, UnservedError, Where
from ledger.witness.replay.past import Past
from verifier.errors import MismatchError, SuyuanError, UnsupportedError
from verifier.judgement.replay import Signer
from verifier.ledgerformat.batch_answer import RESTRICTED, AnsweredEvent
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, parse_head
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.statement import Envelope, Statement, parse_entry, statement_identity
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.merkle import leaf_hash
from verifier.proof.audit.events import judge_event, require_phase
from verifier.proof.audit.statements import require_note_right, signer_of

_REGISTRY = "registry."
_PUBLIC_KINDS = frozenset({"trace", "recall", "registry"})


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
                    touched.add(index_key("trace", name))
            touched.update(index_key("trace", name) for _, name in head.follows)
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
    keys = [tuple([index_key(*pair) for pair in head.joins]) for head in heads]
    return Taken(leaf, entry, parsed, answered, names, heads, keys)


def read_envelope(leaf: int, entry: bytes, parsed: Envelope) -> Taken:
    """Return a hash envelope: an event of its own that joins one history of kind `note`."""
    return Taken(leaf, entry, parsed, (), (), (), [(index_key("note", subject_name(parsed.header.subject)),)])


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
    events = [
        Event(name, leaf, position, head, None, header.kid)
        for position, (name, head) in enumerate(zip(taken.names, taken.heads, strict=True))
    ]
    require_phase(past, events, leaf, time)
    signer = None
    if leaf:
        signer = signer_of(past, header, leaf, time)
        parsed.verify(signer.key)
    for event, answered, keys in zip(events, taken.answered, taken.keys, strict=True):
        _take_event(event, answered, keys, signer, time, past)
    if not leaf:  # the founding charter names the key that signed it
        parsed.verify(signer_of(past, header, leaf, time).key)


def _take_event(  # noqa: PLR0917 - one event and what surrounds it
    event: Event, answered: AnsweredEvent, keys: Sequence[bytes], signer: Signer | None, time: int, past: Past
) -> None:
    head, where = event.head, Where(event.leaf, event.position)
    registry = past.replay.registry
    try:
        if answered.body is not None:
            event = _with_body(event, answered.body, where)
        kind = registry.type_at(head.type, event.leaf)
        if answered.body is None:
            _require_open(event, answered, permanent=kind.permanent, where=where)
        judge_event(past, event, answered, signer, time=time)
        if head.type.startswith(_REGISTRY):
            past.replay.apply(event, time=time)
            past.chunk.registry.append((past.events, time, answered.body or b""))
    except (LieFoundError, UnservedError, UnsupportedError):
        raise
    except SuyuanError as error:
        raise LieFoundError(INADMISSIBLE, where, error) from error
    past.record(event, answered.head, keys, kind)


def _with_body(event: Event, body: bytes, where: Where) -> Event:
    if body_hash(body) != event.head.body:
        error = MismatchError("body", came="other bytes", expected=f"a body with hash {event.head.body.hex()}")
        raise UnservedError(REWRITTEN, where, error)
    return Event(event.name, event.leaf, event.position, event.head, parse_body(body), event.kid)


def _require_open(event: Event, answered: AnsweredEvent, *, permanent: bool, where: Where) -> None:
    """Refuse to judge an event without a body that everybody must be shown. What is erased has an order in the log."""
    public = {kind for kind, _ in event.head.joins} & _PUBLIC_KINDS
    if permanent or (answered.state == RESTRICTED and public):
        expected = "the body: this type's are permanent" if permanent else "the body of an event in a public history"
        raise UnservedError(WITHHELD_BODY, where, MismatchError("body", came="none", expected=expected))


def _judge_envelope(taken: Taken, parsed: Envelope, time: int, past: Past) -> None:
    header, leaf = parsed.header, taken.leaf
    require_phase(past, (), leaf, time)
    signer = signer_of(past, header, leaf, time)
    parsed.verify(signer.key)
    require_note_right(signer, header.subject)
    if past.take_ids(header.issuer, [statement_identity(parsed)]):
        raise MismatchError("statement", came="recorded before", expected="each statement once")
    past.record_envelope(leaf_hash(taken.entry), leaf, taken.entry, taken.keys[0][0])
