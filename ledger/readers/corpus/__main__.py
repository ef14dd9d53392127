"""`python -m ledger.readers.corpus FOLDER`: run the readers over a corpus and compare with the table.

Exit status: 0 if nothing differs, or there is no folder to look into; 1 if something differs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Sequence
from hashlib import sha256
from pathlib import Path

from ledger.readers.corpus.table import Row, compare, format_table, parse_table
from ledger.readers.corpus.verdicts import Read, find_epcis_reader, judge_ceb

TABLE = Path("tests/corpus/table.csv")
CEB, EPCIS = "ceb/", "epcis/"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run over a corpus; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ledger.readers.corpus", description=__doc__)
    parser.add_argument("folder", nargs="?", default="", help="the corpus, with ceb/ and epcis/ in it")
    parser.add_argument("--table", type=Path, default=TABLE, help="the committed table")
    parser.add_argument("--write", action="store_true", help="write the table anew instead of comparing")
    chosen = parser.parse_args(arguments)
    folder = Path(chosen.folder)
    if not chosen.folder or not folder.is_dir():
        _say(f"skipped: no corpus at {chosen.folder or '(no folder given)'}; {chosen.table} was not compared")
        return 0
    readers = {CEB: judge_ceb, EPCIS: find_epcis_reader()}
    skipped = tuple(part for part, reader in readers.items() if reader is None)
    for part in skipped:
        _say(f"skipped: {part}, as there is no reader for it yet")
    found = {row.file: row for row in _rows(folder, readers)}
    if chosen.write:
        chosen.table.write_text(format_table(found.values()), encoding="utf-8", newline="\n")
        _say(f"wrote {chosen.table}: {_tally(found.values())}")
        return 0
    return _report(chosen.table, found, skipped)


def _rows(folder: Path, readers: dict[str, Read | None]) -> list[Row]:
    """Return a row for each file that has a reader."""
    files = {CEB: folder.glob("ceb/**/samples/**/*.xml"), EPCIS: folder.glob("epcis/examples/**/*.jsonld")}
    rows = []
    for part, reader in readers.items():
        if reader is None:
            continue
        for path in sorted(files[part]):
            data = path.read_bytes()
            rows.append(Row(path.relative_to(folder).as_posix(), sha256(data).hexdigest(), *reader(data)))
    return rows


def _report(table: Path, found: dict[str, Row], skipped: tuple[str, ...]) -> int:
    """Say what differs from the table; return the exit status."""
    if not table.is_file():
        _say(f"no table at {table}; --write makes it")
        return 1
    expected = parse_table(table.read_text(encoding="utf-8"))
    differences = compare({file: row for file, row in expected.items() if not file.startswith(skipped)}, found)
    for difference in differences:
        _say(difference)
    _say(f"{_tally(found.values())}; {len(differences)} differences from {table}")
    return 1 if differences else 0


def _tally(rows: Collection[Row]) -> str:
    read = sum(row.read for row in rows)
    return f"{len(rows)} files, {read} read, {len(rows) - read} refused"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
