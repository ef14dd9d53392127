"""Where labels stand on sheets of paper; all lengths in millimetres, from the upper left corner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.labels.symbol import QUIET, Symbol
from verifier.errors import MalformedError

PAPERS = {"a4": (210.0, 297.0), "a5": (148.0, 210.0), "letter": (215.9, 279.4)}
SMALLEST, LARGEST = 0.396, 0.990  # a module of a GS1 Digital Link on goods (GS1 General Specifications, 5.12.3.1)
LINE = 2.6  # from one line of text to the next
TEXT = 2.0  # height of letters
WIDE = 0.6  # a letter of a typewriter's face over its height


@dataclass(frozen=True, slots=True)
class Label:
    """One label: its symbol, and what people read under it."""

    symbol: Symbol
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A label with the corner of its symbol (quiet zone outside) and the size of a module."""

    label: Label
    x: float
    y: float
    module: float

    @property
    def below(self) -> float:
        """Where the first line of text stands."""
        return self.y + (self.label.symbol.modules + QUIET) * self.module + TEXT / 2


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet of paper."""

    width: float
    height: float
    labels: tuple[Placed, ...]


def lay_out(labels: Sequence[Label], *, paper: str, module: float, margin: float, gap: float) -> list[Page]:
    """Return the sheets: row by row, all cells as large as the largest label.

    Args:
        labels: in order; one at least.
        paper: a name of `PAPERS`.
        module: side of a module.
        margin: left free around a sheet.
        gap: between labels.

    Raises:
        MalformedError: a size that GS1 does not allow or paper that no label fits on.
    """
    if paper not in PAPERS:
        raise MalformedError("--paper", came=paper, expected=" | ".join(PAPERS))
    if not SMALLEST <= module <= LARGEST:
        raise MalformedError("--module", came=f"{module} mm", expected=f"{SMALLEST} to {LARGEST} mm, as GS1 asks")
    width, height = PAPERS[paper]
    wide, high = max(_width(each, module) for each in labels), max(_height(each, module) for each in labels)
    columns = int((width - 2 * margin + gap) // (wide + gap))
    rows = int((height - 2 * margin + gap) // (high + gap))
    if columns < 1 or rows < 1:
        came, expected = f"{paper} with a margin of {margin} mm", f"room for {wide:.1f} mm by {high:.1f} mm"
        raise MalformedError("--paper", came=came, expected=expected, todo="Take larger paper or smaller modules.")
    each_page = columns * rows
    corners = [(margin + at % columns * (wide + gap), margin + at // columns * (high + gap)) for at in range(each_page)]
    pages = (labels[at : at + each_page] for at in range(0, len(labels), each_page))
    return [Page(width, height, tuple(_placed(page, corners, wide, module))) for page in pages]


def lay_out_one(label: Label, module: float) -> Page:
    """Return a sheet as large as one label."""
    wide, high = _width(label, module), _height(label, module)
    return Page(wide, high, tuple(_placed([label], [(0.0, 0.0)], wide, module)))


def _placed(
    labels: Sequence[Label], corners: Sequence[tuple[float, float]], wide: float, module: float
) -> Iterator[Placed]:
    for label, (x, y) in zip(labels, corners, strict=False):
        spare = (wide - label.symbol.modules * module) / 2
        yield Placed(label, x + spare, y + QUIET * module, module)


def _width(label: Label, module: float) -> float:
    return max((label.symbol.modules + 2 * QUIET) * module, *(len(line) * TEXT * WIDE for line in label.lines), 0.0)


def _height(label: Label, module: float) -> float:
    return (label.symbol.modules + 2 * QUIET) * module + len(label.lines) * LINE
