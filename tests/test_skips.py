"""What skips a test, and that `SUYUAN_REQUIRE=all` lets none of it pass."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WAYS = {
    "marker": "@pytest.mark.skip(reason='needs the Debian package hen')\ndef test_it(): pass",
    "condition": "@pytest.mark.skipif(True, reason='needs the Debian package hen')\ndef test_it(): pass",
    "call": "def test_it(): pytest.skip('needs the Debian package hen')",
    "fixture": "@pytest.fixture\ndef hen(): pytest.skip('needs the Debian package hen')\ndef test_it(hen): pass",
    "import": "def test_it(): pytest.importorskip('no_such_hen', reason='needs the Debian package hen')",
    "module": "pytest.skip('needs the Debian package hen', allow_module_level=True)",
    "module's import": "pytest.importorskip('no_such_hen', reason='needs the Debian package hen')",
    "module's marker": (
        "pytestmark = pytest.mark.skipif(True, reason='needs the Debian package hen')\ndef test_it(): pass"
    ),
    "unittest": (
        "import unittest\nclass TestIt(unittest.TestCase):\n"
        "    def test_it(self): raise unittest.SkipTest('needs the Debian package hen')"
    ),
    "no parameters": "@pytest.mark.parametrize('hen', [])\ndef test_it(hen): pass",
}
ANOTHER = "\n\ndef test_another(): pass\n"


@pytest.fixture
def run(tmp_path):
    """Run one module of tests in a process of its own; return exit code and output."""

    def run_(module: str, **variables: str) -> tuple[int, str]:
        (tmp_path / "test_module.py").write_text(f"import pytest\n\n{module}\n", "utf-8")
        (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = none\n")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SUYUAN_", "PYTEST_"))}
        kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.skips", "-p", "no:cacheprovider", "-q", str(tmp_path)],
            cwd=ROOT, env={**kept, **variables}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return run_


@pytest.mark.parametrize("way", WAYS)
def test_a_skip_fails_and_names_its_reason_where_all_is_required(run, way):
    code, said = run(WAYS[way], SUYUAN_REQUIRE="all")
    assert code in (1, 2), said
    assert ("needs the Debian package hen" if way != "no parameters" else "got empty parameter set") in said
    assert "SUYUAN_REQUIRE=all" in said
    assert "skipped" not in said.splitlines()[-1]


def test_a_skip_passes_where_nobody_requires_all(run):
    code, said = run(WAYS["marker"] + ANOTHER)
    assert (code, "1 passed, 1 skipped" in said) == (0, True), said


def test_what_is_expected_to_fail_is_no_skip(run):
    module = "@pytest.mark.xfail(strict=True)\ndef test_it(): assert False\n\ndef test_x(): pytest.xfail('known')"
    code, said = run(module + ANOTHER, SUYUAN_REQUIRE="all")
    assert (code, "1 passed, 2 xfailed" in said) == (0, True), said


def test_a_test_of_data_outside_is_left_out_and_told_where_nothing_names_them(run, tmp_path):
    module = "@pytest.mark.outside('HENHOUSE')\ndef test_it(): assert False" + ANOTHER
    code, said = run(module, SUYUAN_REQUIRE="all")
    assert code == 0, said
    assert "not run: 1 tests of data that HENHOUSE would name" in said
    code, said = run(module, SUYUAN_REQUIRE="all", HENHOUSE=str(tmp_path))
    assert (code, "1 failed, 1 passed" in said, "not run" in said) == (1, True, False), said


def test_every_skip_of_ours_names_debian_packages_a_device_or_a_registry_and_ci_has_them():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    (line,) = (each for each in script.splitlines() if each.startswith("packages="))
    installed = set(line.removeprefix("packages=").strip('"').split())
    named = set()
    for path in (ROOT / "tests").rglob("*.py"):
        for reason in _reasons(ast.parse(path.read_text("utf-8"))) if path != Path(__file__) else ():
            found = re.fullmatch(r"needs (?:the Debian packages? ([a-z0-9 .+-]+)|/dev/[a-z]+|npm's registry)", reason)
            assert found, f"{path}: {reason}"
            named.update((found[1] or "").split())
    assert {"strace", "openssl"} <= named <= installed


def _reasons(tree: ast.Module) -> list[str]:
    """Return the reason of every call that skips, "" where it gives none that can be read here."""
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)]
    skips = [each for each in calls if each.func.attr in ("skip", "skipif", "importorskip", "skipTest")]
    skips = [each for each in skips if ast.unparse(each.func.value) in ("pytest", "pytest.mark", "self")]
    given = [next((word.value for word in each.keywords if word.arg == "reason"), None) for each in skips]
    return [each.value if isinstance(each, ast.Constant) else "" for each in given]
