"""`suyuan witness run --mirror --confirm-key`: the key that confirms erasures may be anywhere that a key may be."""

from __future__ import annotations

import pytest

from ledger.signing.keyfile import save_key
from ledger.signing.signer import Signer, generate
from tests.ledger.cli.conftest import SECRET
from tests.ledger.cli.test_erase import tell_order
from tests.ledger.endorsing.office import open_office
from tests.ledger.erasure.mirrored import advance, confirmations, register
from tests.ledger.signing.programs import write_honest
from tests.ledger.signing.tokens import PIN
from tests.verifier.proof.governed import approve, officer, order
from verifier.primitives.keys import ES256

ENV = ("--passphrase-env", "PASS")


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A zone with an order to erase in force."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PIN", PIN)
    with open_office(tmp_path, SECRET.encode()) as made:
        tell_order(made.world)
        officer(made.world)
        approve(made.world, order(made.world, made.world.events["order"]))
        yield made


@pytest.fixture
def mirror(run, office):
    """Make a mirror of the zone; return how to let it look once with a key."""
    assert run("witness", "init", "w1", "--name", "tax.example/witness", "--classical", *ENV).code == 0
    assert run("witness", "follow", "w1", office.url, "--policy", "zone.policy").code == 0

    def look(reference: str):
        advance(office.world)
        return run("witness", "run", "w1", "--once", "--mirror", "held", "--confirm-key", reference, *ENV)

    return look


def require_confirmed_once(office, mirror, reference: str, signer: Signer) -> None:
    register(office.world, signer)
    said = [mirror(reference).out for _ in range(3)]
    assert ["not confirmed in the log yet" in each for each in said] == [True, False, False], said
    ((head, _),) = confirmations(office.world)
    assert head.issuer == office.world.cast["tax"].uri


def test_it_may_be_in_an_encrypted_file(office, mirror, tmp_path):
    signer = generate(ES256)
    save_key(tmp_path / "confirm.pem", signer, SECRET.encode())
    require_confirmed_once(office, mirror, "confirm.pem", signer)


def test_it_may_be_behind_a_program(office, mirror, tmp_path):
    signer = generate(ES256)
    (tmp_path / "behind").mkdir()
    require_confirmed_once(office, mirror, f"exec:{write_honest(tmp_path / 'behind', signer)}", signer)


def test_it_may_be_in_a_token(office, mirror, token):
    signer = token.generate("confirm", ES256)
    require_confirmed_once(office, mirror, token.reference("confirm", pin_env="PIN"), signer)


def test_a_key_that_nobody_registered_is_told_and_nothing_is_said(office, mirror, tmp_path):
    save_key(tmp_path / "confirm.pem", generate(ES256), SECRET.encode())
    assert "which nobody registered" in mirror("confirm.pem").out
    assert confirmations(office.world) == []
