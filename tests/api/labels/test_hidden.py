"""Hidden codes on their way: drawn, printed under a layer, recorded, read back by another library, and checked."""

from __future__ import annotations

import io
import json
import time
from contextlib import redirect_stdout

import pypdfium2
import pytest
import zxingcpp
from typer.testing import CliRunner

import api.cli  # noqa: F401 - adds its commands
from api.labels.hidden import format_codes, parse_codes
from ledger.activation.drawing import draw_codes
from ledger.cli.commands import app
from ledger.client.drafts import read_descriptions
from tests.ledger.publicdesk.counter import close_counter, open_counter
from tests.world import PRODUCT
from verifier.cli import main
from verifier.errors import MalformedError
from verifier.ledgerformat.hidden_code import parse_hidden_code
from verifier.ledgerformat.trust_policy import format_trust_policy

ITEMS = [f"{PRODUCT}/21/A{number:04}" for number in range(3)]


def run(*words):
    return CliRunner().invoke(app, [*words])


def draw(folder, items=ITEMS):
    ran = run("hidden-codes", *items, "--events", str(folder / "e.json"), "--print", str(folder / "c.tsv"))
    assert ran.exit_code == 0, ran.stderr
    return parse_codes((folder / "c.tsv").read_bytes(), "c.tsv")


def test_codes_are_drawn_once_and_only_their_owner_reads_them(tmp_path):
    drawn = draw(tmp_path)
    assert [each.item for each in drawn] == ITEMS
    assert len({each.hidden.text for each in drawn}) == len(ITEMS)
    assert (tmp_path / "c.tsv").stat().st_mode & 0o077 == 0
    told = (tmp_path / "e.json").read_text()
    assert not any(each.hidden.text[:8] in told or each.hidden.readable in told for each in drawn)
    again = run("hidden-codes", *ITEMS, "--events", str(tmp_path / "f.json"), "--print", str(tmp_path / "c.tsv"))
    assert again.exit_code != 0
    assert not (tmp_path / "f.json").exists()


def test_what_stands_under_the_layer_is_read_as_the_link_with_the_code_behind_the_hash(tmp_path):
    drawn = draw(tmp_path)
    out = tmp_path / "labels.pdf"
    ran = run("label", "--hidden", str(tmp_path / "c.tsv"), "--link", "https://trace.example", "--out", str(out))
    assert ran.exit_code == 0, ran.stderr
    seen = []
    for name in ("labels.pdf", "labels-hidden.pdf"):
        picture = pypdfium2.PdfDocument(tmp_path / name)[0].render(scale=4).to_pil()
        seen.append({each.text for each in zxingcpp.read_barcodes(picture)})
    assert seen[0] == {each.item.replace("https://id.gs1.org", "https://trace.example") for each in drawn}
    paths = {each.item: each.item.removeprefix("https://id.gs1.org") for each in drawn}
    assert seen[1] == {f"https://trace.example{paths[each.item]}#{each.hidden.text}" for each in drawn}
    assert (tmp_path / "labels-hidden.pdf").stat().st_mode & 0o077 == 0


def test_what_is_recorded_is_what_a_buyer_checks_offline(tmp_path):
    counter = open_counter(tmp_path / "zone")
    try:
        item = counter.item(coded=False).item
        (drawn,) = draw(tmp_path, [item])
        (described,) = read_descriptions((tmp_path / "e.json").read_bytes(), tmp_path, int(time.time() * 1000))
        counter.world.say("seller", described.draft)
        (tmp_path / "item.trace").write_bytes(counter.world.ledger.prover.trace(item).data)
        (tmp_path / "zone.policy").write_bytes(format_trust_policy(counter.world.standpoint().policy))
    finally:
        close_counter(counter)
    (wrong,) = draw_codes([item], bytes)
    for code, expected in ((drawn.hidden.readable, 0), (wrong.hidden.readable, 1), ("short", 4)):
        (tmp_path / "code.txt").write_text(code)
        words = ["hidden-code", str(tmp_path / "item.trace"), "--code", str(tmp_path / "code.txt"), "--json"]
        with redirect_stdout(io.StringIO()) as said:
            assert main([*words, "--policy", str(tmp_path / "zone.policy")]) == expected
        if not expected:
            assert json.loads(said.getvalue())["item"] == item


@pytest.mark.parametrize("items", [[PRODUCT], [ITEMS[0], ITEMS[0]], []], ids=["a product", "twice", "none"])
def test_what_is_no_item_or_stands_twice_gets_no_code(tmp_path, items):
    ran = run("hidden-codes", *items, "--events", str(tmp_path / "e.json"), "--print", str(tmp_path / "c.tsv"))
    assert ran.exit_code != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", [ITEMS[0], f"{PRODUCT}\t{'0' * 32}", f"{ITEMS[0]}\t{'0' * 31}1", "\tX"], ids=repr)
def test_a_file_of_codes_that_is_bent_is_refused_by_its_line_without_the_code(line):
    good = format_codes(draw_codes(ITEMS[1:2], bytes)).decode()
    with pytest.raises(MalformedError, match="line 2") as caught:
        parse_codes(f"{good}{line}\n".encode(), "c.tsv")
    assert "0" * 16 not in str(caught.value)


def test_codes_come_from_all_of_the_randomness_and_nothing_else():
    asked = []

    def random(size):
        asked.append(size)
        return bytes(range(size))

    (drawn,) = draw_codes(ITEMS[:1], random)
    assert asked == [16, 3]
    assert parse_hidden_code(drawn.hidden.text).salt == bytes(range(16))
