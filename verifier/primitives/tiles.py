"""Tile paths and entry bundles (C2SP tlog-tiles).

A full tile at level L holds 256 hashes; hash i of tile n is the tree hash over the leaves
[(n * 256 + i) * 256**L, (n * 256 + i + 1) * 256**L).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from verifier.errors import MalformedError

WIDTH = 256
TILE_BYTES = WIDTH * 32
MAX_ENTRY = 65_535
_MAX_LEVEL = 63
_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """Names one tile or entry bundle.

    Attributes:
        level: 0 to 63; None for an entry bundle.
        number: which tile of that level.
        width: how many hashes or entries, 1 to 256; 256 is a full one.
    """

    level: int | None
    number: int
    width: int = WIDTH


def format_tile_path(tile: Tile) -> str:
    """Return `tile/<L>/<N>[.p/<W>]`, with N in groups of three digits."""
    level = "entries" if tile.level is None else str(tile.level)
    groups = [f"{tile.number % 1000:03d}"]
    rest = tile.number // 1000
    while rest:
        groups.append(f"x{rest % 1000:03d}")
        rest //= 1000
    partial = "" if tile.width == WIDTH else f".p/{tile.width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def parse_tile_path(path: str, what: str = "tile path") -> Tile:
    """Read a tile's path; refuse every spelling but the one that `format_tile_path` writes."""
    match = _PATH.fullmatch(path)
    if not match:
        raise MalformedError(what, came=path, expected="tile/<level>/<number>[.p/<width>]")
    level, number, width = match.groups()
    tile = Tile(
        None if level == "entries" else int(level),
        int(number.replace("x", "").replace("/", "")),
        int(width) if width else WIDTH,
    )
    spelt = format_tile_path(tile) == path
    if not spelt or (tile.level or 0) > _MAX_LEVEL or tile.number >= 1 << 56 or tile.width > WIDTH:
        raise MalformedError(what, came=path, expected="its one canonical spelling")
    return tile


def tiles_of(size: int, *, entries: bool = True) -> Iterator[Tile]:
    """Yield every tile (and entry bundle) of a log of `size` leaves, partial ones last of their level."""
    if entries:
        yield from _level(None, size)
    level = 0
    while size:
        yield from _level(level, size)
        size //= WIDTH
        level += 1


def _level(level: int | None, count: int) -> Iterator[Tile]:
    for number in range(count // WIDTH):
        yield Tile(level, number)
    if count % WIDTH:
        yield Tile(level, count // WIDTH, count % WIDTH)


def parse_bundle(data: bytes, width: int, what: str = "entry bundle") -> list[bytes]:
    """Return the entries of a bundle: each a u16 big-endian length and that many bytes.

    Raises:
        MalformedError: it does not hold exactly `width` entries.
    """
    entries = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) != length:
            raise MalformedError(what, came="a cut entry", expected="whole entries")
        entries.append(entry)
        at += 2 + length
    if len(entries) != width:
        raise MalformedError(what, came=f"{len(entries)} entries", expected=f"{width}")
    return entries


def format_bundle(entries: Iterable[bytes]) -> bytes:
    """Return the bundle of these entries, each at most 65,535 bytes."""
    return b"".join(len(each).to_bytes(2, "big") + each for each in entries)


def parse_hashes(data: bytes, width: int, what: str = "tile") -> list[bytes]:
    """Return the hashes of a tile of exactly `width` of them."""
    if len(data) != width * 32:
        raise MalformedError(what, came=f"{len(data)} bytes", expected=f"{width * 32}")
    return [data[at : at + 32] for at in range(0, len(data), 32)]
