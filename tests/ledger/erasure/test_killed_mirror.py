"""`suyuan witness run --mirror --confirm-key` as a process that dies at each of its steps: it still confirms once."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from ledger.failpoints import POINTS
from ledger.signing.keyfile import save_key
from ledger.signing.signer import generate
from ledger.witness.folder import WitnessFolder
from ledger.witness.mirror.erasing import read_erasures
from tests.forking import Command, Commands, commands  # noqa: F401 - a fixture
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

    def __init__(self, world, root, starting: Commands) -> None:
        self.world, self.root, self.commands = world, root, starting
        self.service = Service(world.ledger)
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

    def look(self, point: str = "") -> Command:
        """Let the mirror look once; return how it ended."""
        advance(self.world)
        mirror = ("--mirror", self.root / "held", "--confirm-key", self.root / "confirm.pem")
        options = ("--once", "--json", "--passphrase-env", "PASS")
        variables = {"SUYUAN_FAILPOINT": point, "PASS": SECRET}
        started = self.commands.start("witness", "run", self.witness.root, *mirror, *options, variables=variables)
        assert started.wait() is not None, started.err.read_text("utf-8")
        return started

    def mirrored(self, ended: Command) -> dict[str, object]:
        answers = [json.loads(line) for line in ended.out.read_text("utf-8").splitlines()]
        (answer,) = (each for each in answers if "mirrored" in each)
        return answer

    def close(self) -> None:
        self.service.close()


@pytest.fixture
def killed(world, tmp_path, commands):  # noqa: F811 - it is the fixture
    made = Killed(world, tmp_path, commands)
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
        assert ended.returncode == 137 or place >= len(EVENTS), (point, ended.err.read_text("utf-8"))
    killed.look()
    answer = killed.mirrored(killed.look())
    assert (answer["error"], answer.get("unconfirmed"), answer.get("refused")) == (None, None, None)
    said = Counter(head.about[0] for head, _ in confirmations(world))
    assert said == Counter(orders)
    assert all(each["confirmed"] for each in read_erasures(killed.copy))
    assert list((killed.copy / "confirmations").iterdir()) == []
