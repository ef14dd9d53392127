"""`suyuan witness run --mirror --confirm-key` as a process that dies at each of its steps: it still confirms once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from ledger.failpoints import POINTS
from ledger.signing.keyfile import save_key
from ledger.signing.signer import generate
from ledger.witness.folder import WitnessFolder
from ledger.witness.mirror.erasing import read_erasures
from tests.ledger.client.serving import Service
from tests.ledger.erasure.mirrored import advance, confirmations, register
from tests.verifier.proof.governed import approve, order
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.primitives.keys import ES256

SECRET = "a passphrase of the mirror"
EVENTS = ("packing", "delivery", "order", "payment", "list", "inspection", "release", "return")
CONFIRMING = ("mirror-erased", "mirror-numbered", "mirror-kept", "mirror-said", "mirror-confirmed")
MIRROR_POINTS = [each for each in POINTS if each.startswith("mirror-")]


class Killed:
    """A mirror that runs as a process, one look each time."""

    def __init__(self, world, root) -> None:
        self.world, self.root, self.service = world, root, Service(world.ledger)
        self.witness = WitnessFolder(root / "witness")
        self.witness.create("tax.example/witness", SECRET.encode(), post_quantum=False)
        self.witness.follow(self.service.url, format_trust_policy(world.standpoint().policy))
        signer = generate(ES256)
        save_key(root / "confirm.pem", signer, SECRET.encode())
        register(world, signer)

    @property
    def copy(self):
        (folder,) = (self.root / "held").iterdir()
        return folder

    def erase(self, word: str) -> bytes:
        said = order(self.world, self.world.events[word])
        approve(self.world, said)
        return said.name

    def look(self, point: str = "") -> subprocess.CompletedProcess[str]:
        advance(self.world)
        command = [sys.executable, "-m", "ledger.cli", "witness", "run", str(self.witness.root), "--once", "--json"]
        options = ["--mirror", str(self.root / "held"), "--confirm-key", str(self.root / "confirm.pem")]
        environment = {**os.environ, "SUYUAN_FAILPOINT": point, "PASS": SECRET, "LANG": "C.UTF-8"}
        return subprocess.run(
            [*command, *options, "--passphrase-env", "PASS"], capture_output=True, text=True, check=False,
            timeout=120, env=environment,
        )  # fmt: skip

    def mirrored(self, ended: subprocess.CompletedProcess[str]) -> dict[str, object]:
        answers = [json.loads(line) for line in ended.stdout.splitlines()]
        (answer,) = (each for each in answers if "mirrored" in each)
        return answer

    def close(self) -> None:
        self.service.close()


@pytest.fixture
def killed(world, tmp_path):
    made = Killed(world, tmp_path)
    yield made
    made.close()


@pytest.mark.slow
def test_a_mirror_killed_at_every_point_of_a_confirmation_confirms_each_order_once(killed, world):
    kill_and_go_on(killed, world, CONFIRMING)


@pytest.mark.soak
def test_a_mirror_killed_at_every_point_twice_confirms_each_order_once(killed, world):
    kill_and_go_on(killed, world, (*MIRROR_POINTS, *reversed(MIRROR_POINTS)))


def kill_and_go_on(killed, world, points) -> None:
    """Order an erasure before each look, and end the looks at these points; then look until all is confirmed."""
    orders = []
    for place, point in enumerate(points):
        if place < len(EVENTS):
            orders.append(killed.erase(EVENTS[place]))
        ended = killed.look(point)
        assert ended.returncode == 137 or place >= len(EVENTS), (point, ended.stdout, ended.stderr)
    assert killed.mirrored(killed.look())["unconfirmed"]
    answer = killed.mirrored(killed.look())
    assert (answer["error"], answer.get("unconfirmed"), answer.get("refused")) == (None, None, None)
    said = Counter(head.about[0] for head, _ in confirmations(world))
    assert said == Counter(orders)
    assert all(each["confirmed"] for each in read_erasures(killed.copy))
    assert list((killed.copy / "confirmations").iterdir()) == []
