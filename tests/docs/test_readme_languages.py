"""The README in English and in Chinese: one tells what the other tells, section by section."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks_of, prose_of

ENGLISH, CHINESE = (ROOT / name for name in ("README.md", "README.zh-CN.md"))
_HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
_LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")
_NUMBER = re.compile(r"(?<![\w#])\d[\d.,]*\d|(?<![\w#])\d")
_MOST_PICTURE = 120_000


def sections_of(page: Path) -> list[tuple[int, str]]:
    """Return level and prose of each section, from its heading to the next, blocks of code left out."""
    prose = prose_of(page.read_text("utf-8"))
    found = list(_HEADING.finditer(prose))
    ends = [each.start() for each in found[1:]] + [len(prose)]
    return [(len(each[1]), prose[each.start() : end]) for each, end in zip(found, ends, strict=True)]


def anchors_of(page: Path) -> list[str]:
    headings = [heading for _, heading in _HEADING.findall(prose_of(page.read_text("utf-8")))]
    return [re.sub(r"[^\w\- ]", "", each.strip().lower()).replace(" ", "-") for each in headings]


def links_of(text: str, page: Path) -> Counter[str]:
    """Return where a text links to; a heading of the page itself by its number, the other page by one word."""
    anchors = anchors_of(page)
    found: Counter[str] = Counter()
    for picture, target in _LINK.findall(text):
        if target in (ENGLISH.name, CHINESE.name):
            found["the other page"] += 1
        elif target.startswith("#"):
            found[f"heading {anchors.index(target[1:])}"] += 1
        else:
            found[f"{picture}{target}"] += 1
    return found


def codes_of(text: str) -> Counter[str]:
    return Counter(" ".join(each.split()) for each in _CODE.findall(text))


def numbers_of(text: str) -> Counter[str]:
    """Return the figures of a text outside code and links."""
    return Counter(_NUMBER.findall(_CODE.sub("", _LINK.sub("", text))))


def rows_of(text: str) -> list[int]:
    """Return how many cells each row of its tables has."""
    return [line.count("|") for line in text.splitlines() if line.startswith("|")]


def items_of(text: str) -> int:
    return sum(line.startswith("- ") for line in text.splitlines())


BOTH = list(zip(sections_of(ENGLISH), sections_of(CHINESE), strict=False))


def test_both_have_the_same_headings():
    assert [level for level, _ in sections_of(ENGLISH)] == [level for level, _ in sections_of(CHINESE)]


def test_both_type_and_show_the_same():
    english, chinese = (blocks_of(page.read_text("utf-8")) for page in (ENGLISH, CHINESE))
    assert [(each.language, each.text) for each in english] == [(each.language, each.text) for each in chinese]


@pytest.mark.parametrize("at", range(len(BOTH)))
def test_a_section_says_the_same_in_both(at: int):
    (_, english), (_, chinese) = BOTH[at]
    assert links_of(english, ENGLISH) == links_of(chinese, CHINESE)
    assert codes_of(english) == codes_of(chinese)
    assert numbers_of(english) == numbers_of(chinese)
    assert rows_of(english) == rows_of(chinese)
    assert items_of(english) == items_of(chinese)


def test_blocks_stand_in_the_same_sections():
    def places(page: Path) -> list[int]:
        text = page.read_text("utf-8")
        headings = [each.start() for each in re.finditer(r"^## ", text, re.MULTILINE)]
        return [sum(start < each.start() for start in headings) for each in re.finditer(r"^```", text, re.MULTILINE)]

    assert places(ENGLISH) == places(CHINESE)


def test_one_is_chinese_and_the_other_is_not():
    han = re.compile("[\u4e00-\u9fff]")
    for _, section in sections_of(CHINESE):
        assert len(han.findall(section)) > 20
    assert len(han.findall(ENGLISH.read_text("utf-8"))) < 60


@pytest.mark.parametrize("page", [ENGLISH, CHINESE], ids=lambda page: page.name)
def test_both_show_the_pictures_that_the_project_takes(page: Path):
    shown = {target for picture, target in _LINK.findall(page.read_text("utf-8")) if picture}
    taken = {f"docs/images/{each.name}" for each in (ROOT / "docs/images").glob("*.png")}
    assert len(taken) == 2
    assert taken <= shown
    for each in taken:
        data = (ROOT / each).read_bytes()
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        assert len(data) <= _MOST_PICTURE
