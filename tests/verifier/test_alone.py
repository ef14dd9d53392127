"""The verifier installs alone: a bare venv, `cryptography` and the folder `verifier` are all that it needs.

What `cryptography` needs is copied by what its own metadata says, so that nothing else of the environment
that runs the tests can help.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
import venv
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests.world import ITEM, found_world, tell_parcel
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy

PROJECT = Path(__file__).resolve().parents[2]
IMPORT_ALL = """
import importlib, pkgutil, sys, verifier
modules = [each.name for each in pkgutil.walk_packages(verifier.__path__, "verifier.")]
for name in modules:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(modules))
print(*sorted({name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)))
"""


@dataclass(frozen=True, slots=True)
class Bare:
    """A venv of its own, without network, and a home."""

    python: Path
    home: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run its Python, with no environment but a path and a home."""
        settings = {"PATH": os.defpath, "HOME": str(self.home), "LANG": "C.UTF-8"}
        command = [str(self.python), "-W", "error", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env=settings, cwd=self.home, check=False, timeout=120
        )


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Bare:
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    site = next((folder / "venv").glob("lib/python*/site-packages"))
    for name in _needed_by("cryptography"):
        _copy(name, site)
    sources = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "verifier", site / "verifier", ignore=sources)
    (folder / "home").mkdir()
    return Bare(folder / "venv" / "bin" / "python", folder / "home")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("alone")
    world = found_world(folder / "world")
    tell_parcel(world)
    (folder / "parcel.trace").write_bytes(world.trace(ITEM))
    (folder / "trust.policy").write_bytes(format_trust_policy(TrustPolicy(world.standpoint().policy.charter)))
    world.ledger.close()
    return folder


def test_a_trace_is_verified_where_nothing_else_is_installed(bare, files):
    words = ("trace", str(files / "parcel.trace"), "--policy", str(files / "trust.policy"))
    done = bare.run("-m", "verifier", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Verified: the records are authentic and complete" in done.stdout


def test_every_module_can_be_imported_there_and_brings_nothing_else(bare):
    done = bare.run("-c", IMPORT_ALL)
    assert (done.returncode, done.stderr) == (0, "")
    count, others = done.stdout.splitlines()
    assert int(count) == len(list((PROJECT / "verifier").rglob("*.py"))) - 1
    assert set(others.split()) <= {"verifier", "cryptography", "_cffi_backend", "_openssl", "__main__"}


def test_the_rest_of_the_project_is_not_there(bare):
    for name in ("ledger", "api", "fixtures", "pydantic", "lxml"):
        assert "ModuleNotFoundError" in bare.run("-c", f"import {name}").stderr


def test_no_network_is_asked_for(bare, files):
    """A trace is checked with sockets taken away."""
    words = ["trace", str(files / "parcel.trace"), "--policy", str(files / "trust.policy"), "--no-state"]
    script = (
        "import sys, runpy\n"
        "def refuse(event, arguments):\n"
        "    if event.startswith('socket.'):\n"
        "        raise SystemExit(99)\n"
        "sys.addaudithook(refuse)\n"
        f"sys.argv = ['verifier', *{words!r}]\n"
        "runpy.run_module('verifier', run_name='__main__')\n"
    )
    assert bare.run("-c", script).returncode == 0
    assert bare.run("-c", f"{script.partition('sys.argv')[0]}import socket; socket.socket()").returncode == 99


def test_the_project_asks_for_nothing_else():
    """What pyproject lists as dependencies is what the bare venv has."""
    text = (PROJECT / "pyproject.toml").read_text()

    assert [_name(each) for each in tomllib.loads(text)["project"]["dependencies"]] == ["cryptography"]


def _needed_by(name: str) -> set[str]:
    """Return a distribution and all that it requires here, without extras."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        each = _name(waiting.pop())
        if each in found:
            continue
        try:
            required = distribution(each).requires or []
        except PackageNotFoundError:  # a requirement of other platforms or versions
            continue
        found.add(each)
        waiting += [line for line in required if "extra ==" not in line]
    return found


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower()


def _copy(name: str, site: Path) -> None:
    """Copy the files that a distribution installed."""
    for file in distribution(name).files or []:
        source = Path(str(file.locate()))
        if ".." not in file.parts and "__pycache__" not in file.parts and source.is_file():
            target = site / str(file)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
