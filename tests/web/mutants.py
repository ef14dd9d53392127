"""Proof files bent at random from a seed: bytes, and parts of their CBOR, also put in from other files."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import cbor2

Place: TypeAlias = tuple[Any, Any]  # a container and the key or index in it
Edit: TypeAlias = dict[str, Any]


def edit_between(before: bytes, after: bytes) -> Edit:
    """Return the one cut by which the first becomes the second, as vectors have it."""
    least = min(len(before), len(after))
    start = next((at for at in range(least) if before[at] != after[at]), least)
    rest = least - start
    end = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return {"at": start, "remove": len(before) - start - end, "insert": after[start : len(after) - end].hex()}


def mutants(files: Sequence[bytes], seed: int, count: int) -> Iterator[tuple[int, bytes]]:
    """Yield the index of a file and what became of it, the same ones for the same seed."""
    chance = random.Random(seed)
    trees = [cbor2.loads(each) for each in files]
    for _ in range(count):
        which = chance.randrange(len(files))
        if chance.random() < 0.35:
            yield which, bent_bytes(files[which], chance)
        else:
            yield which, bent_tree(files[which], trees[chance.randrange(len(files))], chance)


def bent_bytes(data: bytes, chance: random.Random) -> bytes:
    """Flip a bit, set a byte, cut bytes out, put bytes in, or end early."""
    at = chance.randrange(len(data))
    size = chance.choice((1, 1, 2, 32))
    return chance.choice(
        (
            data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :],
            data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :],
            data[:at] + data[at + size :],
            data[:at] + chance.randbytes(size) + data[at:],
            data[:at],
        )
    )


def bent_tree(data: bytes, other: Any, chance: random.Random) -> bytes:
    """Drop, double, swap or replace one or two parts; the result is deterministic CBOR again."""
    tree = cbor2.loads(data)
    for _ in range(chance.choice((1, 1, 1, 2))):
        bend = chance.choice((drop, double, swap, replace, alter, transplant))
        bend(tree, places(tree), chance, other)
    return cbor2.dumps(tree, canonical=True)


def bent_papers(papers: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return documents of a match as JSON, with one to three of their values dropped, doubled, swapped or replaced."""
    tree: dict[str, Any] = copy.deepcopy(papers)
    for _ in range(chance.choice((1, 1, 2, 3))):
        said = [(tree, source) for source in tree]
        said += [each for paper in tree.values() for part in ("data", "disclosed") for each in places(paper[part])]
        if not said:
            break
        held, key = chance.choice(said)
        value = held[key]
        if isinstance(held, list) and chance.random() < 0.3:
            held.insert(key, copy.deepcopy(value))
        elif chance.random() < 0.3:
            del held[key]
        elif isinstance(value, str) and chance.random() < 0.7:
            held[key] = chance.choice(SPELLINGS)(value)
        elif held is not tree:
            held[key] = chance.choice((None, "", "0", "1.5", "-1", 0, 1, "1" * 15, "0.000001", [], {}, "A", "20190101"))
    return tree


# What may or may not be the same text or amount.
SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda text: f" {text}\u3000",
    lambda text: f"{text}\x1c",
    lambda text: f"{text}\ufeff",
    lambda text: text.replace("1", "\uff11"),
    lambda text: f"{text}.0",
    lambda text: f"{text}0",
    lambda text: f"0{text}",
    lambda text: text[:-1],
    str.lower,
)


def places(tree: Any) -> list[Place]:
    """Return every place below a tree, in order."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    found = []
    for key, value in items:
        found.append((tree, key))
        found += places(value)
    return found


def drop(tree: Any, found: list[Place], chance: random.Random, other: Any) -> None:
    """Leave a member or item out."""
    held, key = chance.choice(found)
    del held[key]


def double(tree: Any, found: list[Place], chance: random.Random, other: Any) -> None:
    """Let an item of a list stand twice."""
    held, key = chance.choice([each for each in found if isinstance(each[0], list)])
    held.insert(key, held[key])


def swap(tree: Any, found: list[Place], chance: random.Random, other: Any) -> None:
    """Exchange two items of one list."""
    held, key = chance.choice([each for each in found if isinstance(each[0], list)])
    another = chance.randrange(len(held))
    held[key], held[another] = held[another], held[key]


def replace(tree: Any, found: list[Place], chance: random.Random, other: Any) -> None:
    """Put something of another shape in."""
    held, key = chance.choice(found)
    held[key] = chance.choice((None, 0, 1, 2, 3, -1, 2**53, 2**64 - 1, b"", b"\0" * 32, "", "trace", [], {}))


def alter(tree: Any, found: list[Place], chance: random.Random, other: Any) -> None:
    """Change a number a little, a byte string by a bit or a hash, a text by a sign."""
    held, key = chance.choice([each for each in found if isinstance(each[0][each[1]], int | bytes | str)])
    value = held[key]
    if isinstance(value, int):
        held[key] = value + chance.choice((-1, 1, 2))
    elif isinstance(value, bytes):
        at = chance.randrange(len(value) + 1)
        turned = bytes([value[at] ^ 1 << chance.randrange(8)]) + value[at + 1 :] if at < len(value) else b"\0"
        held[key] = chance.choice((value[:at] + turned, value[:-32], value + b"\0" * 32, value[:-1]))
    else:
        held[key] = chance.choice((value + "0", value[:-1], value.upper(), value.replace("1", "2", 1)))


def transplant(tree: Any, found: list[Place], chance: random.Random, other: Any) -> None:
    """Put a part of the other file at the same place, or at another one of its kind."""
    held, key = chance.choice(found)
    donors = [each[0][each[1]] for each in places(other) if type(each[0][each[1]]) is type(held[key])]
    if donors:
        held[key] = chance.choice(donors)
