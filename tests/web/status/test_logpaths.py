"""Paths that the browser makes from tiles are those of RFC 9162, written here as the RFC writes them."""

import json
import random
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from tests.web.node import NODE

SCRIPT = Path(__file__).with_name("paths.mjs")


def node(left, right):
    return sha256(b"\x01" + left + right).digest()


def split(count):
    return 1 << (count - 1).bit_length() - 1


def mth(leaves):
    """RFC 9162 §2.1.1, over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(mth(leaves[:k]), mth(leaves[k:]))


def inclusion(m, leaves):
    """RFC 9162 §2.1.3.1: PATH(m, D_n)."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*inclusion(m, leaves[:k]), mth(leaves[k:])]
    return [*inclusion(m - k, leaves[k:]), mth(leaves[:k])]


def consistency(m, leaves, *, whole=True):
    """RFC 9162 §2.1.4.1: SUBPROOF(m, D_n, b)."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*consistency(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*consistency(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def leaves_of(count):
    return [sha256(b"\x00" + place.to_bytes(4)).digest() for place in range(count)]


def write_tiles(folder, leaves, *, partial=True):
    """Write hash tiles as C2SP tlog-tiles lays them out, for one size; `partial`: also those that are not full."""
    level, hashes = 0, leaves
    while hashes:
        for number in range(-(-len(hashes) // 256)):
            part = hashes[number * 256 : number * 256 + 256]
            spelt = f"{number:03d}" if number < 1000 else f"x{number // 1000:03d}/{number % 1000:03d}"
            if len(part) == 256 or partial:
                path = folder / "tile" / str(level) / (spelt if len(part) == 256 else f"{spelt}.p/{len(part)}")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"".join(part))
        whole = len(hashes) // 256
        level, hashes = level + 1, [mth(hashes[place * 256 : place * 256 + 256]) for place in range(whole)]


def ask(folder, questions):
    lines = "".join(f"{json.dumps(each)}\n" for each in questions)
    done = subprocess.run([NODE, SCRIPT, folder], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 255, 256, 257, 300, 513])
def test_every_path_of_a_small_log_is_the_rfcs(tmp_path, size):
    leaves = leaves_of(size)
    write_tiles(tmp_path, leaves)
    chosen = range(size) if size < 20 else sorted({0, 1, 127, 128, 200, size - 2, size - 1})
    older = range(1, size + 1) if size < 20 else sorted({1, 2, 128, 129, 192, 255, size - 1, size})
    questions = [{"size": size, "index": each} for each in chosen] + [{"size": size, "older": each} for each in older]
    expected = [inclusion(each, leaves) for each in chosen] + [consistency(each, leaves) for each in older]
    for question, answer, path in zip(questions, ask(tmp_path, questions), expected, strict=True):
        assert answer["path"] == [each.hex() for each in path], question


def test_a_long_log_takes_few_tiles(tmp_path):
    size = 66_000
    leaves = leaves_of(size)
    write_tiles(tmp_path, leaves)
    chance = random.Random(7)
    older = [65_535, 65_536, 65_537, *(chance.randrange(1, size) for _ in range(3))]
    questions = [{"size": size, "older": each} for each in older] + [{"size": size, "index": size - 1}]
    answers = ask(tmp_path, questions)
    for each, answer in zip(older, answers, strict=False):
        assert answer["path"] == [hash_.hex() for hash_ in consistency(each, leaves)]
        assert answer["tiles"] <= 6
    assert answers[-1]["path"] == [each.hex() for each in inclusion(size - 1, leaves)]


def test_a_partial_tile_that_is_gone_is_read_out_of_the_full_one(tmp_path):
    leaves = leaves_of(256)
    write_tiles(tmp_path, leaves)
    (answer,) = ask(tmp_path, [{"size": 200, "older": 70}])
    assert answer["path"] == [each.hex() for each in consistency(70, leaves[:200])]
