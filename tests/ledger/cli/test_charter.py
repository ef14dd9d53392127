"""Root ceremonies: five holders, threshold 3, a folder each as the machine that no network reaches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.zone.actors import agency
from ledger.client.client import LedgerClient
from ledger.governance.ceremony import format_ceremony, parse_ceremony
from ledger.signing.keyfile import save_key
from tests.ledger.cli.conftest import SECRET
from tests.ledger.governance.federation import ENV, Federation
from tests.world import now
from verifier.ledgerformat.statement import parse_statement
from verifier.primitives.cbor import format_cbor, parse_cbor
from verifier.primitives.keys import format_key


@pytest.fixture
def federation(run, tmp_path):
    made = Federation(tmp_path / "federation", run, SECRET.encode(), now)
    yield made
    made.close()


@pytest.fixture
def founded(federation):
    federation.found()
    return federation


def signed_by(federation: Federation, file: Path, *labels: str) -> Path:
    for label in labels:
        ran = federation.sign(file, label, *federation.trust)
        assert ran.code == 0, ran.err
        file = federation.machine(label) / file.name
    return file


def version(federation: Federation) -> int:
    return federation.ledger.head.replay.registry.charters[-1].version


def test_a_ledger_is_founded_by_a_ceremony_of_five_holders_of_whom_three_sign(federation):
    federation.found()
    assert version(federation) == 1
    shown = federation.run("charter", "show", *federation.to, *federation.trust, "--json")
    assert shown.code == 0, shown.err
    assert (shown.answer["charter"]["version"], shown.answer["charter"]["threshold"]) == (1, 3)
    assert shown.answer["state"]["checked"] == ["urn:suyuan:ledger:ledger.example/zone"]


def test_propose_sign_sign_sign_submit_and_the_next_charter_is_in_force(founded):
    file = founded.propose({"threshold": 4}, *founded.to, *founded.trust)
    file = signed_by(founded, file, "customs", "market", "tax", "inspection")
    status = founded.run("charter", "status", file, *founded.to, *founded.trust, "--json")
    assert (status.code, status.answer["complete"], status.answer["inForce"]) == (0, True, False)
    ran = founded.run("charter", "submit", file, *founded.to, *founded.trust, "--yes", "--json", "--quiet")
    assert ran.code == 0, ran.err
    assert ran.answer["inForce"] is True
    assert founded.ledger.head.replay.registry.charters[-1].threshold == 4
    founded.publish()
    again = founded.run("charter", "submit", file, *founded.to, *founded.trust, "--yes", "--json")
    assert (again.code, again.answer["inForce"], again.answer["sends"]) == (0, True, [])


def test_holders_may_sign_copies_apart_and_the_copies_are_merged(founded):
    file = founded.propose({"zone": "second"}, *founded.to, *founded.trust)
    for label in ("customs", "market", "tax"):
        assert founded.sign(file, label, *founded.trust).code == 0
    copies = [founded.machine(label) / file.name for label in ("tax", "customs", "market")]
    merged = founded.folder / "merged.ceremony"
    dry = founded.run("charter", "merge", *copies, "--out", merged, *founded.trust, "--dry-run", "--json")
    assert (dry.code, dry.answer["complete"], dry.answer["file"], merged.exists()) == (0, True, None, False), dry.err
    ran = founded.run("charter", "merge", *copies, "--out", merged, *founded.trust, "--json")
    assert (ran.code, ran.answer["complete"]) == (0, True), ran.err
    other = founded.folder / "other.ceremony"
    founded.run("charter", "merge", *reversed(copies), "--out", other, *founded.trust)
    assert other.read_bytes() == merged.read_bytes()
    assert founded.run("charter", "submit", merged, *founded.to, *founded.trust, "--yes").code == 0
    assert version(founded) == 2


def test_one_signature_too_few_is_not_yet_and_says_who_is_missing(founded):
    size = founded.ledger.head.edge.size
    file = founded.propose({"zone": "second"}, *founded.to, *founded.trust)
    file = signed_by(founded, file, "customs", "market")
    ran = founded.run("charter", "submit", file, *founded.to, *founded.trust, "--yes", "--json")
    assert ran.code == 3
    for label in ("commerce", "inspection", "tax"):
        assert founded.uri(label) in ran.answer["error"]["todo"]
    assert founded.ledger.head.edge.size == size
    status = founded.run("charter", "status", file, *founded.trust, "--json")
    assert status.code == 3
    assert {each["needed"] for each in status.answer["circles"]} == {1}


def test_without_the_proposer_s_signature_nothing_is_sent(founded):
    file = founded.propose({"zone": "second"}, *founded.to, *founded.trust, by="commerce")
    file = signed_by(founded, file, "customs", "market", "tax")
    ran = founded.run("charter", "submit", file, *founded.to, *founded.trust, "--yes", "--json")
    assert ran.code == 3
    assert founded.uri("commerce") in ran.answer["error"]["todo"]


def test_new_holders_of_a_new_charter_must_approve_as_well(founded):
    roots = founded.charter()["roots"]
    fresh = agency("port", "口岸", "Port", ["port"])
    save_key(founded.machine("port") / "root.pem", fresh.root, SECRET.encode())
    added = {"agency": fresh.uri, "names": dict(fresh.names), "key": format_key(fresh.root.public)}
    kept = [each for each in roots if each["agency"] in (founded.uri("customs"), founded.uri("market"))]
    file = founded.propose({"roots": [*kept, added]}, *founded.to, *founded.trust)
    file = signed_by(founded, file, "customs", "market", "tax")
    ran = founded.run("charter", "submit", file, *founded.to, *founded.trust, "--yes", "--json")
    assert ran.code == 3
    assert "urn:suyuan:agency:port" in ran.answer["error"]["todo"]
    file = signed_by(founded, file, "port")
    assert founded.run("charter", "submit", file, *founded.to, *founded.trust, "--yes").code == 0
    assert version(founded) == 2


def test_what_is_shown_before_signing_is_the_difference_to_the_charter_in_force(founded):
    file = founded.propose({"threshold": 4, "zone": "second"}, *founded.to, *founded.trust)
    ran = founded.sign(file, "customs", *founded.trust, "--lang", "en")
    assert "3 → 4" in ran.err
    assert '"demonstration" → "second"' in ran.err
    assert "批准所需人数" in founded.sign(file, "market", *founded.trust, "--lang", "zh").err
    answer = founded.run("charter", "status", file, *founded.trust, "--json").answer
    assert {each["path"] for each in answer["changes"]} == {"threshold", "zone", "version", "previous"}


def test_another_holder_s_key_is_refused_and_the_file_stays(founded):
    file = founded.propose({"zone": "second"}, *founded.to, *founded.trust)
    before = file.read_bytes()
    founded.run("key", "new", "stranger.pem", "--alg", "EdDSA", *ENV)
    ran = founded.run("charter", "sign", file, "--key", "stranger.pem", "--yes", *founded.trust, *ENV, "--json")
    assert ran.code == 1
    assert "--key" in ran.answer["error"]["field"]
    assert file.read_bytes() == before


def _bend(file: Path, change) -> None:
    word, number, content = parse_cbor(file.read_bytes())
    change(content)
    file.write_bytes(format_cbor([word, number, content]))


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("body", lambda c: c[6][3].__setitem__(0, c[6][3][0].replace(b'"second"', b'"secure"'))),
        ("proposal's issuer", lambda c: c[6].__setitem__(0, "urn:suyuan:agency:tax")),
        ("approver", lambda c: c[7][0].__setitem__(0, "urn:suyuan:agency:tax")),
        ("approval's signature", lambda c: c[7][0].__setitem__(4, c[7][0][4][:-1] + bytes([c[7][0][4][-1] ^ 1]))),
        ("proposal's signature", lambda c: c[6].__setitem__(4, c[6][4][:-1] + bytes([c[6][4][-1] ^ 1]))),
        ("approval's head", lambda c: c[7][0][2].__setitem__(0, c[7][0][2][0][:-1] + bytes([c[7][0][2][0][-1] ^ 1]))),
        ("pin", lambda c: c.__setitem__(2, bytes(32))),
        ("origin", lambda c: c.__setitem__(1, "ledger.example/other")),
        ("charter file", lambda c: c.__setitem__(3, c[3][:-1])),
        ("checkpoint", lambda c: c.__setitem__(5, c[5].replace(b"ledger.example/zone\n", b"ledger.example/zona\n", 1))),
        ("a member too many", lambda c: c.__setitem__(8, 1)),
    ],
)
def test_a_tampered_ceremony_is_refused_by_sign_merge_status_and_submit(founded, what, change):
    file = founded.propose({"zone": "second"}, *founded.to, *founded.trust)
    file = signed_by(founded, file, "customs", "market", "inspection")
    whole = file.read_bytes()
    _bend(file, change)
    bent = file.read_bytes()
    assert bent != whole
    size = founded.ledger.head.edge.size
    for ran in (
        founded.run(
            "charter", "sign", file, "--key", founded.machine("tax") / "root.pem", "--yes", *founded.trust, *ENV
        ),
        founded.run("charter", "merge", file, "--out", founded.folder / "out", *founded.trust),
        founded.run("charter", "status", file, *founded.trust),
        founded.run("charter", "submit", file, *founded.to, *founded.trust, "--yes"),
    ):
        assert ran.code in (1, 2, 4), (what, ran.code, ran.err)
        assert "Traceback" not in ran.err
    assert file.read_bytes() == bent
    assert founded.ledger.head.edge.size == size


def test_a_ceremony_of_an_older_state_is_refused_before_anything_is_sent(founded):
    first = founded.propose({"zone": "second"}, *founded.to, *founded.trust, name="one")
    other = founded.propose({"zone": "third"}, *founded.to, *founded.trust, by="market", name="two")
    first = signed_by(founded, first, "customs", "market", "tax")
    other = signed_by(founded, other, "market", "customs", "tax")
    assert founded.run("charter", "submit", first, *founded.to, *founded.trust, "--yes").code == 0
    founded.publish()
    size = founded.ledger.head.edge.size
    ran = founded.run("charter", "submit", other, *founded.to, *founded.trust, "--yes", "--json")
    assert ran.code == 1
    assert "charter.previous" in ran.answer["error"]["field"]
    assert founded.ledger.head.edge.size == size


def test_sequence_numbers_of_one_key_never_clash_over_several_ceremonies_in_flight(founded):
    files = [
        founded.propose({"zone": f"z{each}"}, *founded.to, *founded.trust, name=f"flight{each}") for each in range(3)
    ]
    files = [signed_by(founded, each, "customs", "market", "tax") for each in files]
    assert len({first for each in files for first in _first(each, "customs")}) == 6
    assert founded.run("charter", "submit", files[2], *founded.to, *founded.trust, "--yes").code == 0


def test_a_lost_sequence_file_is_made_up_for_by_what_the_charter_file_shows(founded):
    for left in founded.machine("customs").glob("root.pem.sequence*"):
        left.unlink()
    file = founded.propose({"zone": "second"}, *founded.to, *founded.trust)
    file = signed_by(founded, file, "customs", "market", "tax")
    assert founded.run("charter", "submit", file, *founded.to, *founded.trust, "--yes").code == 0


def test_a_dry_run_signs_numbers_and_sends_nothing(founded):
    file = founded.propose({"zone": "second"}, *founded.to, *founded.trust)
    before, numbers = file.read_bytes(), (founded.machine("customs") / "root.pem.sequence").read_bytes()
    ran = founded.sign(file, "customs", *founded.trust, "--dry-run", "--json")
    assert (ran.code, ran.answer["duties"]) == (0, ["proposal", "approval"])
    assert file.read_bytes() == before
    assert (founded.machine("customs") / "root.pem.sequence").read_bytes() == numbers
    file = signed_by(founded, file, "customs", "market", "tax")
    size = founded.ledger.head.edge.size
    ran = founded.run("charter", "submit", file, *founded.to, *founded.trust, "--dry-run", "--json")
    assert (ran.code, ran.answer["takesEffect"], len(ran.answer["sends"])) == (0, True, 4)
    assert founded.ledger.head.edge.size == size


def test_signing_twice_signs_nothing_more(founded):
    file = founded.propose({"zone": "second"}, *founded.to, *founded.trust)
    file = signed_by(founded, file, "customs")
    before = file.read_bytes()
    ran = founded.sign(file, "customs", *founded.trust, "--json")
    assert (ran.code, ran.answer["duties"]) == (0, [])
    assert file.read_bytes() == before


def test_without_a_terminal_nobody_is_asked_and_nothing_is_signed(founded):
    file = founded.propose({"zone": "second"}, *founded.to, *founded.trust)
    before = file.read_bytes()
    key = founded.machine("customs") / "root.pem"
    ran = founded.run("charter", "sign", file, "--key", key, *founded.trust, *ENV, "--json")
    assert (ran.code, ran.answer["error"]["field"]) == (2, "--yes")
    assert file.read_bytes() == before


def test_without_a_trust_policy_a_later_charter_is_neither_signed_nor_sent(founded):
    file = founded.propose({"zone": "second"}, *founded.to, *founded.trust)
    for ran in (founded.sign(file, "customs", "--json"), founded.run("charter", "status", file, "--json")):
        assert (ran.code, ran.answer["error"]["field"]) == (2, "--policy")


def test_a_dry_run_of_preparing_keys_makes_none_and_asks_for_the_same_passphrase(founded):
    before = sorted(founded.root.rglob("*"))
    words = ("charter", "prepare-keys", founded.root, "--dry-run", "--json")
    dry = founded.run(*words, "--passphrase-file", _secret(founded))
    assert (dry.code, dry.answer) == (0, {"number": 2}), dry.err
    wrong = founded.folder / "wrong"
    wrong.write_text("another passphrase")
    assert founded.run(*words, "--passphrase-file", wrong).code != 0
    assert sorted(founded.root.rglob("*")) == before


def test_the_ledger_s_keys_are_handed_over_by_a_ceremony(founded):
    ran = founded.run("charter", "prepare-keys", founded.root, "--passphrase-file", _secret(founded), "--json")
    assert (ran.code, ran.answer["number"]) == (0, 2), ran.err
    founded.restart()
    before = founded.ledger.keys
    members = {"seal": ran.answer["seal"], "receipt": ran.answer["receipt"]}
    members["policy"] = ran.answer["policy"] + "quorum none\n"
    file = founded.propose(members, *founded.to, *founded.trust)
    file = signed_by(founded, file, "customs", "market", "tax")
    assert founded.run("charter", "submit", file, *founded.to, *founded.trust, "--yes").code == 0
    assert founded.ledger.keys.seal.public != before.seal.public
    founded.publish()
    shown = founded.run("charter", "show", *founded.to, *founded.trust, "--json")
    assert (shown.code, shown.answer["charter"]["version"]) == (0, 2), shown.err


@pytest.mark.parametrize(
    "members",
    [
        {"version": 7},
        {"previous": None},
        {"threshold": 9},
        {"unknown": 1},
        {"expires": "tomorrow"},
        {"expires": 1_790_000_000},
        [],
    ],
)
def test_a_charter_that_could_not_be_is_not_written(founded, members, tmp_path):
    (tmp_path / "bad.json").write_text(json.dumps(members))
    ran = founded.run("charter", "propose", "bad.json", "--by", founded.uri("customs"), "--out", "bad.ceremony",
                      *founded.to, *founded.trust, "--json")  # fmt: skip
    assert ran.code in (1, 2), ran.err
    assert not (tmp_path / "bad.ceremony").exists()


def test_files_are_read_as_they_are_written(founded):
    file = founded.propose({"zone": "second"}, *founded.to, *founded.trust)
    file = signed_by(founded, file, "customs", "tax")
    assert format_ceremony(parse_ceremony(file.read_bytes())) == file.read_bytes()


def _first(file: Path, label: str) -> list[int]:
    ceremony = parse_ceremony(file.read_bytes())
    uri = f"urn:suyuan:agency:{label}"
    batches = [each for each in (ceremony.proposal, *ceremony.approvals) if each.issuer == uri]
    return [parse_statement(each.statement).first for each in batches]


def _secret(federation: Federation) -> str:
    path = federation.folder / "ledger.secret"
    path.write_text("a passphrase of the ledger\n")
    return str(path)


def test_a_charter_is_proposed_from_files_alone(founded):
    client = LedgerClient(founded.service.url)
    (founded.folder / "zone.charter").write_bytes(client.charter())
    (founded.folder / "zone.note").write_bytes(client.checkpoint())
    files = ("--charter", founded.folder / "zone.charter", "--checkpoint", founded.folder / "zone.note")
    file = founded.propose({"zone": "second"}, *files, *founded.trust)
    file = signed_by(founded, file, "customs", "market", "tax")
    assert founded.run("charter", "submit", file, *founded.to, *founded.trust, "--yes").code == 0
    assert version(founded) == 2
    ran = founded.run("charter", "propose", founded.machine("customs") / "next.json", "--by", founded.uri("customs"),
                      "--out", "half.ceremony", *files[:2], *founded.trust, "--json")  # fmt: skip
    assert (ran.code, ran.answer["error"]["field"]) == (2, "--to")
