import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.error import HTTPError

import pytest

from ledger.witness.folder import WitnessFolder
from ledger.witness.keys import load_cosigner_keys
from ledger.witness.store import open_reader
from tests.forking import commands  # noqa: F401 - a fixture
from tests.ledger.cli.conftest import SECRET
from tests.ledger.client.serving import Service
from tests.ledger.client.world import ORIGIN, World, copy_ledger
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.note import parse_vkey

ENV = ("--passphrase-env", "PASS")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def zone(run, tmp_path) -> Iterator[tuple[World, Service]]:
    """A ledger that two witnesses watch, in the folders w1 and w2; both must cosign."""
    keys = []
    for name in ("w1", "w2"):
        made = run("witness", "init", name, "--name", f"{name}.example", "--json", *ENV)
        assert made.code == 0
        assert [parse_vkey(each).kind for each in made.answer["vkeys"]] == [4, 6]
        keys.append(load_cosigner_keys(WitnessFolder(Path(name)).keys, f"{name}.example", SECRET.encode()))
    world = World(tmp_path / "ledger", [each.note_keys[0] for each in keys], quorum=2)
    world.found()
    service = Service(world.ledger)
    (tmp_path / "zone.policy").write_bytes(world.policy_file)
    for name in ("w1", "w2"):
        assert run("witness", "follow", name, service.url, "--policy", "zone.policy").code == 0
    yield world, service
    service.close()
    world.ledger.close()


def start(folder: str, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """A witness in a process of its own."""
    command = [sys.executable, "-m", "ledger.cli", "witness", "run", folder, *arguments, *ENV, "--json"]
    variables = {**os.environ, "PASS": SECRET, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **environment}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables)


def roots_that_left(service: Service) -> dict[int, set[bytes]]:
    """Every root that was handed in, by size."""
    roots: dict[int, set[bytes]] = {}
    for note in service.cosigned:
        checkpoint, _ = parse_signed_checkpoint(note)
        roots.setdefault(checkpoint.size, set()).add(checkpoint.root)
    return roots


def test_two_witnesses_make_a_quorum(run, zone):
    world, _ = zone
    first = run("witness", "run", "w1", "--once", "--json", *ENV)
    assert (first.code, first.answer["outcome"], first.answer["quorum"]) == (0, "cosigned", False)
    second = run("witness", "run", "w2", "--once", "--json", *ENV)
    assert (second.code, second.answer["quorum"]) == (0, True)
    assert parse_signed_checkpoint(world.ledger.prover.checkpoint(quorum=True))[0].size == second.answer["size"]
    again = run("witness", "run", "w1", "--once", *ENV)
    assert (again.code, "nothing new" in again.out) == (0, True)


def test_status_tells_what_was_cosigned_also_while_it_runs(run, zone):
    run("witness", "run", "w1", "--once", *ENV)
    status = run("witness", "status", "w1", "--json")
    assert status.code == 0
    (ledger,) = status.answer["ledgers"]
    assert (ledger["origin"], ledger["handedIn"], ledger["stopped"]) == (ORIGIN, True, None)
    world, _ = zone
    world.note()
    world.publish()
    running = start("w1", "--period", "0.1")
    try:
        assert running.stdout
        size = json.loads(running.stdout.readline())["size"]
        (ledger,) = run("witness", "status", "w1", "--json").answer["ledgers"]
        assert ledger["size"] == size == world.ledger.head.edge.size
    finally:
        running.terminate()
        running.communicate()


def test_a_second_process_is_refused(run, zone):
    running = start("w1")
    try:
        assert running.stderr
        running.stderr.readline()
        second = run("witness", "run", "w1", "--once", *ENV)
        assert second.code == 4
        assert "runs already" in second.err
        assert run("witness", "resume", "w1", ORIGIN).code == 4
    finally:
        running.terminate()
        running.communicate()


def test_a_fork_is_1_and_stays_until_somebody_resumes(run, zone):
    world, service = zone
    run("witness", "run", "w1", "--once", *ENV)
    world.ledger.close()
    copy_ledger(world.root, Path("twin"))
    world.ledger = service.ledger = world.open()
    world.note()
    world.publish()
    assert run("witness", "run", "w1", "--once", *ENV).code == 0
    twin = world.open(Path("twin"), guard=Path("twin/guard"), new_guard=True)
    honest, world.ledger, service.ledger = world.ledger, twin, twin
    world.note()
    world.publish()
    ran = run("witness", "run", "w1", "--once", "--json", *ENV)
    assert (ran.code, ran.answer["outcome"]) == (1, "stopped")
    verified = subprocess.run(
        [sys.executable, "-m", "verifier", "evidence", ran.answer["evidence"][0], "--policy", "zone.policy"],
        check=False, capture_output=True, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert verified.returncode == 0, verified.stderr
    status = run("witness", "status", "w1")
    assert status.code == 1
    assert "another root" in status.out
    world.ledger = service.ledger = honest
    assert run("witness", "run", "w1", "--once", *ENV).code == 1
    assert run("witness", "resume", "w1", ORIGIN, "--json").answer["resumed"] is True
    assert run("witness", "run", "w1", "--once", *ENV).code == 0
    twin.close()


def test_killed_at_any_moment_it_never_goes_back(run, zone, commands):  # noqa: F811 - it is the fixture
    world, service = zone
    chance = random.Random(7)
    sizes = []
    for _ in range(5):
        options = (Path("w1").absolute(), "--period", "0.05", *ENV, "--json")
        running = commands.start("witness", "run", *options, variables={"PASS": SECRET})
        running.first_line(running.out)  # it has looked once, however long the start took
        end = time.monotonic() + 0.1 + chance.random() * 0.3
        while time.monotonic() < end:
            world.note()
            world.publish()
        running.end()
        if Path("w1/witness.db").exists():
            reader = open_reader(Path("w1/witness.db"))
            if newest := reader.newest(ORIGIN):
                sizes.append(newest.size)
                assert world.ledger.prover.checkpoint(newest.size).startswith(newest.note[: newest.note.index(b"\n\n")])
            reader.close()
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 1
    assert all(len(roots) == 1 for roots in roots_that_left(service).values())
    world.publish()
    assert run("witness", "run", "w1", "--once", *ENV).code == 0


def test_it_runs_shows_what_it_cosigned_and_stops_when_asked(zone):
    world, _ = zone
    running = start("w1", "--listen", "127.0.0.1:0", "--period", "0.1")
    try:
        assert running.stderr
        assert running.stdout
        address = re.search(r"http://[0-9.:]+", running.stderr.readline())
        assert address
        first = json.loads(running.stdout.readline())
        world.note()
        world.publish()
        second = json.loads(running.stdout.readline())
        if second["outcome"] == "unchanged":  # it looked once more before there was something new
            second = json.loads(running.stdout.readline())
        assert [each["outcome"] for each in (first, second)] == ["cosigned", "cosigned"]
        assert second["size"] > first["size"]
        url = f"{address[0]}/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
        with urllib.request.urlopen(url, timeout=5) as answer:
            checkpoint, note = parse_signed_checkpoint(answer.read())
        assert checkpoint.size == second["size"]
        assert [line.name for line in note.signatures] == [ORIGIN, ORIGIN, "w1.example"]
        for other in ("/checkpoint", f"/{'0' * 64}/checkpoint", "/", f"{url.removeprefix(address[0])}/x"):
            with pytest.raises(HTTPError) as missing:
                urllib.request.urlopen(address[0] + other, timeout=5)
            assert missing.value.code == 404
            missing.value.close()
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=10)
    assert running.returncode == 0


def test_a_ledger_that_is_away_is_4_and_the_worst_of_several_is_told(run, zone):
    _, service = zone
    service.close()
    assert run("witness", "run", "w1", "--once", *ENV).code == 4


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("witness", "run", "none", *ENV), 4),
        (("witness", "status", "none"), 4),
        (("witness", "status", "fresh"), 4),
        (("witness", "resume", "fresh", ORIGIN), 4),
        (("witness", "init", "fresh", "--name", "w.example", *ENV), 4),
        (("witness", "init", "other", "--name", "two words", *ENV), 2),
        (("witness", "follow", "fresh", "ftp://ledger", "--policy", "zone.policy"), 2),
        (("witness", "follow", "fresh", "http://127.0.0.1:1", "--policy", "none"), 4),
        (("witness", "follow", "fresh", "http://127.0.0.1:1", "--policy", "secret"), 2),
        (("witness", "follow", "none", "http://127.0.0.1:1", "--policy", "zone.policy"), 4),
        (("witness", "run", "fresh", "--listen", "nowhere", *ENV), 2),
        (("witness", "run", "fresh", "--listen", "203.0.113.1:1", *ENV), 4),
        (("witness", "run", "fresh", "--period", "0"), 2),
    ],
)
def test_wrong_usage_and_missing_folders(run, secret, tmp_path, *, arguments, code):
    run("witness", "init", "fresh", "--name", "fresh.example", "--classical", *ENV)
    (tmp_path / "zone.policy").write_text(f"suyuan trust policy v1\ncharter {'0' * 64}\n")
    ran = run(*arguments)
    assert ran.code == code, ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "other").exists()


def test_a_charter_is_followed_once(run, zone):
    _, service = zone
    again = run("witness", "follow", "w1", service.url, "--policy", "zone.policy")
    assert again.code == 1


def test_settings_that_were_spoilt_are_refused(run, zone):
    for content in ("", "[]", '{"name": "w"}', '{"name": "w", "ledgers": [{"url": "x", "trust": "../x"}]}'):
        Path("w1/witness.json").write_text(content)
        assert run("witness", "run", "w1", "--once", *ENV).code == 2
