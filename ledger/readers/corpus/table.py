"""The committed table: one row a file, sorted by path."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass

from verifier.errors import MalformedError

HEADER = ("file", "sha256", "strict", "lenient", "reason")


@dataclass(frozen=True, slots=True)
class Row:
    """One file of the corpus.

    Attributes:
        file: path below the corpus folder, with slashes.
        sha256: of its bytes, hex.
        strict: `read` or `refused`, by a strict reader.
        lenient: `read` or `refused`, by a lenient reader; empty where there is none.
        reason: why it was refused, or what was accepted against the rules; empty if nothing.
    """

    file: str
    sha256: str
    strict: str
    lenient: str
    reason: str

    @property
    def read(self) -> bool:
        """Return whether any reader reads it."""
        return "read" in (self.strict, self.lenient)


def parse_table(text: str) -> dict[str, Row]:
    """Return the rows of a table by file.

    Raises:
        MalformedError: other columns, or a file twice.
    """
    lines = list(csv.reader(io.StringIO(text)))
    if not lines or tuple(lines[0]) != HEADER or any(len(line) != len(HEADER) for line in lines):
        raise MalformedError("table", came="other columns", expected=", ".join(HEADER))
    rows = {line[0]: Row(*line) for line in lines[1:]}
    if len(rows) != len(lines) - 1:
        raise MalformedError("table", came="a file twice", expected="one row a file")
    return rows


def format_table(rows: Iterable[Row]) -> str:
    """Return the table as CSV with a header and Unix line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(astuple(row) for row in sorted(rows, key=lambda row: row.file))
    return out.getvalue()


def compare(expected: Mapping[str, Row], found: Mapping[str, Row]) -> list[str]:
    """Return every difference between the table and what was found, in words."""
    differences = []
    for file in sorted(expected.keys() | found.keys()):
        if file not in found:
            differences.append(f"{file}: in the table, not in the folder")
        elif file not in expected:
            differences.append(f"{file}: in the folder, not in the table")
        else:
            differences += _compare_rows(expected[file], found[file])
    return differences


def _compare_rows(expected: Row, found: Row) -> list[str]:
    return [
        f"{expected.file}: {name} is {getattr(found, name) or 'empty'}, "
        f"the table has {getattr(expected, name) or 'nothing'}"
        for name in HEADER[1:]
        if getattr(expected, name) != getattr(found, name)
    ]
