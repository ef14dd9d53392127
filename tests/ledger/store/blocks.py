"""Blocks as rows, made up: a store looks into none of them. Each has one batch of two events, and a seal."""

from __future__ import annotations

from contextlib import nullcontext
from hashlib import sha256

from ledger.store.interface import Block, Store, StoredCheckpoint, StoredSeal, lookup_of
from verifier.ledgerformat.head import event_name

KEYS = [sha256(bytes([each])).digest() for each in range(3)]  # of histories
EVENTS = 2  # of a block


def kid(number: int) -> bytes:
    return sha256(b"kid%d" % (number % 2)).digest()


def identity(number: int) -> bytes:
    return sha256(b"identity%d" % number).digest()


def entry(number: int) -> bytes:
    return b"entry %d" % number


def head(seq: int) -> bytes:
    return b"\xa0 head %d" % seq


def body(seq: int) -> bytes | None:
    return b'{"body": %d}' % seq if seq % 2 else None


def event_id(seq: int) -> bytes:
    return seq.to_bytes(16, "big")


def leaf_of(key: bytes, number: int) -> bytes:
    return sha256(key + bytes([number % 256])).digest()


def amount(number: int) -> int:
    """Return what the counter of the first key is after a block: large, as counters may be."""
    return 10**18 - 1 - number


def seal(number: int) -> StoredSeal:
    return StoredSeal(2 * number + 1, b"seal %d" % number, 2 * number, 1_000 + number)


def checkpoint(number: int, *, quorum: bool = False) -> StoredCheckpoint:
    return StoredCheckpoint(2 * number + 2, b"note %d" % number, b"header", b"signature", quorum)


def block(number: int, *, quorum: bool = False) -> Block:
    """Block `number`: leaves 2n (a batch of two events, numbers 2n and 2n + 1) and 2n + 1 (its seal)."""
    leaf, first = 2 * number, EVENTS * number
    made = Block(first=leaf, size=leaf + 2)
    made.statements.append((leaf, entry(number), identity(number), kid(number), 10 * number, EVENTS, first))
    for place in range(EVENTS):
        seq = first + place
        made.events.append((seq, leaf, place, event_id(seq), 1, head(seq), body(seq)))
        made.lookups.append((lookup_of(event_name(head(seq))), seq))
        made.disclosures.append((seq, "/name", f"text {seq}"))
    if not number:
        made.participants.append((1, "urn:suyuan:agency:a"))
        made.new_keys.extend(
            (key, place, 1, key, leaf_of(key, 0), 1, 0, None) for place, key in enumerate(sorted(KEYS))
        )
        made.registry.append((first,))
    else:
        key = KEYS[number % 3]
        made.changed_keys.append((number + 1, key, leaf_of(key, number), 1, 1, 1, key))
    made.attachments.append((sha256(b"%d" % number).digest(), b"%d" % number))
    made.histories.extend((place, number, first) for place in range(len(KEYS)))
    made.counters.extend([(KEYS[0], amount(number)), (KEYS[1 + number % 2], -amount(number))])
    made.seal, made.checkpoint = seal(number), checkpoint(number, quorum=quorum)
    return made


def write(store: Store, *numbers: int) -> None:
    for number in numbers:
        store.writer().commit(block(number), nullcontext())
