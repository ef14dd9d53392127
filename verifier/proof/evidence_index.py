"""Evidence of a wrong index: a block from one seal to the next, and the root that follows (formats, section 17).

Everything stands in the file: the seal before with a proof of every history that the block enters, the block's own
heads, and the seal after it. Whoever computes the root anew sees that the ledger sealed another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verifier.errors import InconsistentError, MalformedError, MismatchError
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.history import History, fold, push
from verifier.ledgerformat.index import (
    HistoryEntry,
    IndexProof,
    entry_hash,
    format_index_proof,
    history_value,
    index_key,
    parse_index_proof,
)
from verifier.ledgerformat.index_update import first_root, updated_root
from verifier.ledgerformat.seal import Seal
from verifier.ledgerformat.statement import Envelope, parse_entry
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.cbor import Value
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import leaf_hash, root_of_shared_path
from verifier.proof.bundle import (
    Headers,
    SealPart,
    StatementPart,
    format_file,
    format_seals,
    format_statements,
    header_table,
    parse_seals,
    parse_statements,
    require_bytes,
    require_labels,
    require_list,
    require_number,
    require_rising,
)
from verifier.proof.evidence import WORD, established, verified_checkpoint
from verifier.proof.examination import Examination, Standpoint

KIND = "wrong index"


@dataclass(frozen=True, slots=True)
class IndexEvidence:
    """Evidence of a wrong index. Parsed, not confirmed.

    Attributes:
        charter: statement parts of the charters and their approvals.
        checkpoint: the signed note's bytes.
        seals: the seal before the block, if there is one, and the block's.
        block: every statement of the block with every event.
        envelopes: every hash envelope of the block, by leaf.
        before: of each history that the block enters and that had events, count and complete subtrees, by key.
        proof: index proof under the seal before; None where there is none.
        path: shared path in the log.
    """

    charter: tuple[StatementPart, ...]
    checkpoint: bytes
    seals: tuple[SealPart, ...]
    block: tuple[StatementPart, ...]
    envelopes: tuple[tuple[int, bytes], ...]
    before: Mapping[bytes, History]
    proof: IndexProof | None
    path: bytes


@dataclass(frozen=True, slots=True)
class WrongIndex:
    """A wrong index that was confirmed: the root (or number of keys) sealed at `leaf` is not what the block makes."""

    origin: str
    leaf: int
    sealed: bytes
    computed: bytes
    keys: tuple[int, int]


def parse_index_evidence(content: Mapping[int | str, Value]) -> IndexEvidence:
    """Return the evidence that the content of a file spells."""
    require_labels(content, {3, 4, 5, 6, 8, 10, 13, 14, 15}, {7}, WORD)
    headers = Headers(content[4], "headers")
    seals = parse_seals(content[5], headers)
    charter = parse_statements(content[6], headers, "charter")
    block = parse_statements(content[8], headers, "block")
    headers.require_all_used()
    envelopes = [_pair(each, "envelope") for each in require_list(content[15], "envelopes")]
    require_rising([leaf for leaf, _ in envelopes], "envelopes.leaf")
    before = _histories(content[14])
    return IndexEvidence(
        charter,
        require_bytes(content[3], "checkpoint"),
        seals,
        block,
        tuple(envelopes),
        before,
        parse_index_proof(content[7]) if 7 in content else None,
        require_bytes(content[10], "log path"),
    )


def _histories(value: Value) -> dict[bytes, History]:
    """Return count and complete subtrees of histories, by key; each once, sorted."""
    before: dict[bytes, History] = {}
    told = [require_list(each, "history", 3) for each in require_list(value, "histories")]
    for key, count, frontier in told:
        number, hashes = require_number(count, "history.count"), require_bytes(frontier, "history.subtrees")
        if number < 1 or len(hashes) != 32 * number.bit_count() or len(require_bytes(key, "history.key")) != 32:
            raise MalformedError("history", came=f"{len(hashes)} bytes", expected="32 for each complete subtree")
        before[require_bytes(key, "history.key")] = number, hashes
    if [key for key, *_ in told] != sorted(before):
        raise MalformedError("histories", came="another order", expected="by key, none twice")
    return before


def format_index_evidence(evidence: IndexEvidence) -> bytes:
    """Return the file's bytes."""
    headers = header_table([*evidence.charter, *evidence.block], evidence.seals)
    content: dict[int | str, Value] = {
        3: evidence.checkpoint,
        4: list[Value](headers),
        5: list[Value](format_seals(evidence.seals, headers)),
        6: list[Value](format_statements(evidence.charter, headers)),
        8: list[Value](format_statements(evidence.block, headers)),
        10: evidence.path,
        13: KIND,
        14: [[key, count, frontier] for key, (count, frontier) in sorted(evidence.before.items())],
        15: [[leaf, entry] for leaf, entry in evidence.envelopes],
    }
    if evidence.proof:
        content[7] = list[Value](format_index_proof(evidence.proof))
    return format_file(WORD, content)


def confirm_wrong_index(evidence: IndexEvidence, standpoint: Standpoint) -> WrongIndex:
    """Return the wrong index, once it is certain that the ledger sealed it.

    Raises:
        UntrustedError: not of the ledger that the policy pins, or not signed by it.
        InconsistentError: the index is right: this is no evidence.
        VerificationError: the file does not hold together.
    """
    found, registry = established(evidence.charter, standpoint)
    checkpoint = verified_checkpoint(evidence.checkpoint, registry.charters)
    before, seal = _seals(evidence.seals)
    for part in evidence.seals:
        charter = registry.charter_at(part.leaf)
        part.signed.verify(charter.seal, charter.origin)
    entries = _require_whole(evidence, seal, found, checkpoint)
    after: dict[bytes, History] = {}
    for key, hashed in entries:
        count, frontier = after.get(key) or evidence.before.get(key) or (0, b"")
        after[key] = count + 1, push(frontier, count, hashed)
    if not evidence.before.keys() <= after.keys():
        raise MalformedError("histories", came="one that the block does not enter", expected="only those that it does")
    computed = _root(evidence, before, after)
    keys = (before.keys if before else 0) + len(after.keys() - evidence.before.keys())
    if (computed, keys) == (seal.root, seal.keys):
        raise InconsistentError("index root", came="the root that the block makes", expected="another: no evidence")
    return WrongIndex(registry.charters[-1].origin, seal.covered, seal.root, computed, (seal.keys, keys))


def _seals(parts: Sequence[SealPart]) -> tuple[Seal | None, Seal]:
    """Return the seal before a block and the block's own."""
    seals = [part.signed.seal for part in parts]
    if len(seals) == 1 and seals[0].first == 0:
        return None, seals[0]
    if len(seals) != 2 or seals[1].first != seals[0].covered + 1:
        raise MalformedError("seals", came=f"{len(seals)}", expected="the seal of a block and the one before it")
    return seals[0], seals[1]


def _require_whole(
    evidence: IndexEvidence, seal: Seal, found: Examination, checkpoint: Checkpoint
) -> list[tuple[bytes, bytes]]:
    """Return index key and entry hash of every join of the block, in log order, once the block is whole and logged."""
    leaves = {part.leaf: leaf_hash(part.signed.entry) for part in evidence.seals}
    joins: list[tuple[int, bytes, bytes]] = []
    for part in evidence.block:
        if [each.position for each in part.events] != list(range(part.count)):
            raise MalformedError("block", came=f"some events of leaf {part.leaf}", expected="all of them")
        leaves[part.leaf] = leaf_hash(found.statement(part).entry)
        joins += [(part.leaf, *join) for join in _joins(part)]
    for leaf, entry in evidence.envelopes:
        parsed = parse_entry(entry, "envelope")
        if not isinstance(parsed, Envelope):
            raise MalformedError("envelopes", came="a statement over a batch", expected="hash envelopes")
        leaves[leaf] = leaf_hash(entry)
        key = index_key("note", subject_name(parsed.header.subject))
        joins.append((leaf, key, entry_hash(HistoryEntry(leaves[leaf], leaf, 0))))
    shown = sorted([part.leaf for part in evidence.block] + [leaf for leaf, _ in evidence.envelopes])
    if shown != list(range(seal.first, seal.covered)):
        raise MalformedError("block", came=f"{len(shown)} leaves", expected=f"those from {seal.first} to the seal")
    root = root_of_shared_path(checkpoint.size, leaves, evidence.path, "log path")
    if root != checkpoint.root:
        raise MismatchError("log root", came=root, expected=checkpoint.root.hex())
    return [(key, hashed) for _, key, hashed in sorted(joins, key=lambda join: join[0])]


def _joins(part: StatementPart) -> list[tuple[bytes, bytes]]:
    found = []
    for each in part.events:
        hashed = entry_hash(HistoryEntry(event_name(each.head), part.leaf, each.position))
        found += [(index_key(*pair), hashed) for pair in parse_head(each.head).joins]
    return found


def _root(evidence: IndexEvidence, before: Seal | None, after: Mapping[bytes, History]) -> bytes:
    values = {key: history_value(count, fold(frontier)) for key, (count, frontier) in after.items()}
    if before is None or not after:
        if evidence.proof or evidence.before:
            raise MalformedError("index proof", came="one", expected="none: nothing stood before, or nothing changed")
        return before.root if before else first_root(values)
    if evidence.proof is None:
        raise MalformedError("index proof", came="none", expected="one of every history that the block enters")
    old = {
        key: history_value(evidence.before[key][0], fold(evidence.before[key][1])) if key in evidence.before else None
        for key in after
    }
    return updated_root(before.root, old, values, evidence.proof)


def _pair(value: Value, what: str) -> tuple[int, bytes]:
    leaf, entry = require_list(value, what, 2)
    return require_number(leaf, f"{what}.leaf"), require_bytes(entry, what)
