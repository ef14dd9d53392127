"""`suyuan import ceb`: read, or refused with the element at fault; in the ledger once, however often it runs."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from ledger.cli.commands import app
from ledger.errors import StoppedError
from ledger.gateway.reader import Reader
from ledger.gateway.received import Received
from ledger.signing.keyfile import save_key
from tests.ledger.client.serving import Reply
from tests.ledger.gateway.zone import messages_of, recorded_names
from tests.ledger.readers.ceb.signature.place import VECTORS
from verifier.ledgerformat.trust_policy import format_trust_policy

SECRET = "an invented passphrase"


@pytest.fixture
def run(world, service, tmp_path, monkeypatch):
    """Run `suyuan import ceb` for the platform, in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PASS", SECRET)
    monkeypatch.setenv("LANG", "C.UTF-8")
    save_key(tmp_path / "platform.pem", world.cast["platform"].signer, SECRET.encode())
    (tmp_path / "zone.policy").write_bytes(format_trust_policy(world.standpoint().policy))
    own = ["--as", world.cast["platform"].uri, "--to", service.url, "--key", "platform.pem", "--passphrase-env", "PASS"]

    def run_(*arguments, signing=True):
        rest = [*own, "--policy", "zone.policy"] if signing else []
        words = ["import", "ceb", *map(str, arguments), *rest, "--json"]
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        return result.exit_code, json.loads(result.stdout) if result.stdout.startswith("{") else result.output

    return run_


def write(folder, seeds, codes=("CEB311",)):
    folder.mkdir(exist_ok=True)
    for place, (_, message) in enumerate(messages_of(seeds, codes)):
        (folder / f"{place:04}.xml").write_bytes(message)
    return folder


def test_a_folder_of_messages_is_recorded_and_a_second_run_adds_nothing(world, run, tmp_path):
    folder = write(tmp_path / "outbox", range(700, 705))
    before = len(recorded_names(world))
    code, answer = run(folder)
    assert (code, answer["events"], answer["states"]) == (0, 5, {"recorded": 5}), answer
    code, answer = run(folder)
    assert (code, answer["again"]) == (0, 5)
    assert len(recorded_names(world)) - before == 5


def test_a_dry_run_reads_and_leaves_nothing(world, run, tmp_path):
    folder = write(tmp_path / "outbox", range(710, 712), ("CEB311", "CEB621"))
    code, answer = run(folder, "--dry-run", signing=False)
    assert (code, answer["files"], answer["events"]) == (0, 4, 4)
    assert not (tmp_path / "gateway").exists()


def test_a_refused_message_names_file_and_element_and_the_exit_code_is_2(run, tmp_path):
    folder = write(tmp_path / "outbox", [720])
    path = next(folder.iterdir())
    path.write_bytes(path.read_bytes().replace(b"<ceb:currency>142", b"<ceb:currency>CNY", 1))
    code, answer = run(folder, "--dry-run", signing=False)
    assert code == 2
    (fault,) = answer["faults"]
    assert (fault["file"], fault["field"]) == (str(path), "Order[1]/OrderHead/currency")
    code, answer = run(folder)
    assert code == 2
    assert answer["faults"][0]["field"] == "Order[1]/OrderHead/currency"


def test_a_lenient_run_names_what_it_accepted(run, tmp_path):
    folder = write(tmp_path / "outbox", [730], ("CEB621",))
    path = next(folder.iterdir())
    data = path.read_bytes()
    start, end = data.index(b"<ds:Signature"), data.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    path.write_bytes(data[:start] + data[end:])
    assert run(folder, "--dry-run", signing=False)[0] == 2
    code, answer = run(folder, "--dry-run", "--lenient", signing=False)
    assert code == 0
    assert any("Signature" in each["sentence"] for each in answer["departures"])


def test_what_a_messages_own_signature_was_found_to_be_is_told(run, tmp_path):
    """A message that was changed after it was signed is recorded as not authentic: whoever imports it hears so."""
    (tmp_path / "outbox").mkdir()
    for name in ("rsa-sha1", "unsigned", "signer-not-known"):
        (tmp_path / "outbox" / f"{name}.xml").write_bytes((VECTORS / f"{name}.xml").read_bytes())
    options = ("--dry-run", "--lenient", "--trust", VECTORS / "trust")
    code, answer = run(tmp_path / "outbox", *options, signing=False)
    assert (code, answer["files"]) == (0, 3)
    assert answer["signatures"] == {"authentic": 1, "absent": 1, "not authentic: signer-not-known": 1}
    (doubted,) = answer["notAuthentic"]
    assert doubted["file"].endswith("signer-not-known.xml")
    code, answer = run(tmp_path / "outbox", "--dry-run", "--lenient", signing=False)
    assert answer["signatures"] == {"not checked: nobody-asked": 2, "absent": 1}


def test_what_the_ledger_does_not_answer_is_sent_by_the_next_run(world, run, service, tmp_path):
    folder = write(tmp_path / "outbox", [740])
    before = len(recorded_names(world))
    service.lie("/entries", Reply(b"", "text/plain", 503))
    code, answer = run(folder, "--wait", "0.5")
    assert code == 3
    assert answer["states"] == {"signed": 1}
    del service.lies["/entries"]
    code, answer = run(folder)
    assert (code, answer["states"]) == (0, {"recorded": 1}), answer
    assert len(recorded_names(world)) - before == 1


def test_a_sender_without_a_key_is_told_what_is_missing(run, tmp_path):
    folder = write(tmp_path / "outbox", [750])
    code, output = run(folder, signing=False)
    assert code == 2
    assert "--key" in str(output)


def test_many_files_are_read_in_a_process_beside_and_come_to_the_same(world, run, tmp_path, monkeypatch):
    folder = write(tmp_path / "outbox", range(760, 766))
    faulty = next(iter(sorted(folder.iterdir())))
    faulty.write_bytes(faulty.read_bytes().replace(b"<ceb:currency>142", b"<ceb:currency>CNY", 1))
    (folder / "none.xml").write_bytes(b"<none")
    expected = run(folder, "--dry-run", signing=False)
    begun = []
    monkeypatch.setattr("ledger.cli.importing._MANY", 1)
    monkeypatch.setattr("ledger.cli.importing.Reader", lambda types: begun.append(Reader(types)) or begun[0])
    code, answer = run(folder)
    assert code == expected[0]
    assert sorted(map(str, answer["faults"])) == sorted(map(str, expected[1]["faults"]))
    assert answer["states"] == {"recorded": 5}, answer
    (reader,) = begun
    assert reader.pid, "it was there"
    with pytest.raises(StoppedError):
        list(reader.read_all([Received("ceb", b"")]))
