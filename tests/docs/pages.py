"""The project's documents, and the blocks of code in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("requirements/*.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code.

    Attributes:
        language: the word after the fence, maybe none.
        text: its lines.
        marker: the line of text before it, where such a line stands directly above.
        expected: the `text` block that follows it with nothing but an empty line between, if one does.
    """

    language: str
    text: str
    marker: str
    expected: str | None


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page, in order."""
    found = list(_FENCE.finditer(page))
    blocks = []
    for at, match in enumerate(found):
        after = found[at + 1] if at + 1 < len(found) else None
        follows = after is not None and after[1] == "text" and not page[match.end() : after.start()].strip()
        above = page[: match.start()].rstrip("\n").rpartition("\n")[2] if page[: match.start()][-2:] != "\n\n" else ""
        blocks.append(Block(match[1], match[2], above, after[2] if after and follows else None))
    return blocks


def prose_of(page: str) -> str:
    """Return a page without its blocks of code."""
    return _FENCE.sub("", page)


def missing_lines(expected: str, said: str) -> list[str]:
    """Return which expected lines do not come in what was said, in this order; `…` stands for anything in a line."""
    lines = iter(said.splitlines())
    missing = []
    for line in expected.splitlines():
        pattern = re.compile(".*".join(map(re.escape, line.rstrip().split("…"))))
        if not any(pattern.fullmatch(each.rstrip()) for each in lines):
            missing.append(line)
    return missing


def name_of(page: Path) -> str:
    """Return a page's path in the project."""
    return page.relative_to(ROOT).as_posix()
