"""A whole event proof in one QR code: made, read back from its picture, and verified without a network."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image
from typer.testing import CliRunner

import api.cli  # noqa: F401 - adds its commands
from api.labels.symbol import MOST_BYTES, encode_proof
from ledger.cli.commands import app
from tests.ledger.client.serving import Service
from tests.verifier.cli.cabinet import run_verifier
from tests.world import ITEM, found_world, tell_parcel
from verifier.cli.qr import read_symbol
from verifier.errors import MalformedError
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.note import Note, format_note
from verifier.proof.eventproof import format_event_proof, parse_event_proof


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """A folder with the proof of a recognised release, and the world that it is of."""
    folder = tmp_path_factory.mktemp("printed")
    world = found_world(folder / "world")
    tell_parcel(world)
    trace = world.trace(ITEM, walk="parties")
    (folder / "item.trace").write_bytes(trace)
    (folder / "zone.policy").write_bytes(format_trust_policy(world.standpoint().policy))
    for word, event in world.events.items():
        (folder / f"{word}.event").write_bytes(world.ledger.prover.event(event.name))
    yield folder, world
    world.ledger.close()


def make(folder, event: str, out: str, *more: str):
    words = ["receipt", event, "--registry", str(folder / "item.trace"), "--policy", str(folder / "zone.policy")]
    return CliRunner().invoke(app, [*words, "--qr", str(out), "--lang", "en", *more])


def verify(folder, picture, *more: str):
    files = ["--registry", str(folder / "item.trace"), "--policy", str(folder / "zone.policy")]
    return run_verifier("--lang", "en", "qr", str(picture), *files, *more, home=folder)


def test_every_event_of_a_life_goes_into_one_code_with_three_cosignatures(printed):
    folder, world = printed
    for word in world.events:
        ran = make(folder, str(folder / f"{word}.event"), folder / f"{word}.png", "--json")
        told = json.loads(ran.stdout)
        assert told["bytes"] <= MOST_BYTES
        proof = parse_event_proof(read_symbol((folder / f"{word}.png").read_bytes()))
        names = [each.name for each in parse_signed_checkpoint(proof.checkpoint)[1].signatures]
        assert {f"witness{place}.test" for place in range(3)} <= set(names)
        assert proof == replace(parse_event_proof((folder / f"{word}.event").read_bytes()), checkpoint=proof.checkpoint)


@pytest.mark.parametrize("suffix", ["png", "pdf"])
def test_a_stranger_verifies_the_picture_of_a_code(printed, suffix, tmp_path):
    folder, world = printed
    out = tmp_path / f"release.{suffix}"
    assert make(folder, str(folder / "release.event"), out).exit_code == 0
    picture = tmp_path / "photo.jpg"
    drawn = Image.open(out) if suffix == "png" else pypdfium2.PdfDocument(out)[0].render(scale=5).to_pil()
    drawn.convert("L").rotate(3, expand=True, fillcolor=255).save(picture, quality=80)
    ran = verify(folder, picture, "--json")
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["outcome"], told["type"]) == (0, "verified", "clearance.release")
    assert told["name"] == world.events["release"].name.hex()


def test_an_event_is_fetched_by_its_name(printed, tmp_path):
    folder, world = printed
    service = Service(world.ledger)
    try:
        name = world.events["release"].name.hex()
        ran = make(folder, name, tmp_path / "release.svg", "--to", service.url, "--json")
    finally:
        service.close()
    assert json.loads(ran.stdout)["event"] == name
    assert (tmp_path / "release.svg").read_bytes().startswith(b"<svg")


def test_without_its_quorum_nothing_is_printed(printed, tmp_path):
    folder, _ = printed
    proof = parse_event_proof((folder / "release.event").read_bytes())
    note = parse_signed_checkpoint(proof.checkpoint)[1]
    alone = tuple(each for each in note.signatures if not each.name.startswith("witness"))
    bare = tmp_path / "bare.event"
    bare.write_bytes(format_event_proof(replace(proof, checkpoint=format_note(Note(note.text, alone)))))
    ran = make(folder, str(bare), tmp_path / "release.png")
    assert ran.exit_code == 3
    assert "the quorum" in ran.output
    assert not (tmp_path / "release.png").exists()


def test_an_altered_proof_is_not_printed(printed, tmp_path):
    folder, _ = printed
    data = bytearray((folder / "release.event").read_bytes())
    data[-40] ^= 1
    (tmp_path / "bent.event").write_bytes(data)
    assert make(folder, str(tmp_path / "bent.event"), tmp_path / "release.png").exit_code in (1, 2)
    assert not (tmp_path / "release.png").exists()


def test_a_code_holds_what_the_standard_says_and_no_byte_more():
    assert encode_proof(bytes(MOST_BYTES)).version == "40-L"
    with pytest.raises(MalformedError, match="2954 bytes"):
        encode_proof(bytes(MOST_BYTES + 1))


def test_pictures_without_one_code_are_refused(printed, tmp_path):
    folder, _ = printed
    Image.new("L", (300, 300), 255).save(tmp_path / "white.png")
    white = verify(folder, tmp_path / "white.png")
    assert (white.returncode, b"0 QR codes" in white.stderr) == (4, True)
    (tmp_path / "none.png").write_bytes(b"no picture")
    assert verify(folder, tmp_path / "none.png").returncode == 4


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked():
    bomb = BytesIO()
    Image.new("1", (9_000, 9_000)).save(bomb, "PNG")
    with pytest.raises(MalformedError, match="9000 by 9000 pixels"):
        read_symbol(bomb.getvalue())
