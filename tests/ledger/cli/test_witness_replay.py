"""`witness init --replay` and `run --replay`: keys for what was replayed, and a verdict that others confirm."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import KeyFileError
from ledger.sequencer.block import BlockBuilder
from ledger.witness.folder import WitnessFolder
from ledger.witness.keys import REPLAY, load_cosigner_keys
from ledger.witness.run import Witness
from ledger.witness.statements.keys import has_notice_key, open_notice_key
from ledger.witness.statements.store import StatementStore, Taken
from tests.ledger.cli.conftest import SECRET
from tests.ledger.client.serving import Service
from tests.ledger.client.world import World
from verifier.primitives.checkpoint import Cosignature, parse_signed_checkpoint, verify_lines
from verifier.primitives.note import format_vkey, parse_vkey

ENV = ("--passphrase-env", "PASS")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def zone(run, tmp_path) -> Iterator[tuple[World, Service]]:
    """A ledger whose charter names the replay keys of the witness in the folder w1, and no others."""
    made = run("witness", "init", "w1", "--name", "w1.example", "--replay", "--json", *ENV)
    assert [parse_vkey(each).kind for each in made.answer["vkeys"]] == [4, 6, 4, 6]
    keys = load_cosigner_keys(WitnessFolder(Path("w1")).keys, "w1.example", SECRET.encode(), purpose=REPLAY)
    assert made.answer["vkeys"][2:] == [vkey for vkey in made.answer["vkeys"] if parse_vkey(vkey) in keys.note_keys]
    world = World(tmp_path / "ledger", keys.note_keys, quorum=1)
    world.found()
    service = Service(world.ledger)
    (tmp_path / "zone.policy").write_bytes(world.policy_file)
    assert run("witness", "follow", "w1", service.url, "--policy", "zone.policy").code == 0
    yield world, service
    service.close()
    world.ledger.close()


def cosigned(world: World, service: Service) -> tuple[Cosignature, ...]:
    checkpoint, note = parse_signed_checkpoint(service.cosigned[-1])
    return verify_lines(checkpoint, note, world.witnesses)


def test_what_was_replayed_is_cosigned_with_the_replay_keys(run, zone):
    world, service = zone
    plain = run("witness", "run", "w1", "--once", "--json", *ENV)
    assert (plain.code, service.cosigned) == (1, []), "its other keys are not in the charter"
    replayed = run("witness", "run", "w1", "--once", "--replay", "--json", *ENV)
    assert (replayed.code, replayed.answer["outcome"], replayed.answer["quorum"]) == (0, "cosigned", True)
    assert [each.key for each in cosigned(world, service)] == list(world.witnesses), "both replay keys, and no other"


def test_a_witness_without_replay_keys_does_not_replay(run, zone):
    assert run("witness", "init", "w2", "--name", "w2.example", *ENV).code == 0
    refused = run("witness", "run", "w2", "--once", "--replay", *ENV)
    assert refused.code != 0
    assert "replay" in refused.err


def test_whoever_replays_has_a_key_to_say_why_it_stopped_before_it_starts(run, zone):
    place = WitnessFolder(Path("w1"))
    with pytest.raises(KeyFileError):
        Witness(place.root, b"", replays=True)
    assert run("witness", "run", "w1", "--once", *ENV).code == 1
    assert not has_notice_key(place.keys), "who does not replay stops for what its two notes say"
    assert run("witness", "run", "w1", "--once", "--replay", *ENV).code == 0
    named = run("witness", "keys", "w1", "--json", *ENV).answer["vkeys"]["notices"]
    assert [parse_vkey(each).name for each in named] == ["w1.example/notices"]


def test_evidence_of_a_lie_is_confirmed_by_the_verifier(run, zone, monkeypatch):
    world, _ = zone
    assert run("witness", "run", "w1", "--once", "--replay", *ENV).code == 0
    with monkeypatch.context() as lying:
        lying.setattr(BlockBuilder, "_join", lambda self, key, _: self._states[key])
        world.note()
    world.publish()
    stopped = run("witness", "run", "w1", "--once", "--replay", "--json", *ENV)
    assert (stopped.code, stopped.answer["outcome"]) == (1, "stopped")
    (file,) = (each for each in stopped.answer["evidence"] if each.endswith(".evidence"))
    told = verified("evidence", file, "--policy", "zone.policy")
    assert (told["outcome"], told["ledger"]) == ("wrong-index", world.ledger.origin)
    assert told["roots"][0] != told["roots"][1]
    (file,) = (each for each in stopped.answer["evidence"] if each.endswith(".report"))
    key = open_notice_key(WitnessFolder(Path("w1")).keys, "w1.example", SECRET.encode())
    told = verified("report", file, "--key", format_vkey(key.public))
    assert (told["outcome"], told["witness"], told["lie"]) == ("reported", "w1.example/notices", "wrong-index")
    assert told["evidence"] is True
    told = verified("evidence", file, "--key", format_vkey(key.public), code=3)
    assert (told["outcome"], told["convicts"], told["witness"]) == ("reported", False, "w1.example/notices")
    status = run("witness", "status", "w1", "--json")
    (ledger,) = status.answer["ledgers"]
    assert (status.code, ledger["stopped"]["evidence"]) == (1, stopped.answer["evidence"])
    shown = run("witness", "status", "w1", "--lang", "zh").out
    assert "报告" in shown
    assert file in shown.replace("\n", "")


def test_status_shows_what_is_withheld_and_what_the_mirror_holds(run, zone):
    world, _ = zone
    origin = world.ledger.origin
    assert run("witness", "run", "w1", "--once", "--replay", "--mirror", "mirrors", *ENV).code == 0
    store = StatementStore(Path("w1/statements.db"))
    for number, leaf in ((1, None), (2, 7)):
        store.add(Taken(bytes([number]) * 32, origin, b"entry", b"", number, 700, 600.0, leaf=leaf, notice=b"signed"))
    store.add(Taken(b"\3" * 32, origin, b"entry", b"", 1, 2, 0.0))
    store.close()
    (ledger,) = run("witness", "status", "w1", "--mirror", "mirrors", "--json").answer["ledgers"]
    assert ledger["mirrored"] == ledger["size"]
    assert [(each["statement"][:2], each["leaf"]) for each in ledger["withheld"]] == [("02", 7), ("01", None)]
    shown = run("witness", "status", "w1", "--mirror", "elsewhere", "--lang", "en").out
    assert "mirror holds nothing yet" in shown
    assert "logged after all at leaf 7" in shown
    assert "mirrored" not in run("witness", "status", "w1", "--json").answer["ledgers"][0]


def verified(*line: str, code: int = 0) -> dict[str, object]:
    """Return what the verifier answers, with this exit code, to whoever has nothing but the file."""
    command = [sys.executable, "-m", "verifier", *line, "--json"]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)
