"""A line plot as SVG: both axes logarithmic or from zero, readable on light and on dark paper."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 36, 44, 52
_INK, _GRID = "#808080", "#80808055"
_COLOURS = ("#2f81c7", "#d1762c", "#4c9a52")

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Axes:
    """What a plot is called, and what its axes say; the horizontal one is logarithmic to this base."""

    title: str
    across: str
    up: str
    base: int


def format_plot(axes: Axes, lines: Mapping[str, Points]) -> str:
    """Return the SVG of lines by name; the vertical axis begins at zero."""
    points = [each for line in lines.values() for each in line]
    low = math.floor(math.log(min(x for x, _ in points), axes.base) + 1e-9)
    high = max(low + 1, math.ceil(math.log(max(x for x, _ in points), axes.base) - 1e-9))
    step = _step(max(y for _, y in points))
    top = step * math.ceil(max(y for _, y in points) / step)

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log(x, axes.base) - low) / (high - low)
        return _LEFT + across * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - y / top * (_HEIGHT - _TOP - _BOTTOM)

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" fill="{_INK}"',
        ' font-family="sans-serif" font-size="12">',
        f"<title>{escape(axes.title)}</title>",
        _text(_LEFT, 18, axes.title, weight="bold"),
        _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 10, axes.across, anchor="middle"),
        _text(_LEFT, 36, axes.up),
    ]
    for power in range(low, high + 1):
        x, y = place(axes.base**power, 0)
        drawn += [_rule(x, _TOP, x, y), _text(x, y + 18, f"{axes.base**power:,}", anchor="middle")]
    for number in range(round(top / step) + 1):
        x, y = place(axes.base**low, number * step)
        drawn += [_rule(x, y, _WIDTH - _RIGHT, y), _text(x - 8, y + 4, f"{number * step:,g}", anchor="end")]
    for number, (name, line) in enumerate(lines.items()):
        drawn += _line(name, [place(x, y) for x, y in line], number)
    return "\n".join([*drawn, "</svg>"]) + "\n"


def _step(most: float) -> float:
    """Return a round distance of which four to ten make up the axis."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most / 4))
    return power * max(each for each in (1, 2, 5) if each * power * 4 <= most * (1 + 1e-9))


def _line(name: str, line: Points, number: int) -> list[str]:
    colour = _COLOURS[number % len(_COLOURS)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in line]
    label = _text(_WIDTH - _RIGHT, 18 + 16 * number, name, anchor="end", colour=colour)
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>', *dots, label]


def _rule(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{_GRID}"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", weight: str = "normal", colour: str = _INK) -> str:
    words = f'text-anchor="{anchor}" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {words}>{escape(text)}</text>'
