"""What was ordered to be erased, by whom, on what basis, what became of it, who else confirmed it and who did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.erasure.retention import retention_of
from ledger.store.interface import Reader, StoredErasure
from verifier.judgement.acts import Erasure
from verifier.judgement.participants import key_subject
from verifier.judgement.registry import Registry
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.index import index_key
from verifier.primitives.keys import EDDSA

CONFIRMATION = "record.erased"
_MIRROR = "mirror"  # the use of a mirror's key, and the word for its copy


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Somebody confirmed that a copy of it is gone.

    Attributes:
        event: name of the confirmation.
        agency: who says so.
        leaf: where it stands.
        copy: `mirror`, `backup` or `other`.
        mirror: which mirror: thumbprint of its own key in hexadecimal; None where it names none.
    """

    event: bytes
    agency: str
    leaf: int
    copy: str
    mirror: str | None = None


@dataclass(frozen=True, slots=True)
class Awaited:
    """A mirror that is registered and has not confirmed: its agency, and the thumbprint of its own key."""

    agency: str
    mirror: str


@dataclass(frozen=True, slots=True)
class OrderReport:
    """An order in force and what became of it.

    Attributes:
        order: the order.
        type: of the event that it is about.
        basis: the legal basis, {zh, en}.
        approvals: agencies whose approvals completed it, and the leaf of each.
        covered: whether a checkpoint with a quorum covers it: nothing is taken out before.
        taken_out: what was taken out here and when; None while nothing was.
        confirmed: who confirmed that a copy is gone.
        awaited: registered mirrors that did not.
        retention: the legal basis on which the rest is kept, {zh, en}, until when; None for none that is listed.
    """

    order: Erasure
    type: str
    basis: Mapping[str, str]
    approvals: tuple[tuple[str, int], ...]
    covered: bool
    taken_out: StoredErasure | None
    confirmed: tuple[Confirmed, ...]
    awaited: tuple[Awaited, ...]
    retention: tuple[Mapping[str, str], int] | None


def report_orders(reader: Reader, registry: Registry) -> list[OrderReport]:
    """Return every order in force, oldest first."""
    size = reader.counters().size
    newest = reader.newest_checkpoint(quorum=True)
    covered = newest.size if newest else 0
    taken_out = {each.deletion.order: each for each in reader.erasures()}
    orders = sorted(registry.erasures_at(size), key=lambda each: (each.since, each.event))
    return [_report(each, reader, registry, covered, taken_out.get(each.event)) for each in orders]


def _report(
    order: Erasure, reader: Reader, registry: Registry, covered: int, taken_out: StoredErasure | None
) -> OrderReport:
    said, target = reader.find_event(order.event), reader.find_event(order.target)
    body = parse_body(said.body) if said and said.body else None
    kind = parse_head(target.head).type if target else ""
    confirmed = tuple(_confirmations(order, reader))
    return OrderReport(
        order=order,
        type=kind,
        basis=dict(body.data["basis"]) if body else {},
        approvals=tuple(_approvals(order, registry)),
        covered=order.since <= covered,
        taken_out=taken_out,
        confirmed=confirmed,
        awaited=tuple(_awaited(confirmed, registry, reader.counters().size)),
        retention=_retention(kind, target.leaf if target else 0, reader),
    )


def _approvals(order: Erasure, registry: Registry) -> Iterator[tuple[str, int]]:
    completion = registry.completion_of(order.event)
    for approval in completion.approvals if completion else ():
        holders = (each.holders.get(approval.kid) for each in (completion.quorums if completion else ()))
        yield next(filter(None, holders), approval.kid.hex()), approval.leaf


def _confirmations(order: Erasure, reader: Reader) -> Iterator[Confirmed]:
    ordered = reader.find_event(order.event)
    joins = parse_head(ordered.head).joins if ordered else ()
    size = reader.counters().size
    for stored in reader.history(index_key(*joins[0]), size) if joins else ():
        head = parse_head(stored.head) if stored.body is not None else None
        if head and stored.body and head.type == CONFIRMATION and order.event in head.about:
            said = parse_body(stored.body).data
            copy = str(said.get("copy", ""))
            yield Confirmed(event_name(stored.head), head.issuer, stored.leaf, copy, said.get("mirror"))


def _awaited(confirmed: Sequence[Confirmed], registry: Registry, size: int) -> Iterator[Awaited]:
    """Yield the mirrors of which nothing was said; an agency that names none speaks of all of its own.

    A mirror has one key of Ed25519, with which it is named, and perhaps one of ML-DSA-44 beside it.
    """
    said = {(each.agency, each.mirror) for each in confirmed if each.copy == _MIRROR}
    for key in sorted(registry.keys_of_use(_MIRROR), key=lambda each: (each.holder, each.key.kid)):
        kid = key.key.kid
        if key.key.alg != EDDSA or registry.revocation_at(key_subject(kid), size):
            continue
        if said.isdisjoint({(key.holder, None), (key.holder, kid.hex())}):
            yield Awaited(key.holder, kid.hex())


def _retention(kind: str, leaf: int, reader: Reader) -> tuple[Mapping[str, str], int] | None:
    kept, seal = retention_of(kind), reader.seal_covering(leaf)
    return (kept.basis, kept.until(seal.time)) if kept and seal else None
