"""`suyuan demo` as a newcomer runs it: real processes, real ports, Ctrl-C."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.demo.running import BIN, Demo, Killed, demo_command, verify
from tests.ports import free_port

pytestmark = pytest.mark.slow
PROCESSES = 5  # the server and four witnesses


def test_the_address_it_prints_opens_a_page_about_the_item(demo: Demo) -> None:
    (address,) = (line for line in demo.said() if line.startswith("http"))
    request = urllib.request.Request(address, headers={"Accept": "text/html", "Accept-Language": "en"})
    with urllib.request.urlopen(request) as answer:
        page = answer.read().decode()
    assert "A1B2C3D4E5" in page
    assert "Release" in page


def test_the_commands_that_it_prints_verify_what_it_left(demo: Demo, tmp_path: Path) -> None:
    nobody = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    commands = [line for line in demo.said() if f" --policy {demo.folder}" in line]
    assert [line.split()[1] for line in commands] == ["trace", "evidence"]
    for line in commands:
        _, *arguments = line.split()
        command = [str(BIN / "suyuan-verify"), *arguments]
        answer = subprocess.run(command, env=nobody, capture_output=True, check=False)
        assert answer.returncode == 0, line


def test_its_status_shows_what_the_lying_copy_is_convicted_by(demo: Demo) -> None:
    with urllib.request.urlopen(f"{demo.url}/status?format=json&lang=en") as answer:
        status = json.load(answer)
    assert [each["outcome"] for each in status["evidence"]] == ["wrong-index"]
    with urllib.request.urlopen(demo.url + status["evidence"][0]["file"]) as answer:
        assert answer.read() == (demo.folder / "lie.evidence").read_bytes()
    assert len(status["witnesses"]) == 4
    assert all(each["cosigned"] for each in status["witnesses"])


@pytest.mark.parametrize("agency", ["Example Customs", "Example Inspection and Quarantine"])
def test_each_address_of_a_desk_opens_the_queue_of_its_agency_with_what_waits(demo: Demo, agency: str) -> None:
    (address,) = (line.removeprefix(f"{agency}: ") for line in demo.said() if line.startswith(f"{agency}: http"))
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(f"{address}&lang=en") as answer:
        page = answer.read().decode()
    assert agency in page
    assert "Product filing" in page


def test_a_second_demonstration_is_told_plainly_what_is_in_use(demo: Demo, tmp_path: Path) -> None:
    other = subprocess.run(demo_command(tmp_path, demo.port), capture_output=True, text=True, check=False)
    assert other.returncode == 4
    assert f"port {demo.port}" in other.stderr
    assert "--port" in other.stderr
    same = subprocess.run(demo_command(demo.folder, free_port()), capture_output=True, text=True, check=False)
    assert same.returncode == 3
    assert "a demonstration that runs" in same.stderr


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    refused = subprocess.run(demo_command(tmp_path, free_port()), capture_output=True, text=True, check=False)
    assert refused.returncode == 4
    assert "other things in it" in refused.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_demonstration_that_is_killed_takes_its_processes_along_and_another_can_begin(
    killed: Killed, demo: Demo
) -> None:
    assert killed.processes == PROCESSES
    assert len(demo.children()) == PROCESSES + 3  # an officer's desk each for customs and inspection; the public desk


def test_a_stranger_verifies_what_is_left_without_asking_the_server(demo: Demo) -> None:
    answer = verify(demo, "trace", str(demo.folder / "parcel.trace"), "--no-state")
    verdict = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert [step["passed"] for step in verdict["steps"]] == [True] * 9
    unchecked = {each["key"] for each in verdict["notChecked"]}
    assert "unchecked.truth" in unchecked
    assert "unchecked.order" not in unchecked, "every history that a rule of order looks at is in the proof"
    assert "unchecked.replay" not in unchecked, "a witness recomputed the index"
    charter = ("--charter", str(demo.folder / "zone.charter"))
    listed, registry = str(demo.folder / "list.receipt"), ("--registry", str(demo.folder / "parcel.trace"))
    for single in (
        ("event", str(demo.folder / "list.event"), *registry),
        ("receipt", listed, "--statement", str(demo.folder / "list.statement"), *charter),
        ("checkpoint", str(demo.folder / "zone.checkpoint"), *charter),
    ):
        assert verify(demo, *single).returncode == 0, single
