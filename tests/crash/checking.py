"""What must hold of a ledger after a crash, however it came."""

from __future__ import annotations

from ledger.ledger import Ledger
from ledger.prove.log import root_at
from ledger.tiles.folder import LogReader
from tests.crash.journal import Told
from verifier.ledgerformat.receipt import parse_receipt, receipt_root
from verifier.ledgerformat.seal import parse_seal
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.tiles import WIDTH, Tile, parse_bundle, parse_hashes


def check_all(ledger: Ledger, told: Told) -> None:
    """Nothing acknowledged lost, no gap, one root per size."""
    check_no_gap(ledger)
    check_acknowledged(ledger, told)
    check_roots(ledger, told)


def check_acknowledged(ledger: Ledger, told: Told) -> None:
    """Whatever was acknowledged stands where it was said to, and the same bytes get the same promise."""
    for number, (leaf, receipt) in told.acknowledged.items():
        assert ledger.submit(told.sent[number]).result() == leaf
        assert ledger.prover.promise(leaf).receipt == receipt


def check_no_gap(ledger: Ledger) -> None:
    """Every leaf is a statement or a seal, every seal covers what came since the one before, tiles say the same."""
    size = ledger.head.edge.size
    with ledger.store.read() as reader:
        entries = reader.entries(0, size)
        assert len(entries) == size
        covered, previous = 0, None
        for leaf in range(size):
            if seal := reader.seal(leaf):
                said = parse_seal(seal.entry).seal
                assert (said.first, said.covered, said.previous) == (covered, leaf, previous)
                covered, previous = leaf + 1, leaf_hash(seal.entry)
            else:
                assert reader.statement(leaf) is not None
        assert covered == size
        for number in range(size // WIDTH):
            bundle, tile = Tile(None, number), Tile(0, number)
            expected = entries[number * WIDTH : (number + 1) * WIDTH]
            assert parse_bundle(ledger.tiles.read(bundle), WIDTH) == expected
            assert parse_hashes(ledger.tiles.read(tile), WIDTH) == [leaf_hash(each) for each in expected]
            for full in (bundle, tile):
                assert not ledger.tiles.path(full).with_name(f"{ledger.tiles.path(full).name}.p").exists()


def check_roots(ledger: Ledger, told: Told) -> None:
    """Every root that was ever signed or shown is the log's root at its size."""
    log = LogReader(ledger.tiles, ledger.head.edge)
    seen = {size: set(roots) for size, roots in told.roots.items()}
    for number, (leaf, receipt) in told.acknowledged.items():
        parsed = parse_receipt(receipt)
        with ledger.store.read() as reader:
            entry = reader.entries(leaf, leaf + 1)[0]
        seen.setdefault(parsed.size, set()).add(receipt_root(parsed, leaf_hash(entry)).hex())
        assert number in told.sent
    published = ledger.tiles.checkpoint()
    if published:
        checkpoint, _ = parse_signed_checkpoint(published)
        seen.setdefault(checkpoint.size, set()).add(checkpoint.root.hex())
    for size, roots in seen.items():
        assert size <= ledger.head.edge.size
        assert roots == {root_at(log, size).hex()}, f"size {size} has {len(roots)} roots"
