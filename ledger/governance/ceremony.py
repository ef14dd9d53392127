"""Ceremony files: what is proposed, who proposes it, and what was signed of it so far.

    ["suyuan ceremony", 1, {1: origin, 2: pin, 3: charter file, 4: registry proofs, 5: checkpoint, 6: proposal,
     7: approvals}]

`pin` is the leaf hash of leaf 0, the charter file what it leads to, the checkpoint the state that it was drafted
against; all three are null in a ceremony that founds a ledger. A batch is `[issuer, kid, heads, bodies, statement]`,
its statement null until it is signed (docs/formats.md, section 17). Nothing in a file is believed: whoever signs or
submits checks it (`ledger.governance.checking`), and shows people what the bytes of heads and bodies say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from verifier.errors import MalformedError
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.statement import MAX_BATCH
from verifier.ledgerformat.subject import is_participant
from verifier.primitives.cbor import Value
from verifier.primitives.merkle import leaf_hash
from verifier.proof.bundle import format_file, parse_file, require_bytes, require_labels, require_list

WORD = "suyuan ceremony"
_HASH = 32  # bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one holder under one key.

    Attributes:
        issuer: participant URI.
        kid: of the key that signs them, 32 bytes.
        heads: heads' bytes, in batch order.
        bodies: bodies' bytes, one for each head.
        statement: the statement's bytes, None until it is signed.
    """

    issuer: str
    kid: bytes
    heads: tuple[bytes, ...]
    bodies: tuple[bytes, ...]
    statement: bytes | None = None

    @property
    def names(self) -> tuple[bytes, ...]:
        """Return the events' names, in batch order."""
        return tuple(event_name(each) for each in self.heads)


@dataclass(frozen=True, slots=True)
class Ceremony:
    """A ceremony. Parsed, not checked.

    Attributes:
        origin: the ledger's name.
        pin: leaf hash of leaf 0, None where the ceremony founds the ledger.
        charter: the charter file that it was drafted against, None likewise.
        registry: `.trace` files of the subjects that it is about, whose registry parts say what holds of them.
        checkpoint: the note of the state that it was drafted against, None likewise.
        proposal: what is proposed.
        approvals: who approved so far, each signed.
    """

    origin: str
    pin: bytes | None
    charter: bytes | None
    registry: tuple[bytes, ...]
    checkpoint: bytes | None
    proposal: Batch
    approvals: tuple[Batch, ...] = ()

    @property
    def founds(self) -> bool:
        """Return whether it founds a ledger."""
        return self.pin is None

    @property
    def pinned(self) -> bytes | None:
        """Return the hash that a trust policy pins: of a first charter's statement, None while it is not signed."""
        if self.pin is not None:
            return self.pin
        return leaf_hash(self.proposal.statement) if self.proposal.statement is not None else None


def parse_ceremony(data: bytes) -> Ceremony:
    """Return the ceremony that a file holds. Parsed, not checked.

    Raises:
        MalformedError: another file.
        UnsupportedError: another version.
    """
    content = parse_file(data, WORD)
    require_labels(content, {1, 2, 3, 4, 5, 6, 7}, set(), WORD)
    state = [_optional(content[label], what) for label, what in ((2, "pin"), (3, "charter"), (5, "checkpoint"))]
    if any(each is None for each in state) and any(each is not None for each in state):
        raise MalformedError(
            "charter", came="only a part of the state", expected="pin, charter and checkpoint, or none"
        )
    registry = tuple(require_bytes(each, "registry") for each in require_list(content[4], "registry"))
    if state[0] is None and registry:
        raise MalformedError("registry", came=f"{len(registry)} proofs", expected="none: a ledger is founded")
    approvals = tuple(_batch(each, f"approvals[{at}]") for at, each in enumerate(require_list(content[7], "approvals")))
    if any(each.statement is None for each in approvals) or list(approvals) != _in_order(approvals):
        raise MalformedError("approvals", came="another order, or one without signature", expected="sorted, each once")
    return Ceremony(
        origin=_text(content[1], "origin"),
        pin=None if state[0] is None else _hash(state[0], "pin"),
        charter=state[1],
        registry=registry,
        checkpoint=state[2],
        proposal=_batch(content[6], "proposal"),
        approvals=approvals,
    )


def format_ceremony(ceremony: Ceremony) -> bytes:
    """Return the file's bytes; approvals stand in the order of their holders, so that equal ceremonies are equal."""
    content: dict[int | str, Value] = {
        1: ceremony.origin,
        2: ceremony.pin,
        3: ceremony.charter,
        4: list[Value](ceremony.registry),
        5: ceremony.checkpoint,
        6: _value(ceremony.proposal),
        7: [_value(each) for each in _in_order(ceremony.approvals)],
    }
    return format_file(WORD, content)


def merge_ceremonies(copies: Sequence[Ceremony]) -> Ceremony:
    """Return one ceremony with every signature of its copies. Check each copy first: a bad signature is kept as well.

    A holder who signed twice approved once; which of the two is taken does not depend on the order of the copies.

    Raises:
        MalformedError: copies of different ceremonies, or none.
    """
    if not copies or any(_unsigned(each) != _unsigned(copies[0]) for each in copies):
        raise MalformedError("ceremony", came="another ceremony", expected="copies of one")
    statements = [each.proposal.statement for each in copies if each.proposal.statement is not None]
    signed: dict[tuple[str, bytes], Batch] = {}
    for batch in sorted((each for copy in copies for each in copy.approvals), key=lambda each: each.statement or b""):
        signed.setdefault((batch.issuer, batch.kid), batch)
    proposal = replace(copies[0].proposal, statement=min(statements, default=None))
    return replace(copies[0], proposal=proposal, approvals=tuple(_in_order(signed.values())))


def _unsigned(ceremony: Ceremony) -> Ceremony:
    """Return what all copies of a ceremony have in common."""
    return replace(ceremony, proposal=replace(ceremony.proposal, statement=None), approvals=())


def _in_order(batches: Iterable[Batch]) -> list[Batch]:
    """Return each holder's approval once, in the order of the holders."""
    by_holder = {(each.issuer, each.kid): each for each in batches}
    return [by_holder[holder] for holder in sorted(by_holder)]


def _batch(value: Value, what: str) -> Batch:
    issuer, kid, listed, texts, statement = require_list(value, what, 5)
    heads = tuple(require_bytes(each, f"{what}.heads") for each in require_list(listed, f"{what}.heads"))
    bodies = tuple(require_bytes(each, f"{what}.bodies") for each in require_list(texts, f"{what}.bodies"))
    if not 1 <= len(heads) <= MAX_BATCH or len(heads) != len(bodies):
        expected = f"as many of both, 1 to {MAX_BATCH}"
        raise MalformedError(what, came=f"{len(heads)} heads, {len(bodies)} bodies", expected=expected)
    uri = _text(issuer, f"{what}.issuer")
    if not is_participant(uri):
        raise MalformedError(f"{what}.issuer", came=uri, expected="an agency or enterprise")
    return Batch(uri, _hash(kid, f"{what}.kid"), heads, bodies, _optional(statement, what))


def _value(batch: Batch) -> Value:
    return [batch.issuer, batch.kid, list[Value](batch.heads), list[Value](batch.bodies), batch.statement]


def _optional(value: Value, what: str) -> bytes | None:
    return None if value is None else require_bytes(value, what)


def _hash(value: Value, what: str) -> bytes:
    found = require_bytes(value, what)
    if len(found) != _HASH:
        raise MalformedError(what, came=f"{len(found)} bytes", expected=f"{_HASH} bytes")
    return found


def _text(value: Value, what: str) -> str:
    if not isinstance(value, str):
        raise MalformedError(what, came="another shape", expected="a text")
    return value
