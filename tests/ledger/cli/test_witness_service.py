"""`suyuan witness accept`, `run --listen`, `run --mirror`: what a running witness answers, as a process."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.witness.folder import WitnessFolder
from ledger.witness.keys import load_cosigner_keys
from ledger.witness.serve.server import Reply
from tests.docs.pages import ROOT, blocks_of
from tests.ledger.cli.conftest import SECRET
from tests.ledger.cli.test_witness import ENV, start
from tests.ledger.client.serving import Service
from tests.ledger.client.world import ORIGIN, World
from tests.ledger.witness.serve.conftest import ForeignLog, Served
from tests.ledger.witnessing.conftest import until
from verifier.cli.main import main as verify


@pytest.fixture
def zone(run, tmp_path) -> Iterator[tuple[World, Service]]:
    """A ledger that the witness in the folder w1 watches, which accepts a log of others as well."""
    assert run("witness", "init", "w1", "--name", "w1.example", *ENV).code == 0
    keys = load_cosigner_keys(WitnessFolder(Path("w1")).keys, "w1.example", SECRET.encode())
    world = World(tmp_path / "ledger", [keys.note_keys[0]], quorum=1)
    world.found()
    service = Service(world.ledger)
    (tmp_path / "zone.policy").write_bytes(world.policy_file)
    assert run("witness", "follow", "w1", service.url, "--policy", "zone.policy").code == 0
    yield world, service
    service.close()
    world.ledger.close()


def served(process: "subprocess.Popen[str]") -> Served:
    assert process.stderr
    address = re.search(r"http://([0-9.:]+)", process.stderr.readline())
    assert address
    return Served(None, type("At", (), {"address": address[1]}), [])


def told_of_another_history(run, witness: Served, log: ForeignLog) -> None:
    """Let a foreign log sign another history of what was cosigned; `status` names both checkpoints."""
    assert run("witness", "status", "w1", "--json").code == 0
    twin = ForeignLog(private=log.private)
    twin.grow(3, "another")
    assert witness.post(twin.request(3)).status == 422
    told = run("witness", "status", "w1", "--json")
    (shown,) = (each for each in told.answer["ledgers"] if each["origin"] == log.origin)
    assert sorted(Path(each).read_bytes() for each in shown["contradictions"]) == sorted(
        [log.checkpoint(), twin.checkpoint()]
    )
    assert told.code == 1
    assert "two checkpoints of one size" in run("witness", "status", "w1", "--lang", "en").out


def test_a_running_witness_cosigns_for_others_takes_statements_and_mirrors(run, zone):
    world, _ = zone
    log = ForeignLog()
    log.grow(3)
    assert run("witness", "accept", "w1", log.vkey, "--json").answer == {"origin": log.origin}
    process = start("w1", "--listen", "127.0.0.1:0", "--period", "0.1", "--mirror", "held", "--open-reads")
    try:
        witness = served(process)
        assert witness.post(log.request(0)).status == 200
        prefix = sha256(ORIGIN.encode()).hexdigest()
        until(lambda: witness.get(f"/{prefix}/checkpoint").status == 200)
        submission = world.submission()
        taken: list[Reply] = []
        until(lambda: taken.append(witness.post(submission, "/statements")) or taken[-1].status == 202)
        path = f"/{prefix}/statements/{json.loads(taken[-1].body)['statement']}"
        until(lambda: json.loads(witness.get(path).body)["state"] == "logged")
        assert json.loads(witness.get(f"/{prefix}/withheld").body)["withheld"] == []
        until(lambda: witness.get(f"/mirror/{prefix}/checkpoint").status == 200)
        address = f"http://{witness.monitor.address}/mirror/{prefix}"
        assert verify(["audit", address, "--policy", "zone.policy"]) == 0
        assert b"w1.example/mirror" in witness.get(f"/mirror/{prefix}/cosigned").body
        shown = json.loads(witness.get(f"/{prefix}/withheld").body)
        told = run("witness", "keys", "w1", *ENV, "--json").answer
        assert (told["name"], told["vkeys"]["notices"]) == ("w1.example", [shown["key"]])
        assert [len(told["vkeys"][each]) for each in ("cosigner", "mirror")] == [2, 2]
        assert "replay" not in told["vkeys"]
        told_of_another_history(run, witness, log)
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_one_look_mirrors_as_well(run, zone):
    world, _ = zone
    ran = run("witness", "run", "w1", "--once", "--mirror", "held", *ENV)
    assert (ran.code, f"up to size {world.ledger.head.edge.size}" in ran.out) == (0, True)
    held = Path("held") / sha256(ORIGIN.encode()).hexdigest()
    assert verify(["audit", str(held), "--policy", "zone.policy"]) == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("w1", "no vkey"), 2),
        (("w1", "log.example/others+00000000+AQ=="), 2),
        (("none", "VKEY"), 4),
        (("w1", "VKEY", "--origin", "two words"), 2),
    ],
)
def test_a_log_that_cannot_be_accepted(run, zone, arguments, code):
    vkey = ForeignLog().vkey
    ran = run("witness", "accept", *(vkey if each == "VKEY" else each for each in arguments))
    assert ran.code == code, ran.err
    assert WitnessFolder(Path("w1")).accepted() == []


def test_a_log_is_accepted_once(run, zone):
    vkey = ForeignLog().vkey
    assert run("witness", "accept", "w1", vkey).code == 0
    assert run("witness", "accept", "w1", vkey).code == 1
    assert len(WitnessFolder(Path("w1")).accepted()) == 1


@pytest.mark.usefixtures("zone", "secret")
def test_commands_of_the_page_work(tmp_path):
    """The block of docs/witnesses.md."""
    page = (ROOT / "docs" / "witnesses.md").read_text("utf-8")
    (block,) = (each for each in blocks_of(page) if each.language == "bash")
    program = tmp_path / "bin" / "suyuan"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ledger.cli "$@"\n')
    program.chmod(0o755)
    environment = {
        **os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8",
        "VKEY": ForeignLog().vkey,
    }  # fmt: skip
    command = ["bash", "-euo", "pipefail", "-c", block.text]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "mirror holds everything" in ran.stdout
