"""What a phone has to load, as it is written: a build that shortens names leaves two thirds of it."""

import gzip
import re
from pathlib import Path

from api.web.release.modules import in_order
from api.web.release.sources import text_file

FOLDER = Path(__file__).parents[2] / "api/web/verifier"
MODULES = sorted(FOLDER.rglob("*.js"))
IMPORTS = re.compile(r"""^(?:import|export)\b[^;]*?\bfrom "([^"]+)";$""", re.MULTILINE)
MOST = 53_000
LONGEST, MOST_LINES = 120, 300


def without_comments(text):
    """Return a module without its comments, indents and empty lines."""
    bare = re.sub(r"/\*\*.*?\*/", "", text, flags=re.DOTALL)
    lines = (line.strip() for line in bare.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("// "))


def imported(path):
    """Return the modules that one needs, itself included."""
    found, waiting = set(), [path]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += [(here.parent / each).resolve() for each in IMPORTS.findall(here.read_text())]
    return sorted(found)


def test_the_verifier_of_traces_leaves_room_for_the_page():
    spelt = "\n".join(without_comments(path.read_text()) for path in imported(FOLDER / "verdict.js"))
    assert len(gzip.compress(spelt.encode(), 9)) <= MOST


def test_what_is_not_a_trace_is_loaded_when_it_is_dropped():
    needed = {path.relative_to(FOLDER).parts[0] for path in imported(FOLDER / "verdict.js")}
    assert needed.isdisjoint({"evidence", "evidence.js", "bundle.js", "results", "charterfile.js", "eventproof.js"})
    assert set(imported(FOLDER / "open.js")) < {FOLDER / "open.js", *imported(FOLDER / "verdict.js")}


def test_modules_and_lines_are_as_short_as_the_house_has_them():
    assert [path.name for path in MODULES if len(path.read_text().splitlines()) > MOST_LINES] == []
    long = [(path.name, line) for path in MODULES for line in path.read_text().splitlines() if len(line) > LONGEST]
    assert long == []


def test_nothing_is_loaded_from_elsewhere():
    foreign = {found for path in MODULES for found in IMPORTS.findall(path.read_text()) if not found.startswith(".")}
    assert foreign == set()


def test_modules_take_what_others_export_and_none_imports_itself_by_way_of_others():
    for path in MODULES:
        in_order(f"verifier/{path.relative_to(FOLDER)}", text_file)
