"""What the ledger cannot verify does not leave: one bit is bent on the disk, and everything is asked for.

An answer is the same bytes as before, or a refusal that says that the ledger itself is at fault.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from benchmarks.load import unit
from ledger.errors import StoppedError, UnknownError
from ledger.tiles.folder import TileFolder
from verifier.ledgerformat.head import event_name
from verifier.primitives.tiles import Tile

COLUMNS = [
    ("statement", "entry"), ("statement", "kid"), ("statement", "identity"), ("seal", "entry"), ("event", "head"),
    ("event", "body"), ("history_key", "leaf"), ("history_key", "frontier"), ("history_key", "count"),
    ("history", "seq"), ("checkpoint", "note"), ("checkpoint", "receipt_header"), ("checkpoint", "receipt_signature"),
]  # fmt: skip
UNREAD = {  # by proofs of so small a ledger; the writer and `fsck` read them
    ("statement", "identity"), ("history_key", "leaf"), ("history_key", "count"), ("history_key", "frontier"),
}  # fmt: skip
BITS = (0, 77, 1000)  # of a value of bytes, counted round it


def questions(full):
    """Return everything that is asked for, by name; each question is a call."""
    prover, size = full.ledger.prover, full.size
    with full.ledger.store.read() as reader:
        moved = [each for each in reader.events_from(0) if full.carrier.uri.encode() in each.head]
        leaves = sorted({each.leaf for each in moved})
        sizes = sorted({reader.seal_covering(leaf).leaf + 1 for leaf in (0, leaves[0], leaves[-1])})
    names = [event_name(each.head) for each in (moved[0], moved[3], moved[-1])]
    asked = {f"trace {each}": lambda each=each: prover.trace(unit(each)).data for each in (1, 2, 5)}
    asked |= {f"event {place}": lambda name=name: prover.event(name) for place, name in enumerate(names)}
    for leaf in (0, leaves[0], leaves[-1]):
        asked[f"promise {leaf}"] = lambda leaf=leaf: prover.promise(leaf).receipt
        asked[f"receipt {leaf}"] = lambda leaf=leaf: prover.receipt(leaf).receipt
    for older in sizes:
        asked[f"consistency {older}"] = lambda older=older: b"".join(prover.consistency(older, size))
    asked["charter"] = prover.charter_file
    return asked


def bend_column(full, table, column, bit):
    """Bend one bit in every value of a column, past the ledger."""
    with closing(sqlite3.connect(full.folder / "ledger.db", isolation_level=None)) as connection:
        connection.create_function("bent", 1, lambda value: bent(value, bit))
        connection.execute(f"UPDATE {table} SET {column} = bent({column})")


def bent(value, bit):
    if value is None or isinstance(value, int):
        return None if value is None else value ^ (1 << bit % 3)
    changed = bytearray(value)
    if changed:
        changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    return bytes(changed)


def ask_all(full, asked, answers):
    """Return how many questions were refused; whatever is answered is what it was."""
    refused = 0
    for name, question in asked.items():
        refusals = (StoppedError, UnknownError) if name.startswith("event") else StoppedError
        try:
            answer = question()
        except refusals:
            refused += 1
        else:
            assert answer == answers[name], f"{name}: another answer left"
    return refused


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_nothing_leaves_that_a_bent_row_makes_untrue(full, table, column):
    asked = questions(full)
    answers = {name: question() for name, question in asked.items()}
    full.ledger.writer.close()  # nothing is written meanwhile
    refused = 0
    for bit in BITS:
        bend_column(full, table, column, bit)
        ask_all(full, asked, answers)  # with what it remembers; it may remember better, or read what is bent
        full.ledger.kept.clear()
        refused += ask_all(full, asked, answers)
        bend_column(full, table, column, bit)
        assert ask_all(full, asked, answers) == 0, "bent back, everything is answered as before"
    if (table, column) not in UNREAD:
        assert refused, "something is made of this column"


@pytest.mark.parametrize("place", range(0, 8192, 1311))
def test_nothing_leaves_that_a_bent_tile_makes_untrue(filled, tmp_path, place):
    honest, lying = filled.copy(tmp_path / "honest"), filled.copy(tmp_path / "lying")
    honest.open()
    asked = questions(honest)
    answers = {name: question() for name, question in asked.items()}
    honest.close()
    lying.open()
    try:
        path = TileFolder(lying.folder / "tiles").path(Tile(0, 0))
        content = bytearray(path.read_bytes())
        content[place] ^= 4
        path.write_bytes(content)  # after the start, which would have refused it, and before anybody reads it
        assert ask_all(lying, questions(lying), answers)
    finally:
        lying.close()
