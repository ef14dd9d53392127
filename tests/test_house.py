"""Sizes of the house: whoever reads a file or a function holds it in mind at once (CONTRIBUTING.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("verifier", "ledger", "fixtures", "api", "benchmarks", "tests")
LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 400, 40


def sources() -> Iterator[tuple[str, str]]:
    """Yield the path and text of every Python file of the project."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield the name and lines of every function, decorators aside, functions inside it included."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_longer_than_400_lines():
    assert {path: lines for path, text in sources() if (lines := len(text.splitlines())) > LINES_OF_A_FILE} == {}


def test_no_function_is_longer_than_40_lines():
    found = {
        f"{path} {name}": lines
        for path, text in sources()
        for name, lines in functions(text)
        if lines > LINES_OF_A_FUNCTION
    }
    assert found == {}


def test_lines_are_counted_from_def_to_the_last():
    text = "@decorated\ndef outer(\n    a,\n):\n    def inner():\n        pass\n    return inner\n"
    assert sorted(functions(text)) == [("inner", 2), ("outer", 6)]


def test_every_package_is_looked_at():
    found = {path.split("/", 1)[0] for path, _ in sources()}
    assert found == set(PACKAGES)
