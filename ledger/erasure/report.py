"""What was ordered to be erased, by whom, on what basis, what became of it, and who else confirmed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ledger.erasure.retention import retention_of
from ledger.store.interface import Reader, StoredErasure
from verifier.judgement.acts import Erasure
from verifier.judgement.registry import Registry
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.index import index_key

CONFIRMATION = "record.erased"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Somebody confirmed that a copy of it is gone."""

    event: bytes
    agency: str
    leaf: int
    copy: str


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
        retention: the legal basis on which the rest is kept, {zh, en}, until when; None for none that is listed.
    """

    order: Erasure
    type: str
    basis: Mapping[str, str]
    approvals: tuple[tuple[str, int], ...]
    covered: bool
    taken_out: StoredErasure | None
    confirmed: tuple[Confirmed, ...]
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
    return OrderReport(
        order=order,
        type=kind,
        basis=dict(body.data["basis"]) if body else {},
        approvals=tuple(_approvals(order, registry)),
        covered=order.since <= covered,
        taken_out=taken_out,
        confirmed=tuple(_confirmations(order, reader)),
        retention=_retention(kind, target.leaf if target else 0, reader),
    )


def _approvals(order: Erasure, registry: Registry) -> Iterator[tuple[str, int]]:
    completion = registry.completion_of(order.event)
    for approval in completion.approvals if completion else ():
        holders = (each.holders.get(approval.kid) for each in (completion.quorums if completion else ()))
        yield next(filter(None, holders), approval.kid.hex()), approval.leaf


def _confirmations(order: Erasure, reader: Reader) -> Iterator[Confirmed]:
    said = reader.find_event(order.event)
    joins = parse_head(said.head).joins if said else ()
    size = reader.counters().size
    for stored in reader.history(index_key(*joins[0]), size) if joins else ():
        head = parse_head(stored.head) if stored.body is not None else None
        if head and stored.body and head.type == CONFIRMATION and order.event in head.about:
            copy = str(parse_body(stored.body).data.get("copy", ""))
            yield Confirmed(event_name(stored.head), head.issuer, stored.leaf, copy)


def _retention(kind: str, leaf: int, reader: Reader) -> tuple[Mapping[str, str], int] | None:
    kept, seal = retention_of(kind), reader.seal_covering(leaf)
    return (kept.basis, kept.until(seal.time)) if kept and seal else None
