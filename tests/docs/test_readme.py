"""The README's commands, run in their order as a newcomer would, and what it says of them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, blocks_of, missing_lines
from tests.ports import free_port
from verifier.cli.main import build_parser

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = [block for block in blocks_of(README) if block.language == "sh"]
MADE = ("make run\n", "make test\n")  # what a newcomer types; their inner commands are run here
TYPED = [block for block in BLOCKS if block.text not in MADE]
OFFLINE = "suyuan-verify trace build/demo/now.trace --policy build/demo/trust.policy\n"
PATIENCE = 120.0
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("curl") is None, reason="needs the Debian package curl"),
]


def recipe(target: str, **variables: str) -> str:
    """Return the command of a target of the Makefile: the last one, where others prepare it."""
    text = (ROOT / "Makefile").read_text("utf-8")
    (lines,) = re.findall(rf"^{target}: .*\n((?:\t.*\n)+)", text, re.MULTILINE)
    command = lines.splitlines()[-1].strip().removeprefix("@")
    for name, value in {"BIN": ".venv/bin", "WORKERS": "2", **variables}.items():
        command = command.replace(f"$({name})", value)
    assert "$(" not in command
    return command


def environment(home: Path) -> dict[str, str]:
    """Return variables of a newcomer's shell: English, a home of its own, no network but this machine."""
    dead = "http://127.0.0.1:9"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SUYUAN_", "XDG_", "LC_"))}
    proxies = {"http_proxy": dead, "https_proxy": dead, "no_proxy": "127.0.0.1,localhost"}
    return {**kept, **proxies, "HOME": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, slots=True)
class Session:
    """What a newcomer saw.

    Attributes:
        said: output of each typed block.
        code: of the shell that ran them.
        stopped: exit code of `make run` after Ctrl-C.
        offline: of verifying the newer trace again after that.
        demonstration: what `make run` said.
    """

    said: list[str]
    code: int
    stopped: int
    offline: int
    demonstration: str


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("checkout")
    (folder / ".venv" / "bin").mkdir(parents=True)
    for command in ("python", "suyuan", "suyuan-verify"):
        (folder / ".venv" / "bin" / command).symlink_to(Path(sys.executable).parent / command)
    port, variables = free_port(), environment(folder)
    output = folder / "make-run.txt"
    with output.open("wb") as file:
        command = ["sh", "-c", f"exec {recipe('run', PORT=str(port))}"]
        run = subprocess.Popen(command, cwd=folder, env=variables, stdout=file, stderr=file, start_new_session=True)
    try:
        wait_until_it_serves(run, output)
        code, said = type_all(folder, variables, port)
        run.send_signal(signal.SIGINT)
        stopped = run.wait(PATIENCE)
        again = ["sh", "-eu", "-c", f".venv/bin/{OFFLINE}"]
        offline = subprocess.run(again, cwd=folder, env=variables, capture_output=True, check=False)
        yield Session(said, code, stopped, offline.returncode, output.read_text("utf-8"))
    finally:
        if run.poll() is None:
            run.kill()
            run.wait(PATIENCE)


def wait_until_it_serves(run: subprocess.Popen[bytes], output: Path) -> None:
    end = time.monotonic() + PATIENCE
    while "Ctrl-C" not in output.read_text("utf-8"):
        assert run.poll() is None, output.read_text("utf-8")
        assert time.monotonic() < end, output.read_text("utf-8")
        time.sleep(0.1)


def type_all(folder: Path, variables: dict[str, str], port: int) -> tuple[int, list[str]]:
    """Run the typed blocks in one shell, as a person has one; return its exit code and what each block said."""
    script = "".join(f"printf '\\n@@@\\n'\n{block.text}" for block in TYPED).replace(":8000", f":{port}")
    ran = subprocess.run(
        ["sh", "-eu", "-c", script], cwd=folder, env=variables,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return ran.returncode, ran.stdout.split("\n@@@\n")[1:]


def test_the_page_has_blocks_to_run_and_says_what_they_show():
    assert {block.text for block in BLOCKS} >= set(MADE)
    assert len([block for block in TYPED if block.expected]) >= 8
    assert any(OFFLINE in block.text for block in TYPED)


def test_every_command_works_in_the_order_of_the_page(session: Session):
    assert session.code == 0, session.said[-1]
    assert len(session.said) == len(TYPED)


@pytest.mark.parametrize("at", [at for at, block in enumerate(TYPED) if block.expected], ids=lambda at: f"block {at}")
def test_a_block_shows_what_the_page_says_it_shows(session: Session, at: int):
    assert at < len(session.said), session.said[-1]
    block: Block = TYPED[at]
    assert missing_lines(block.expected or "", session.said[at]) == [], session.said[at]


def test_ctrl_c_ends_the_demonstration_and_the_file_is_verified_without_it(session: Session):
    assert session.stopped == 0, session.demonstration
    assert session.offline == 0


def test_make_test_runs_what_pytest_understands():
    command = f"{recipe('test')} --collect-only tests/docs/test_documents.py"
    command = command.replace(".venv/bin/python", sys.executable)
    ran = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_exit_codes_are_those_that_the_command_tells():
    (said,) = re.findall(r"Exit codes: (.*?)\.\n", README, re.DOTALL)
    codes = " ".join(said.replace("**", "").split())
    assert f"exit codes: {codes}" in " ".join((build_parser().epilog or "").split())


def test_numbers_are_those_of_the_performance_page():
    performance = (ROOT / "docs" / "performance.md").read_text("utf-8")
    row = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
    numbers = row.findall(README.partition("## Numbers")[2])[1:]
    assert len(numbers) >= 8
    measured = row.findall(performance)
    assert [each for each in numbers if each not in measured] == []
    for line in ("Machine: ", "Commit: "):
        (said,) = re.findall(rf"{line}(.*?)(?:\. |\.?\n)", README)
        assert f"{line}{said}" in performance


def test_figures_of_the_performance_page_are_those_that_are_taken():
    performance = (ROOT / "docs" / "performance.md").read_text("utf-8").partition("## Figures")[2].partition("\n## ")[0]
    taken = "".join(each.read_text("utf-8") for each in (ROOT / "benchmarks").glob("bench_*.py"))
    named = re.findall(r"^\| `(\w+)` \|", performance, re.MULTILINE)
    assert len(named) >= 10
    assert [each for each in named if f'"{each}"' not in taken] == []


def test_missing_lines_are_found():
    assert missing_lines("a\n  b …\n", "x\na\nc\n  b 1 2\n") == []
    assert missing_lines("b\na\n", "a\nb\n") == ["a"]
    assert missing_lines("a\n", "aa\n") == ["a"]
