"""An audit put down between two leaves, and taken up again: the same report comes out.

The file is the auditor's own and is believed; what damages it by accident is found by its checksum.
"""

from __future__ import annotations

from hashlib import sha256

from verifier.errors import MalformedError, MismatchError, SuyuanError, UnsupportedError
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.primitives.cbor import Value, format_cbor, parse_cbor
from verifier.proof.audit.index import Index
from verifier.proof.audit.known import ErasedClaim, Known, RegistryInput
from verifier.proof.audit.memory import Memory
from verifier.proof.audit.source import Source
from verifier.proof.audit.walk import Audit
from verifier.proof.examination import Standpoint

_WORD, _VERSION = "suyuan audit", 5
_CHECKSUM = 32
_OF_A_CHECKPOINT = ("checkpoint", "charter")  # findings that say nothing about the next checkpoint


def save_audit(audit: Audit, *, whole: bool = True) -> bytes:
    """Return an audit as a file's bytes, between two steps of `run`, or after it.

    Args:
        audit: the audit.
        whole: False to keep only the checkpoint that was audited: the next audit begins at leaf 0.
    """
    content: dict[int | str, Value] = {1: audit.known.standpoint.policy.charter, 2: audit.seen}
    if whole:
        content |= _walk_of(audit)
    data = format_cbor([_WORD, _VERSION, content])
    content.clear()  # 250 bytes an event that stand in `data` by now
    return sha256(data).digest() + data


def load_audit(data: bytes, source: Source, standpoint: Standpoint, *, go_on: bool = False) -> Audit:
    """Return the audit that was saved, ready to go on; where only a checkpoint was kept, a new one that holds it.

    Args:
        data: the file's bytes.
        source: where the ledger's bytes come from.
        standpoint: whom the auditor trusts.
        go_on: whether an audit that came to its end goes on with what is new, instead of from leaf 0.

    Raises:
        MalformedError: no such file, or a damaged one.
        UnsupportedError: another version.
        MismatchError: of another ledger.
    """
    content = _open(data)
    if content.get(1) != standpoint.policy.charter:
        expected = f"{standpoint.policy.charter.hex()}, as in your trust policy"
        raise MismatchError("state file", came=content.get(1), expected=expected)
    audit = Audit(source, standpoint)
    audit.remember(_bytes(content[2]))
    if 3 in content and (go_on or _list(content[12])[1] == 0):
        _restore(audit, content)
    return audit


def _open(data: bytes) -> dict[int | str, Value]:
    if sha256(data[_CHECKSUM:]).digest() != data[:_CHECKSUM]:
        todo = "Delete it to begin again; what was audited before is then forgotten."
        raise MalformedError("state file", came="a damaged file", expected="one that an audit wrote", todo=todo)
    value = parse_cbor(data[_CHECKSUM:], "state file")
    if not isinstance(value, list) or len(value) != 3 or value[0] != _WORD or not isinstance(value[2], dict):
        raise MalformedError("state file", came="another file", expected="one that an audit wrote")
    if value[1] != _VERSION:
        raise UnsupportedError("state file version", came=value[1], expected=str(_VERSION))
    return value[2]


def _walk_of(audit: Audit) -> dict[int | str, Value]:
    known, tree, chain = audit.known, audit.tree, audit.chain
    inputs: list[Value] = [
        [each.leaf, each.position, each.time, each.kid, each.hashed, each.head, each.body] for each in known.inputs
    ]
    ranges: dict[int | str, Value] = {
        kid.hex(): [[first, end] for first, end in held] for kid, held in known.sequences.ranges.items()
    }
    counts: dict[int | str, Value] = {name: count for name, count in known.counts.items() if count}
    return {
        3: [tree.size, [list[Value](level) for level in tree.levels], int(tree.closed)],
        4: [chain.first, chain.previous, chain.time, _pairs(chain.block), _pairs(chain.waiting)],
        5: list[Value](known.index.dump()),
        6: known.memory.dump(),
        7: ranges,
        8: inputs,
        9: counts,
        10: known.findings.dump(),
        11: [known.torn, known.astray, known.unruled, known.closed],
        12: [audit.first, int(audit.done)],
        13: _pairs([*audit.pending]),
        14: [[each.leaf, each.position, each.event, each.order] for each in known.erased],
        15: [[name, amount] for name, amount in known.counters.sums.items()],
        16: list[Value](sorted(known.counters.withheld)),
    }


def _restore(audit: Audit, content: dict[int | str, Value]) -> None:
    known, tree, chain = audit.known, audit.tree, audit.chain
    size, levels, closed = _list(content[3])
    tree.size, tree.closed = _number(size), closed == 1
    tree.levels = [[each if isinstance(each, bytes) else None for each in _list(level)] for level in _list(levels)]
    first, previous, time, block, waiting = _list(content[4])
    chain.first, chain.time = _number(first), _number(time)
    chain.previous = previous if isinstance(previous, bytes) else None
    chain.block = [(leaf, entry if isinstance(entry, bytes) else None) for leaf, entry in _unpaired(block)]
    chain.waiting = [(leaf, _bytes(entry)) for leaf, entry in _unpaired(waiting)]
    audit.pending.extend((leaf, each if isinstance(each, bytes) else None) for leaf, each in _unpaired(content[13]))
    known.index = Index.load(*(_bytes(each) for each in _list(content[5])))
    known.memory = Memory.load(_list(content[6]))
    for kid, held in _map(content[7]).items():
        known.sequences.ranges[bytes.fromhex(str(kid))] = [(low, _number(end)) for low, end in _unpaired(held)]
    for each in _list(content[8]):
        _replay(known, each)
    known.counts.update({str(name): _number(count) for name, count in _map(content[9]).items()})
    first, done = (_number(each) for each in _list(content[12]))
    audit.first = tree.size if done else first
    known.findings.load(content[10], without=_OF_A_CHECKPOINT if done else ())
    for leaf, position, event, order in map(_list, _list(content[14])):
        known.erased.append(ErasedClaim(_number(leaf), _number(position), _bytes(event), _bytes(order)))
    known.counters.sums = {_bytes(name): _number(amount) for name, amount in map(_list, _list(content[15]))}
    known.counters.withheld = {_bytes(name) for name in _list(content[16])}
    known.torn, known.astray, known.unruled, known.closed = (
        each if isinstance(each, int) else None for each in _list(content[11])
    )


def _replay(known: Known, value: Value) -> None:
    """Apply a registry event again; what was refused then is refused now, and was found then."""
    leaf, position, time, kid, hashed, head, body = _list(value)
    shown = body if isinstance(body, bytes) else None
    place = _number(leaf), _number(position), _number(time)
    each = RegistryInput(*place, _bytes(kid), _bytes(hashed), _bytes(head), shown)
    known.inputs.append(each)
    read = parse_head(each.head)
    try:
        held = parse_body(shown) if shown is not None and body_hash(shown) == read.body else None
        event = Event(event_name(each.head), each.leaf, each.position, read, held, each.kid)
        known.replay.apply(event, time=each.time)
    except SuyuanError:
        return


def _pairs(pairs: object) -> list[Value]:
    return [[leaf, entry] for leaf, entry in pairs] if isinstance(pairs, list) else []


def _unpaired(value: Value) -> list[tuple[int, Value]]:
    pairs = [_list(each) for each in _list(value)]
    return [(_number(leaf), entry) for leaf, entry in pairs]


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise MalformedError("state file", came="another shape", expected="a list")
    return value


def _map(value: Value) -> dict[int | str, Value]:
    if not isinstance(value, dict):
        raise MalformedError("state file", came="another shape", expected="a map")
    return value


def _bytes(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise MalformedError("state file", came="another shape", expected="bytes")
    return value


def _number(value: Value) -> int:
    if not isinstance(value, int):
        raise MalformedError("state file", came="another shape", expected="a number")
    return value
