"""A sheet as SVG 1.1, in millimetres."""

from __future__ import annotations

from xml.sax.saxutils import escape

from api.labels.sheet import LINE, TEXT, Page, Placed


def format_svg(page: Page) -> bytes:
    """Return a sheet as a document of its own: black on white, text as text."""
    size = f'width="{page.width:g}mm" height="{page.height:g}mm" viewBox="0 0 {page.width:g} {page.height:g}"'
    drawn = "\n".join(_label(each) for each in page.labels)
    paper = f'<rect width="{page.width:g}" height="{page.height:g}" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{paper}\n{drawn}\n</svg>\n'.encode()


def _label(placed: Placed) -> str:
    runs = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in placed.label.symbol.runs)
    at = f"translate({placed.x:.3f} {placed.y:.3f}) scale({placed.module:g})"
    middle = placed.x + placed.label.symbol.modules * placed.module / 2
    lines = "".join(
        f'<tspan x="{middle:.3f}" y="{placed.below + place * LINE:.3f}">{escape(line)}</tspan>'
        for place, line in enumerate(placed.label.lines)
    )
    text = f'<text font-family="monospace" font-size="{TEXT:g}" text-anchor="middle">{lines}</text>'
    return f'<path transform="{at}" d="{runs}" shape-rendering="crispEdges"/>{text if lines else ""}'
