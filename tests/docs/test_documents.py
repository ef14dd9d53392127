"""Every document: what it names exists, what it links leads somewhere, what it shows was run by a test."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from api.cli import app
from api.settings import Settings
from tests.docs.pages import PAGES, ROOT, blocks_of, missing_lines, name_of, prose_of
from verifier.cli.main import build_parser

each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)
PACKAGES = ("verifier", "ledger", "fixtures", "api")
OTHERS = {"build", "receipts", "w1", "zone"}  # folders of commands' examples, not of this project


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as code hosts make them."""
    headings = re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", each.strip().lower()).replace(" ", "-") for each in headings}


@each_page
def test_links_lead_to_files_and_headings_that_exist(page: Path):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(page.read_text("utf-8"))):
        path, _, anchor = target.partition("#")
        file = page if not path else page.parent / path
        if not file.exists() or (anchor and anchor not in anchors_of(file)):
            broken.append(target)
    assert broken == []


@each_page
def test_no_link_leaves_the_project(page: Path):
    assert re.findall(r"\]\((\w+:[^)]*)\)", page.read_text("utf-8")) == []


@each_page
def test_files_that_it_names_exist(page: Path):
    """A path in backticks that begins with a folder of the project; a module may be named without its ending."""
    folders = [each.name for each in ROOT.iterdir() if each.is_dir() and each.name not in OTHERS]
    named = re.findall(rf"`((?:{'|'.join(map(re.escape, folders))})/[\w./*-]*)(?:::\w+)?`", page.read_text("utf-8"))
    assert [each for each in named if not [*ROOT.glob(each.rstrip("/")), *ROOT.glob(f"{each}.py")]] == []


@each_page
def test_tests_that_it_names_exist(page: Path):
    named = set(re.findall(r"\btest_\w+\b(?!\.py)", page.read_text("utf-8")))
    assert named - all_tests() - {path.stem for path in ROOT.glob("tests/**/test_*.py")} == set()


@cache
def all_tests() -> set[str]:
    sources = (path.read_text("utf-8") for path in ROOT.glob("tests/**/test_*.py"))
    return {name for source in sources for name in re.findall(r"def (test_\w+)\(", source)}


# Commands and their options.


@cache
def options() -> dict[str, set[str]]:
    """Return the options of every command, by its words: `suyuan key new`, `suyuan-verify trace`."""
    return {**dict(_click_options("suyuan", get_command(app))), **dict(_argparse_options("suyuan-verify"))}


def _click_options(name: str, command: Any) -> Iterator[tuple[str, set[str]]]:
    yield name, {option for each in command.params for option in each.opts + each.secondary_opts} | {"-h", "--help"}
    for word, inner in getattr(command, "commands", {}).items():
        yield from _click_options(f"{name} {word}", inner)


def _argparse_options(name: str) -> Iterator[tuple[str, set[str]]]:
    parser = build_parser()
    yield name, set(parser._option_string_actions)
    (commands,) = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    for word, inner in commands.choices.items():
        yield f"{name} {word}", set(inner._option_string_actions) | set(parser._option_string_actions)


def spoken(page: str) -> Iterator[list[str]]:
    """Yield every command of ours that a page types or names, as words."""
    code = [block.text.replace("\\\n", " ") for block in blocks_of(page) if block.language in ("sh", "bash")]
    code += [each.replace("\n", " ") for each in re.findall(r"`([^`]+)`", prose_of(page))]
    for line in "\n".join(code).splitlines():
        for each in re.findall(r"(?:^|[;&|(] ?|\s)((?:\.venv/bin/)?suyuan(?:-verify)? [^;&|#)]*)", line):
            yield each.removeprefix(".venv/bin/").split()


def command_of(words: list[str]) -> str:
    """Return the longest known command that these words begin with."""
    known = [" ".join(words[:count]) for count in (3, 2, 1) if " ".join(words[:count]) in options()]
    return known[0]


@each_page
def test_commands_that_it_names_exist_and_have_these_options(page: Path):
    wrong = []
    for words in spoken(page.read_text("utf-8")):
        command = command_of(words)
        unknown = {word for word in words if word.startswith("--")} - options()[command]
        if unknown or (command in PROGRAMS and words[1:] and not words[1].startswith(("-", "…"))):
            wrong.append(words)
    assert wrong == []


PROGRAMS = ("suyuan", "suyuan-verify")


@each_page
def test_options_that_it_names_alone_exist(page: Path):
    known = set().union(*options().values()) | {"--write", "--table", "--require-hashes", "--no-deps"}
    named = set(re.findall(r"`(--[\w-]+)", prose_of(page.read_text("utf-8"))))
    assert named - known == set()


@each_page
def test_settings_that_it_names_exist(page: Path):
    settings = {f"SUYUAN_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"\bSUYUAN_[A-Z_]+[A-Z]\b", page.read_text("utf-8"))) - settings
    assert {each for each in named if not _is_read_by_the_tests(each)} == set()


def _is_read_by_the_tests(name: str) -> bool:
    sources = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("benchmarks/*.py")]
    return any(f'environ.get("{name}"' in source.read_text("utf-8") for source in sources)


@each_page
def test_targets_of_make_that_it_names_exist(page: Path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = page.read_text("utf-8")
    typed = "\n".join(block.text for block in blocks_of(text))
    named = set(re.findall(r"`make ([a-z]+)", prose_of(text)) + re.findall(r"^make ([a-z]+)", typed, re.MULTILINE))
    assert named - targets == set()


# What a page shows.


@each_page
def test_what_it_types_is_run_by_a_test_that_it_names(page: Path):
    """The README's blocks are run by `test_readme.py`; any other block names its test in a comment above it.

    Those of the README in Chinese are the same (`test_readme_languages.py`).
    """
    if page.name in ("README.md", "README.zh-CN.md") and page.parent == ROOT:
        return
    blocks = [block for block in blocks_of(page.read_text("utf-8")) if block.language in ("sh", "bash", "python")]
    runners = [re.match(r"<!-- (tests/[\w/]+\.py) runs this block", block.marker) for block in blocks]
    assert [block.text for block, runner in zip(blocks, runners, strict=True) if not runner] == []
    assert [each[1] for each in runners if each and page.name not in (ROOT / each[1]).read_text("utf-8")] == []


HERE = "<!-- tests/docs/test_documents.py runs this block -->"
SHOWN = [
    pytest.param(block, id=f"{name_of(page)} {at}")
    for page in (ROOT / "docs" / "readers.md",)
    for at, block in enumerate(each for each in blocks_of(page.read_text("utf-8")) if each.marker == HERE)
]


@pytest.mark.parametrize("block", SHOWN)
def test_python_shows_what_the_page_says_it_shows(block):
    command = [sys.executable, "-c", block.text]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert block.expected
    assert missing_lines(block.expected, ran.stdout) == [], ran.stdout


# The architecture, the decisions, the changes, the licence.


def rooms_of(package: str) -> set[tuple[str, str]]:
    """Return (package, folder) of every folder with files in it."""
    folders = [each for each in (ROOT / package).iterdir() if each.is_dir() and each.name != "__pycache__"]
    return {(package, each.name) for each in folders if any(file.suffix != ".pyc" for file in each.rglob("*.*"))}


def test_the_house_is_the_tree():
    """The page that says what stands where names every package folder, under its package, and no other."""
    assert house() == set().union(*map(rooms_of, PACKAGES))


def test_the_floors_are_those_that_imports_keep_to():
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    floors = [[each.removeprefix("verifier.") for each in contract.get("layers", ())] for contract in layers]
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        said = [" ".join(each.split()) for each in re.findall(r"\w+(?:\s+→\s+\w+)+", page.read_text("utf-8"))]
        assert " → ".join(floors[1]) in said, page.name


def house() -> set[tuple[str, str]]:
    """Return (package, folder) as docs/architecture.md draws them."""
    (drawn,) = (block.text for block in blocks_of(page_text("architecture.md")) if block.text.startswith("verifier/"))
    package, rooms = "", set()
    for line in drawn.splitlines():
        if line.startswith(" "):
            rooms |= {(package, each) for each in re.findall(r"(?:^|\s)(\w+)/", line)}
        else:
            package = line.partition("/")[0]
            assert (ROOT / package).is_dir()
    return rooms


def page_text(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def test_every_decision_is_in_the_index_under_its_title_and_names_what_it_costs():
    decisions = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    index = page_text("adr/README.md")
    numbers = [int(page.name[:4]) for page in decisions]
    assert numbers == list(range(1, len(numbers) + 1)), "each number once, none left out"
    for number, page in zip(numbers, decisions, strict=True):
        text = page.read_text("utf-8")
        title = text.partition("\n")[0].removeprefix(f"# {number}. ")
        assert f"{number}. [{title}]({page.name})" in index
        for part in ("**Context.**", "**Decision.**", "**Consequences.**", "*Negative:*"):
            assert part in text, (page.name, part)


def test_changes_name_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"## [Unreleased] {version}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_licence_is_the_one_that_the_package_names():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in licence
    assert "Version 2.0" in licence


def test_readers_page_counts_the_corpus_as_the_table_does():
    lines = (ROOT / "tests" / "corpus" / "table.csv").read_text("utf-8").splitlines()
    read = sum(",read," in line for line in lines)
    assert f"{len(lines) - 1} files, {read} read, {len(lines) - 1 - read} refused" in page_text("readers.md")
