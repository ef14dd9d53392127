"""One symbol as a PNG of two colours."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from api.labels.symbol import QUIET, Symbol

_PIXELS = 6  # a side of a module: enough for a screen, and for 300 dots an inch at 0.5 mm


def format_png(symbol: Symbol) -> bytes:
    """Return a symbol with its quiet zone, black on white."""
    side = (symbol.modules + 2 * QUIET) * _PIXELS
    image = Image.new("1", (side, side), 1)
    draw = ImageDraw.Draw(image)
    for x, y, length in symbol.runs:
        left, top = (x + QUIET) * _PIXELS, (y + QUIET) * _PIXELS
        draw.rectangle((left, top, left + length * _PIXELS - 1, top + _PIXELS - 1), fill=0)
    written = BytesIO()
    image.save(written, "PNG", dpi=(300, 300))
    return written.getvalue()
