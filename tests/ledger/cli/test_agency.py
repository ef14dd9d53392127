"""Acts about agencies, from proposal to force, on a real ledger behind its service; and what `agency show` checks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.zone.actors import agency
from ledger.client.client import LedgerClient
from ledger.governance.ceremony import parse_ceremony
from ledger.governance.changes import moment
from ledger.signing.keyfile import save_key
from ledger.signing.signer import generate
from tests.ledger.cli.conftest import SECRET
from tests.ledger.client.serving import Reply
from tests.ledger.governance.federation import ENV, Federation
from tests.world import now
from verifier.ledgerformat.submission import Submission, format_submission
from verifier.primitives.keys import EDDSA, ES256, format_key
from verifier.proof.traceproof import MEDIA_TYPE as TRACE

PORT = "urn:suyuan:agency:port"


@pytest.fixture
def founded(run, tmp_path):
    made = Federation(tmp_path / "federation", run, SECRET.encode(), now)
    made.found()
    yield made
    made.close()


def public_file(folder: Path, name: str, signer) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"kid": signer.public.kid.hex(), "key": format_key(signer.public)}))
    return path


def propose(zone: Federation, *words: object, by: str = "customs", name: str = "act", ok: bool = True):
    """Write an act's ceremony; return the file, or what the command came to where it must fail."""
    zone.publish()
    file = zone.machine(by) / f"{name}.ceremony"
    ran = zone.run("agency", *words, "--by", zone.uri(by), "--out", file, *zone.to, *zone.trust, "--json", "--quiet")
    if not ok:
        assert not file.exists()
        return ran
    assert ran.code == 0, ran.err
    return file


def sign(zone: Federation, file: Path, *labels: str) -> Path:
    for label in labels:
        ran = zone.sign(file, label, *zone.trust)
        assert ran.code == 0, ran.err
        file = zone.machine(label) / file.name
    return file


def submit(zone: Federation, file: Path):
    zone.publish()
    ran = zone.run("agency", "submit", file, *zone.to, *zone.trust, "--yes", "--json", "--quiet")
    zone.publish()
    return ran


def enact(
    zone: Federation, *words: object, by: str = "customs", name: str = "act", signers=("customs", "market", "tax")
):
    """Propose, let three roots sign, submit; the act is in force then."""
    file = sign(zone, propose(zone, *words, by=by, name=name), *signers)
    ran = submit(zone, file)
    assert ran.code == 0, ran.err
    assert ran.answer["inForce"] is True
    return file


def show(zone: Federation, uri: str = PORT):
    zone.publish()
    ran = zone.run("agency", "show", uri, *zone.to, *zone.trust, "--json")
    assert ran.code == 0, ran.err
    return ran.answer


ADMIT = ("admit", PORT, "--name-zh", "口岸", "--name-en", "Port", "--role", "port", "--zone", "demonstration")


@pytest.fixture
def port(founded):
    """The port agency, admitted with three administrators of whom two must approve; their keys in its folder."""
    folder = founded.machine("port")
    administrators = [generate(EDDSA) for _ in range(3)]
    files = [public_file(folder, f"admin{each}", one) for each, one in enumerate(administrators)]
    for each, one in enumerate(administrators):
        save_key(folder / f"admin{each}.pem", one, SECRET.encode())
    options = [word for each in files for word in ("--administrator", each)]
    enact(founded, *ADMIT, *options, "--threshold", 2, name="admit")
    founded.port = [each.public.kid.hex() for each in administrators]
    return founded


def test_an_agency_is_admitted_by_three_roots_and_shown_from_checked_proofs(founded):
    before = show(founded)
    assert (before["standing"], before["keys"]) == ("unknown", [])
    enact(founded, *ADMIT)
    shown = show(founded)
    assert (shown["standing"], shown["roles"], shown["names"]["zh"]) == ("admitted", ["port"], "口岸")
    assert PORT in shown["state"]["checked"]


def test_what_waits_is_shown_too(founded):
    founded.publish()
    file = sign(founded, propose(founded, *ADMIT), "customs")
    proposal = parse_ceremony(file.read_bytes()).proposal
    founded.ledger.submit(
        format_submission(Submission(proposal.statement, proposal.heads, proposal.bodies, ((),)))
    ).result()
    (waiting,) = show(founded)["waiting"]
    assert (waiting["type"], waiting["name"]) == ("registry.agency", proposal.names[0].hex())
    ran = submit(founded, sign(founded, file, "market", "tax"))
    assert ran.code == 0, ran.err
    assert len(ran.answer["sends"]) == 3
    assert show(founded)["standing"] == "admitted"


def test_roles_and_jurisdiction_replace_what_was_stated(port):
    enact(port, "role", PORT, "--role", "port", "--role", "registrar", name="roles")
    enact(port, "jurisdiction", PORT, "--zone", "second", name="zones")
    shown = show(port)
    assert (shown["roles"], shown["jurisdiction"]) == (["port", "registrar"], ["second"])
    assert shown["administratorThreshold"] == 2


def administer(zone: Federation, file: Path, *numbers: int) -> Path:
    """Let administrators of the port agency sign, each on the one machine that they share here."""
    for each in numbers:
        key = zone.machine("port") / f"admin{each}.pem"
        ran = zone.run("agency", "sign", file, "--key", key, "--yes", *ENV, *zone.trust)
        assert ran.code == 0, ran.err
    return file


def test_an_agency_rotates_its_keys_with_two_of_three_administrators_and_no_federation_vote(port):
    first, second = generate(ES256), generate(ES256)
    files = [public_file(port.machine("port"), name, one) for name, one in (("first", first), ("second", second))]
    under = ("--under", port.port[0])
    registered = propose(port, "key", PORT, files[0], *under, by="port", name="first-key")
    assert submit(port, administer(port, registered, 0)).code == 3
    assert submit(port, administer(port, registered, 1)).code == 0
    rotation = ("key", PORT, files[1], "--replaces", first.public.kid.hex(), *under)
    file = administer(port, propose(port, *rotation, "--lang", "zh", by="port", name="rotation"), 0, 2)
    ran = submit(port, file)
    assert ran.code == 0, ran.err
    standing = {each["kid"]: each["standing"] for each in show(port)["keys"]}
    assert standing == {first.public.kid.hex(): "revoked", second.public.kid.hex(): "valid"}


def test_a_root_s_approval_does_not_count_for_an_agency_s_own_keys(port):
    key = public_file(port.machine("port"), "key", generate(ES256))
    file = propose(port, "key", PORT, key, "--under", port.port[0], by="port")
    ran = port.sign(file, "customs", *port.trust, "--json")
    assert (ran.code, ran.answer["error"]["field"]) == (1, "--key")


def test_roots_give_an_agency_other_administrators_and_the_old_ones_may_nothing_more(port):
    fresh = [generate(EDDSA) for _ in range(2)]
    files = [public_file(port.machine("port"), f"fresh{each}", one) for each, one in enumerate(fresh)]
    options = [word for each in files for word in ("--administrator", each)]
    enact(port, "administrators", PORT, *options, "--threshold", 1, name="administrators")
    shown = show(port)
    assert (len(shown["administrators"]), shown["roles"]) == (2, ["port"])
    key = public_file(port.machine("port"), "key", generate(ES256))
    ran = propose(port, "key", PORT, key, "--under", port.port[0], by="port", ok=False)
    assert ran.code == 1, ran.out


def test_two_roots_suspend_and_three_restore(port):
    file = sign(port, propose(port, "suspend", PORT, "--reason", "audit", name="suspend"), "customs", "tax")
    assert submit(port, file).code == 0
    shown = show(port)
    assert shown["standing"] == "suspended"
    assert now() < shown["suspendedUntil"] <= now() + 72 * 3_600_000
    assert {each["standing"] for each in shown["administrators"]} == {"suspended"}
    told = port.run("agency", "show", PORT, *port.to, *port.trust, "--lang", "en").out
    assert f"suspended, until {moment(shown['suspendedUntil'])}" in told
    file = sign(port, propose(port, "restore", PORT, "--reason", "cleared", name="restore"), "customs", "tax")
    ran = submit(port, file)
    assert ran.code == 3, ran.out
    assert submit(port, sign(port, file, "market")).code == 0
    assert show(port)["standing"] == "admitted"


def test_an_agency_is_revoked_and_restored(port):
    enact(port, "revoke", PORT, "--reason", "dissolved", name="revoke")
    assert show(port)["standing"] == "revoked"
    enact(port, "restore", PORT, "--reason", "mistaken", name="restore")
    assert show(port)["standing"] == "admitted"


def test_an_administrator_s_key_that_was_revoked_is_shown_as_such_and_the_others_are_not(port):
    enact(port, "revoke", f"urn:suyuan:key:{port.port[1]}", "--reason", "stolen", name="stolen")
    shown = {each["kid"]: each["standing"] for each in show(port)["administrators"]}
    assert shown == {port.port[0]: "valid", port.port[1]: "revoked", port.port[2]: "valid"}


def test_a_key_is_revoked_from_a_leaf_on_by_roots(port):
    signer = generate(ES256)
    enact(port, "key", PORT, public_file(port.machine("port"), "key", signer), name="key")
    subject = f"urn:suyuan:key:{signer.public.kid.hex()}"
    enact(port, "revoke", subject, "--reason", "stolen", "--compromised-since", 3, name="stolen")
    (key,) = show(port)["keys"]
    assert key["standing"] == "revoked"
    ran = propose(port, "restore", subject, "--reason", "found", name="found", ok=False)
    assert ran.code == 1, ran.out


def test_another_agency_carries_on_and_the_keys_that_ended_with_it_are_not_called_revoked(port):
    enact(port, "key", PORT, public_file(port.machine("port"), "key", generate(ES256)), name="key")
    enact(port, "admit", port.uri("customs"), "--name-zh", "海关", "--name-en", "Customs", "--role", "customs",
          "--zone", "demonstration", name="customs")  # fmt: skip
    enact(port, "succeed", PORT, port.uri("customs"), name="succession")
    shown = show(port)
    assert (shown["standing"], shown["successor"]) == ("succeeded", port.uri("customs"))
    assert [each["standing"] for each in shown["keys"]] == ["succeeded"]


def test_what_a_person_sees_before_signing_is_the_whole_act_in_both_languages(founded):
    file = propose(founded, *ADMIT)
    said = {
        lang: founded.sign(file, "customs", *founded.trust, "--dry-run", "--lang", lang).err for lang in ("zh", "en")
    }
    for each in (PORT, "口岸", "Port", "port", "demonstration"):
        assert each in said["zh"]
        assert each in said["en"]
    assert "机构准入" in said["zh"]
    assert "Agency admitted" in said["en"]


def test_a_stranger_may_not_propose(founded):
    stranger = agency("stranger", "陌生", "Stranger", ["stranger"])
    ran = founded.run(
        "agency", *ADMIT, "--by", stranger.uri, "--out", "act.ceremony", *founded.to, *founded.trust, "--json"
    )
    assert (ran.code, ran.answer["error"]["field"]) == (1, "--by")


def test_a_proof_of_another_walk_or_subject_is_not_taken_for_the_registry_s(port):
    """Whoever answers with a true proof that need not show what was said of the agency is found out."""
    client = LedgerClient(port.service.url)
    port.publish()
    for lie in (client.trace(PORT), client.trace(port.uri("customs"), walk="registry")):
        port.service.lie("/trace", Reply(lie, TRACE))
        ran = port.run("agency", "show", PORT, *port.to, *port.trust, "--json")
        assert ran.code in (1, 2), ran.out
        port.service.lies.clear()


@pytest.mark.parametrize(
    "words",
    [
        ("admit", PORT, "--name-zh", "口岸", "--name-en", "Port", "--role", "Two Words", "--zone", "demonstration"),
        ("admit", "urn:suyuan:agency:Port", "--name-zh", "口", "--name-en", "P", "--role", "port", "--zone", "z"),
        (*ADMIT, "--threshold", 2),
        ("revoke", "https://id.gs1.org/01/06901234567892", "--reason", "no-key"),
        ("revoke", PORT, "--reason", "Several words"),
        ("suspend", "urn:suyuan:enterprise:91350100M000100Y43", "--reason", "no-agency"),
        ("suspend", PORT, "--reason", "when", "--until", "tomorrow"),
        ("suspend", PORT, "--reason", "past", "--until", "2020-01-01T00:00:00Z"),
        ("key", PORT, "none.json"),
        ("role", PORT),
        ("role", PORT, "--role", "port"),
        ("jurisdiction", PORT, "--zone", "demonstration"),
        ("restore", PORT, "--reason", "nothing-to-restore"),
    ],
)
def test_an_act_that_could_not_be_is_refused_with_its_field_and_nothing_is_written(founded, words):
    ran = propose(founded, *words, ok=False)
    assert ran.code in (1, 2, 4), ran.out
    assert "Traceback" not in ran.err


def test_a_suspension_that_names_a_later_end_than_it_can_have_is_not_proposed(founded):
    late = now() + 72 * 3_600_000 + 60_000
    ran = propose(founded, "suspend", founded.uri("tax"), "--reason", "audit", "--until", late, ok=False)
    assert (ran.code, ran.answer["error"]["field"]) == (2, "--until")
    assert "72" in ran.answer["error"]["expected"]
    assert ran.answer["error"]["todo"]
    propose(founded, "suspend", founded.uri("tax"), "--reason", "audit", "--until", late - 120_000)


def test_a_dry_run_drafts_checks_and_shows_and_writes_no_file(founded):
    founded.publish()
    file = founded.machine("customs") / "dry.ceremony"
    common = ("--by", founded.uri("customs"), "--out", file, *founded.to, *founded.trust, "--dry-run")
    ran = founded.run("agency", *ADMIT, *common, "--json", "--quiet")
    assert (ran.code, ran.answer["file"], ran.answer["acts"][0]["type"]) == (0, None, "registry.agency")
    shown = founded.run("agency", *ADMIT, *common, "--lang", "en")
    assert PORT in shown.err
    assert founded.run("agency", *ADMIT, "--threshold", 2, *common, "--json").code != 0
    assert not file.exists()


def test_a_file_that_is_there_is_neither_written_over_nor_taken_for_damage(founded):
    file = propose(founded, *ADMIT)
    before = file.read_bytes()
    ran = founded.run(
        "agency", *ADMIT, "--by", founded.uri("customs"), "--out", file, *founded.to, *founded.trust, "--json"
    )
    assert (ran.code, ran.answer["error"]["field"], bool(ran.answer["error"]["todo"])) == (2, "--out", True)
    assert file.read_bytes() == before


def test_any_acts_are_proposed_from_a_description_together(founded):
    rule = {"k": 1, "of": [{"role": "customs"}, {"agency": founded.uri("tax")}]}
    policy = {
        "type": "registry.policy",
        "subjects": {"policy": "urn:suyuan:policy:filing", "types": ["urn:suyuan:type:filing.product"]},
        "data": {"rule": rule, "basis": {"zh": "备案", "en": "Filing"}},
    }
    kind = {"type": "registry.kind", "subjects": {"kind": "urn:suyuan:kind:extra"}}
    described = founded.machine("customs") / "acts.json"
    described.write_text(json.dumps([policy, kind]))
    enact(founded, "propose", described)
    registry = founded.ledger.head.replay.registry
    assert registry.kind_since("extra") is not None
    assert registry.policies_at("filing.product", founded.ledger.head.edge.size, now())


def test_what_answers_something_or_is_no_act_is_not_proposed_here(founded):
    described = founded.machine("customs") / "acts.json"
    for event in ({"type": "registry.reattestation", "about": ["00" * 32]}, {"type": "order.placed"}):
        described.write_text(json.dumps(event))
        ran = propose(founded, "propose", described, ok=False)
        assert (ran.code, ran.answer["error"]["field"]) == (2, "events[0].type")
