"""Sheets as one PDF, in millimetres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fpdf import FPDF

from api.labels.sheet import LINE, TEXT, Page, Placed

_POINTS = 72 / 25.4  # in a millimetre


def format_pdf(pages: Sequence[Page], made: datetime) -> bytes:
    """Return sheets as a document: symbols as areas, text in Courier, which every reader has.

    Args:
        pages: one at least, all of one size.
        made: when, for the document's own data.
    """
    document = FPDF(unit="mm", format=(pages[0].width, pages[0].height))
    document.set_creation_date(made)
    document.set_auto_page_break(False)
    document.set_font("Courier", size=TEXT * _POINTS)
    for page in pages:
        document.add_page()
        for placed in page.labels:
            _draw(document, placed)
    return bytes(document.output())


def _draw(document: FPDF, placed: Placed) -> None:
    side, symbol = placed.module, placed.label.symbol
    document.set_fill_color(0)
    for x, y, length in symbol.runs:
        document.rect(placed.x + x * side, placed.y + y * side, length * side, side, style="F")
    middle = placed.x + symbol.modules * side / 2
    for place, line in enumerate(placed.label.lines):
        document.text(middle - document.get_string_width(line) / 2, placed.below + place * LINE, line)
