"""Bytes as people read them: dumps, and CBOR in its diagnostic notation (RFC 8949 §8)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from verifier.errors import SuyuanError
from verifier.primitives.cbor import Value, parse_cbor

_ROW = 8  # bytes a line: what fits a telephone's width
_MOST = 4096  # bytes that a page dumps; all of them are downloaded


def hex_dump(data: bytes) -> str:
    """Return offset, hexadecimal digits and printable ASCII, eight bytes a line; at most the first 4,096 bytes."""
    lines = []
    for at in range(0, min(len(data), _MOST), _ROW):
        row = data[at : at + _ROW]
        signs = "".join(chr(each) if 0x20 <= each < 0x7F else "." for each in row)
        lines.append(f"{at:04x}  {row.hex(' '):<{3 * _ROW - 1}}  {signs}")
    if len(data) > _MOST:
        lines.append(f"… +{len(data) - _MOST}")
    return "\n".join(lines)


def diagnose(data: bytes) -> str:
    """Return what an item of CBOR says in diagnostic notation, a member a line; nothing where it is no strict CBOR."""
    try:
        return _spell(parse_cbor(data, "cbor"), "")
    except SuyuanError:
        return ""


def _spell(value: Value, indent: str) -> str:
    if isinstance(value, bytes):
        return f"h'{value.hex()}'"
    if isinstance(value, Mapping):
        return _lines(
            "{}", [f"{_spell(key, '')}: {_spell(each, f'{indent}  ')}" for key, each in value.items()], indent
        )
    if isinstance(value, list):
        return _lines("[]", [_spell(each, f"{indent}  ") for each in value], indent)
    return json.dumps(value, ensure_ascii=False)


def _lines(brackets: str, members: list[str], indent: str) -> str:
    if not members:
        return brackets
    inner = f",\n{indent}  ".join(members)
    return f"{brackets[0]}\n{indent}  {inner}\n{indent}{brackets[1]}"
