"""Small files, and short histories, that are meant to cost whoever reads them dearly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from verifier.errors import MalformedError, TooLargeError
from verifier.judgement.coherence import Unjudged, judge_order
from verifier.judgement.digest import Digests
from verifier.judgement.registry import Registry
from verifier.judgement.trace import walk_trace
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.vocabulary import parse_type
from verifier.primitives.cbor import format_cbor
from verifier.proof.traceproof import parse_trace_proof
from verifier.vocabulary import type_files

SUBJECT = b"s" * 32
PACKING = parse_type(type_files()["transport.packing"])


class CountedName(bytes):
    """A subject name that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        type(self).compared += 1
        return super().__eq__(other)

    __hash__ = bytes.__hash__


def _event(number: int, follows: list[bytes]) -> Event:
    head = Head(
        type="transport.packing",
        id=bytes(16),
        issuer="urn:suyuan:agency:customs",
        time=number,
        joins=(("trace", SUBJECT),),
        body=bytes(32),
        follows=tuple(("trace", each) for each in follows),
    )
    return Event(number.to_bytes(32, "big"), number, 0, head, None, bytes(32))


def test_a_history_that_follows_thousands_of_subjects_is_refused_after_one_look_at_each():
    """Anybody with goods of his own can record it, and every request for that trace would walk it again."""
    names = [CountedName(number.to_bytes(32, "big")) for number in range(4096)]
    history = [_event(place, names[place : place + 64]) for place in range(0, len(names), 64)]
    CountedName.compared = 0
    read: list[tuple[str, bytes]] = []

    def history_of(pair: tuple[str, bytes]) -> list[Event]:
        read.append(pair)
        return history if pair == ("trace", SUBJECT) else []

    with pytest.raises(TooLargeError, match="65 subjects"):
        walk_trace(SUBJECT, walk="public", history_of=history_of, registry=Registry({"transport.packing": PACKING}))
    assert len(read) == 2 * 65, "no more histories than it takes to know"
    assert CountedName.compared < 4 * len(names)


class CountedHistory(list[Event]):
    """A history that counts how often it is read."""

    read = 0

    def __iter__(self) -> Iterator[Event]:
        self.read += 1
        return super().__iter__()


def test_a_long_history_is_not_read_again_for_every_event_whose_order_is_judged():
    """4,096 lists of one order, with as many products as a list may have, would take minutes."""
    names = [bytes([number]) * 32 for number in range(64)]
    history = CountedHistory(_event(number, names) for number in range(500))
    rules = parse_type(type_files()["delivery.signed"])
    digests = Digests({("trace", SUBJECT): history}.get)
    findings = [judge_order(each, rules, digests) for each in history]
    assert all(isinstance(finding, Unjudged) for (finding,) in findings), "what they follow is not held"
    assert history.read <= 4


@pytest.mark.parametrize("walk", [[], ["public"], {}, {1: "public"}, None, 1, b"public", "PUBLIC"])
def test_a_walk_of_another_shape_is_unreadable_and_no_fault_of_the_verifier(walk):
    content = {1: walk, 2: "urn:suyuan:agency:customs"} | dict.fromkeys(range(3, 11))
    with pytest.raises(MalformedError, match="walk"):
        parse_trace_proof(format_cbor(["suyuan trace", 1, content]))
