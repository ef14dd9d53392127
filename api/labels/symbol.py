"""QR code symbols as runs of dark modules, which any page can draw."""

from __future__ import annotations

from dataclasses import dataclass

import segno

from verifier.errors import MalformedError

QUIET = 4  # modules around a symbol (ISO/IEC 18004)
MOST_BYTES = 2_953  # in version 40-L, in byte mode (ISO/IEC 18004, table 7)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR code without its quiet zone.

    Attributes:
        modules: on each side.
        runs: dark modules side by side: column, row, how many.
        version: version and level, like `4-M`.
    """

    modules: int
    runs: tuple[tuple[int, int, int], ...]
    version: str


def encode_link(link: str) -> Symbol:
    """Return the symbol of a link, at level M: 15 % of it may be lost."""
    return _symbol(segno.make_qr(link, error="m", boost_error=False))


def encode_proof(data: bytes) -> Symbol:
    """Return the symbol of a proof's bytes, at level L: only so it has room.

    Raises:
        MalformedError: more than 2,953 bytes.
    """
    if len(data) > MOST_BYTES:
        expected = f"at most {MOST_BYTES}, as one QR code holds"
        raise MalformedError("proof", came=f"{len(data)} bytes", expected=expected, todo="Hand it over as a file.")
    return _symbol(segno.make_qr(data, error="l", mode="byte", boost_error=False))


def _symbol(code: segno.QRCode) -> Symbol:
    runs = []
    for row, modules in enumerate(code.matrix):
        column = 0
        while column < len(modules):
            end = column
            while end < len(modules) and modules[end]:
                end += 1
            if end > column:
                runs.append((column, row, end - column))
            column = end + 1
    return Symbol(len(code.matrix), tuple(runs), code.designator)
