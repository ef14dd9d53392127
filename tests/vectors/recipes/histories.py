"""Histories, their keys and values: docs/formats.md, section 10; each shown by an index proof of its own."""

from typing import Any

from tests.reference import MTH, prefix_tree_root
from tests.vectors.recipe import Book
from tests.vectors.recipes.spell import GTIN, H, cbor
from tests.verifier.ledgerformat.index_prover import prove

book = Book("history", "NotIndexedError", "index proof")
Entry = tuple[bytes, int, int]  # event name, leaf, position
NAMES = [H(b"\x00", bytes([each])) for each in range(8)]
THREE = [(NAMES[0], 4, 0), (NAMES[1], 4, 3), (NAMES[2], 900, 0)]


def key(kind: str, subject: str) -> bytes:
    return H(b"suyuan/key/v1|", kind.encode(), b"|", H(b"suyuan/name/v1|", subject.encode()))


def spelt(entries: list[Entry]) -> list[bytes]:
    return [b"\x06" + name + leaf.to_bytes(8, "big") + place.to_bytes(4, "big") for name, leaf, place in entries]


def value(entries: list[Entry]) -> bytes:
    return H(b"\x04", len(entries).to_bytes(8, "big"), MTH(spelt(entries)))


OTHERS = {key("trace", f"urn:suyuan:book:{each}"): value([(NAMES[5], each, 0)]) for each in range(6)}


def given(kind: str, subject: str, entries: list[Entry], shown: list[Entry] | None = None) -> dict[str, Any]:
    """The index has `entries`; the vector shows these, or others."""
    pairs = OTHERS | ({key(kind, subject): value(entries)} if entries else {})
    parts = {"root": prefix_tree_root(pairs), "kind": kind, "subject": subject}
    written = prove(pairs, [key(kind, subject)]).proof
    events = [list(each) for each in (entries if shown is None else shown)]
    return parts | {"events": events, "hex": cbor([written.turns, written.nodes, written.strangers])}


def add(name: str, desc: str, kind: str, subject: str, entries: list[Entry]) -> None:
    facts = {"key": key(kind, subject), "history_root": MTH(spelt(entries)) if entries else None}
    book.valid(name, desc, facts | {"value": value(entries) if entries else None}, **given(kind, subject, entries))


add("one-event", "the entry hash is the history root", "trace", GTIN, THREE[:1])
add("three-events", "a tree of three entries", "trace", GTIN, THREE)
add("of-another-kind", "the kind is in the key", "recall", GTIN, THREE[1:])
add("absent", "no event: no key", "recall", GTIN, [])
add("greatest-place", "eight bytes of leaf, four of position", "case", GTIN, [(NAMES[3], 2**53 - 1, 4095)])
WITH_ANOTHER = [*THREE, (NAMES[3], 901, 0)]
for name, shown, desc in (
    ("first-event-left-out", THREE[1:], "the history is proved whole"),
    ("last-event-left-out", THREE[:2], "the history is proved whole"),
    ("middle-event-left-out", [THREE[0], THREE[2]], "the history is proved whole"),
    ("event-too-many", WITH_ANOTHER, "and no more"),
    ("event-twice", [*THREE, THREE[2]], "and no more"),
    ("all-left-out", [], "absence is claimed of what is there"),
    ("events-in-another-order", [THREE[1], THREE[0], THREE[2]], "the order of the log"),
    ("event-another", [*THREE[:2], (NAMES[4], 900, 0)], "the names are committed to"),
    ("leaf-another", [*THREE[:2], (NAMES[2], 901, 0)], "the leaves are committed to"),
    ("position-another", [*THREE[:2], (NAMES[2], 900, 1)], "the positions are committed to"),
    ("leaf-and-position-exchanged", [(NAMES[0], 0, 4), *THREE[1:]], "leaf, then position"),
):
    book.refused(name, desc, **given("trace", GTIN, THREE, shown))
book.refused("present-though-absent", "an event of another history", **given("trace", GTIN, [], THREE[:1]))
for name, changes in (
    ("kind-another", {"kind": "recall"}),
    ("subject-another", {"subject": f"{GTIN}/21/1"}),
):
    book.refused(name, "it is part of the key", **given("trace", GTIN, THREE) | changes)


def forged(name: str, desc: str, committed: bytes) -> None:
    """An index whose value for the history is made another way."""
    pairs = OTHERS | {key("trace", GTIN): committed}
    written = prove(pairs, [key("trace", GTIN)]).proof
    parts = given("trace", GTIN, THREE) | {"root": prefix_tree_root(pairs)}
    book.refused(name, desc, **parts | {"hex": cbor([written.turns, written.nodes, written.strangers])})


COUNT = (3).to_bytes(8, "big")
bare = [each[1:] for each in spelt(THREE)]
forged("value-without-count", "the count is committed to", H(b"\x04", MTH(spelt(THREE))))
forged("value-with-another-count", "the count is committed to", H(b"\x04", (4).to_bytes(8, "big"), MTH(spelt(THREE))))
forged("value-without-04", "04 before count and root", H(COUNT, MTH(spelt(THREE))))
forged("entries-without-06", "06 before the event's name", H(b"\x04", COUNT, MTH(bare)))
