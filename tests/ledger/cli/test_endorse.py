"""`suyuan inbox` and `suyuan endorse` against a real service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ledger.client.client import LedgerClient
from ledger.client.sequence import next_number
from ledger.compose.event import Draft
from ledger.endorsing.judging import Judge
from ledger.signing.keyfile import load_key, save_key
from ledger.signing.signer import generate
from tests.ledger.cli.conftest import SECRET
from tests.ledger.endorsing.office import Office, open_office
from tests.verifier.judgement.chronicle import key_draft
from tests.verifier.proof.governed import administered
from tests.world import DAY, PRODUCT, World, found_world, now, parcel_story, tell_parcel
from verifier.judgement.participants import key_subject
from verifier.ledgerformat.batch_answer import format_batch_answer, parse_batch_answer
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.primitives.base64strict import format_base64url
from verifier.primitives.keys import EDDSA

ENV = ("--passphrase-env", "PASS")
REASON = {"zh": "不符", "en": "it does not conform"}


@pytest.fixture
def office(tmp_path) -> Iterator[Desk]:
    with open_office(tmp_path, SECRET.encode()) as made:
        yield Desk(made.world, made.url, made.folder)


class Desk(Office):
    """An office, and the options with which its commands ask and sign."""

    @property
    def asking(self) -> tuple[object, ...]:
        return ("--to", self.url, "--agency", self.agency, "--request-key", "desk.pem", *ENV)

    @property
    def signing(self) -> tuple[object, ...]:
        return (*self.asking, "--key", "officer.pem", "--policy", "zone.policy", "--yes", "--json")


def file_two(world: World):
    for name, who, draft in parcel_story(world)[:2]:
        (world.events[name],) = world.say(who, draft)
    return world.events["enterprise"].name, world.events["product"].name


def recognition_of(office: Office, name: bytes) -> str:
    """Return the outcome as the store alone says it, past service and projection."""
    with office.world.ledger.sources() as sources:
        stored = sources.reader.find_event(name)
        pair = next(each for each in office.world.zone.heads[name].joins if each[0] == "trace")
        rows = sources.reader.history(index_key(*pair), sources.log.size)
        names = [event_name(row.head) for row in rows if row.seq > stored.seq]
        judge = Judge(sources.reader, sources.replay.registry, size=sources.log.size, answers_of=lambda _: names)
        return judge.judge(name).recognition.outcome


def test_an_agency_sees_and_answers_what_awaits_it_with_one_signature(run, office):
    enterprise, product = file_two(office.world)
    shown = run("inbox", *office.asking, "--json")
    assert shown.code == 0, shown.err
    assert [each["name"] for each in shown.answer["items"]] == [enterprise.hex(), product.hex()]
    before = office.world.ledger.head.edge.size
    ran = run("endorse", "recognise", *office.signing, "--from-inbox", "--wait", "5")
    assert ran.code == 0, ran.err
    (batch,) = ran.answer["batches"]
    assert (batch["count"], batch["standing"]) == (2, "recorded")
    assert office.world.ledger.head.edge.size == before + 2  # one statement and its seal
    assert [each["verdict"] for each in ran.answer["answered"]] == ["verified", "verified"]
    assert recognition_of(office, enterprise) == recognition_of(office, product) == "recognised"
    assert run("inbox", *office.asking, "--json").answer["items"] == []
    again = run("endorse", "recognise", *office.signing, "--from-inbox")
    assert (again.code, again.answer["batches"]) == (0, [])


def test_an_answer_that_counts_no_longer_is_shown_as_disputed(run, office):
    _, product = file_two(office.world)
    assert run("endorse", "recognise", product.hex(), *office.signing).code == 0
    kid = load_key(office.folder / "officer.pem", SECRET.encode()).public.kid.hex()
    stolen = {"reason": "stolen", "compromisedSince": 0}
    office.world.zone.decree([Draft("registry.revocation", now(), {"key": f"urn:suyuan:key:{kid}"}, stolen)])
    office.world.cosign()
    words = [each for each in office.signing if each != "--json"]
    ran = run("endorse", "recognise", product.hex(), *words, "--dry-run", "--lang", "en")
    assert "endorsement.recognised · Example Customs · disputed" in ran.out + ran.err


def test_an_officer_who_is_shown_another_story_signs_nothing(run, office):
    _, product = file_two(office.world)
    foreign = found_world(office.folder / "foreign", witnesses=0, quorum=0)
    (office.folder / "zone.policy").write_bytes(format_trust_policy(foreign.standpoint().policy))
    foreign.ledger.close()
    before = office.world.ledger.head.edge.size
    ran = run("endorse", "recognise", product.hex(), *office.signing)
    assert ran.code == 1
    assert "altered" in ran.out
    assert office.world.ledger.head.edge.size == before
    assert next_number(office.folder / "officer.pem", b"") == 0


def test_each_verb_says_what_it_must(run, office):
    _, product = file_two(office.world)
    world = office.world

    def newest():
        return json.loads(world.ledger.store.read().__enter__().batch(world.ledger.head.edge.size - 2)[0].body)["data"]

    assert run("endorse", "acknowledge", product.hex(), *office.signing).code == 0
    until = "2099-01-01T00:00:00+08:00"
    condition = ("--condition", "标签须有中文 | labels in Chinese")
    ran = run("endorse", "recognise-with-conditions", product.hex(), *office.signing, *condition, "--until", until)
    assert ran.code == 0, ran.err
    assert newest()["conditions"] == [{"zh": "标签须有中文", "en": "labels in Chinese"}]
    assert recognition_of(office, product) == "recognised"
    assert run("endorse", "withdraw", product.hex(), *office.signing, "--reason", "有误 | a mistake").code == 0
    assert recognition_of(office, product) == "not yet recognised"
    assert run("endorse", "refuse", product.hex(), *office.signing, "--reason", "不符").code == 0
    assert newest()["reason"] == {"zh": "不符", "en": "不符"}
    assert recognition_of(office, product) == "refused"


@pytest.mark.parametrize(
    ("verb", "options", "field"),
    [
        ("bless", (), "verb"), ("refuse", (), "reason"), ("withdraw", (), "reason"),
        ("refuse", ("--reason", "|"), "--reason"),
        ("recognise-with-conditions", (), "conditions"), ("recognise", ("--condition", "x"), "conditions"),
        ("refuse", ("--reason", "x", "--until", "2099-01-01T00:00:00Z"), "until"),
        ("recognise", ("--until", "1"), "until"), ("recognise", ("--until", "soon"), "--until"),
        ("recognise", ("--from-inbox",), "EVENT"),
    ],
)  # fmt: skip
def test_what_makes_no_answer_is_refused_before_anything_is_signed(run, office, verb, options, field):
    _, product = file_two(office.world)
    ran = run("endorse", verb, product.hex(), *office.signing, *options)
    assert ran.code == 2, ran.err
    assert ran.answer["error"]["field"] == field
    assert next_number(office.folder / "officer.pem", b"") == 0


def test_there_is_nothing_to_withdraw_where_nothing_was_said(run, office):
    _, product = file_two(office.world)
    ran = run("endorse", "withdraw", product.hex(), *office.signing, "--reason", "x")
    assert ran.code == 1
    assert ran.answer["error"]["field"] == "withdraw"


def test_whoever_carries_on_for_an_agency_withdraws_its_own_answer_first_and_then_its_predecessor_s(run, office):
    _, product = file_two(office.world)
    refused = office.world.endorse("inspection", office.world.events["product"], "refused", reason=REASON)
    assert recognition_of(office, product) == "not yet recognised"
    withdraw = ("endorse", "withdraw", product.hex(), *office.signing, "--reason", "有误 | a mistake")
    before = run(*withdraw)
    assert (before.code, before.answer["error"]["field"]) == (1, "withdraw")
    heir = {"agency": office.world.cast["inspection"].uri, "successor": office.agency}
    office.world.zone.decree([Draft("registry.succession", now(), heir)])
    assert run("endorse", "recognise", product.hex(), *office.signing).code == 0
    withdrawn = []
    for _ in range(2):
        ran = run(*withdraw)
        assert ran.code == 0, ran.err
        with office.world.ledger.store.read() as reader:
            row = reader.batch(office.world.ledger.head.edge.size - 2)[0]
        withdrawn += parse_head(row.head).about
    assert withdrawn[0] != refused.name
    assert withdrawn[1] == refused.name
    assert run(*withdraw).code == 1


def test_a_dry_run_is_checked_by_the_ledger_and_records_nothing(run, office):
    _, product = file_two(office.world)
    before = office.world.ledger.head.edge.size
    ran = run("endorse", "recognise", product.hex(), *office.signing, "--dry-run")
    assert ran.code == 0, ran.err
    assert office.world.ledger.head.edge.size == before
    assert not (office.folder / "officer.pem.sequence").exists()
    assert not (office.folder / "receipts").exists()


def test_names_come_from_a_file_and_one_that_is_not_there_holds_up_no_other(run, office):
    enterprise, product = file_two(office.world)
    names = office.folder / "names"
    names.write_text(f"# what to answer\n{enterprise.hex()}\n{'00' * 32}  # never said\n\n{product.hex()} # this too\n")
    ran = run("endorse", "recognise", "--file", names, *office.signing)
    assert ran.code == 1
    assert [each["name"] for each in ran.answer["skipped"]] == ["00" * 32]
    assert ran.answer["batches"][0]["count"] == 2


def test_without_a_yes_and_without_a_terminal_nothing_is_signed(run, office):
    _, product = file_two(office.world)
    options = [each for each in office.signing if each != "--yes"]
    ran = run("endorse", "recognise", product.hex(), *options)
    assert (ran.code, ran.answer["error"]["field"]) == (2, "--yes")


def test_the_digests_of_what_was_seen_are_what_the_event_commits_to(run, office):
    events = tell_parcel(office.world, until="inspection")
    draft = Draft("endorsement.recognised", now(), data={"seen": []}, about=(events["product"].name,))
    office.world.zone.say(office.world.cast["market"], [draft])
    ran = run("endorse", "acknowledge", events["list"].name.hex(), *office.signing)
    assert ran.code == 0, ran.err
    expected = sorted(format_base64url(parse_disclosure(each).digest) for each in events["list"].disclosures)
    assert ran.answer["answered"][0]["seen"] == expected
    without = [each for each in office.signing if each not in ("--request-key", "desk.pem")]
    public = run("endorse", "acknowledge", events["list"].name.hex(), *without)
    assert public.code == 0, public.err
    assert public.answer["answered"][0]["seen"] == []


def test_differences_between_sources_are_shown(run, office):
    world = office.world
    amounts = {
        "payment": {"/amount": {"paid": "188.00", "currency": "142"}},
        "order": {"/amounts": {"paid": "199.00", "currency": "142"}},
    }
    for name, who, draft in parcel_story(world)[:8]:
        made = draft(world.events) if callable(draft) else draft
        (world.events[name],) = world.say(who, replace(made, disclosed={**made.disclosed, **amounts.get(name, {})}))
    ran = run("endorse", "acknowledge", world.events["list"].name.hex(), *office.signing)
    assert ran.code == 0, ran.err
    (difference,) = ran.answer["answered"][0]["differences"]
    assert difference["field"] == "amount-paid"
    assert [each["value"] for each in difference["sources"]] == ["199.00", "188.00"]
    assert "sources differ: amount paid" in ran.err


def test_the_inbox_shows_deadlines_and_only_what_is_asked_for(run, office):
    world = office.world
    subjects = {"policy": "urn:suyuan:policy:filing", "types": ["urn:suyuan:type:filing.product"]}
    basis = {"zh": "备案", "en": "Filing"}
    data = {"rule": {"role": "customs"}, "basis": basis, "deadline": DAY}
    world.zone.decree([Draft("registry.policy", now(), subjects=subjects, data=data)])
    file_two(world)
    ran = run("inbox", *office.asking)
    assert ran.code == 0, ran.err
    assert "deadline: " in ran.out
    assert PRODUCT in ran.out
    assert run("inbox", *office.asking, "--filter", "order.*", "--json").answer["items"] == []


def test_thousands_are_checked_by_statement_and_it_says_what_that_leaves_out(run, office):
    enterprise, product = file_two(office.world)
    ran = run("endorse", "recognise", "--from-inbox", "--by-statement", *office.signing)
    assert ran.code == 0, ran.err
    assert [each["name"] for each in ran.answer["answered"]] == [enterprise.hex(), product.hex()]
    assert "unchecked.completeness" in ran.answer["answered"][0]["notChecked"]
    assert "not checked" in ran.err
    assert recognition_of(office, enterprise) == recognition_of(office, product) == "recognised"


def test_by_statement_a_batch_that_is_not_what_was_signed_is_refused_whole(run, office, monkeypatch):
    enterprise, product = file_two(office.world)
    names = office.folder / "names"
    names.write_text(f"{enterprise.hex()}\n{product.hex()}\n")
    honest = LedgerClient.batch

    def swapped(self, leaf):
        answered = parse_batch_answer(honest(self, leaf))
        bent = [replace(each, head=each.head[:-1] + bytes([each.head[-1] ^ 1])) for each in answered]
        return format_batch_answer(bent)

    monkeypatch.setattr(LedgerClient, "batch", swapped)
    ran = run("endorse", "recognise", "--file", names, "--by-statement", *office.signing)
    assert ran.code == 1
    assert ran.answer["answered"] == []
    assert len(ran.answer["skipped"]) == 2


def test_nothing_is_withdrawn_by_statement(run, office):
    _, product = file_two(office.world)
    ran = run("endorse", "withdraw", product.hex(), "--by-statement", *office.signing, "--reason", "x")
    assert (ran.code, ran.answer["error"]["field"]) == (2, "--by-statement")


def with_disputed_key(office: Office) -> None:
    """Give customs one more key, registered under an administrator's key that turns out to be stolen."""
    world, customs, fresh = office.world, office.world.cast["customs"], generate(EDDSA)
    signers = administered(world, "customs")
    since = world.ledger.head.edge.size
    draft = replace(key_draft(customs.uri, fresh.public), time=now())
    (event,) = world.zone.say(customs, [draft], under=signers[0])
    for each in signers:
        world.zone.say(customs, [Draft("registry.approval", now(), about=(event.name,))], under=each)
    save_key(office.folder / "own.pem", fresh, SECRET.encode())
    stolen = {"reason": "stolen", "compromisedSince": since}
    world.zone.decree([Draft("registry.revocation", now(), {"key": key_subject(signers[0].public.kid)}, stolen)])


def test_whose_own_key_is_disputed_is_warned_before_it_signs(run, office):
    enterprise, product = file_two(office.world)
    sound = run("endorse", "recognise", enterprise.hex(), *office.signing)
    assert sound.code == 0, sound.err
    assert "disputed at once" not in sound.err
    with_disputed_key(office)
    own = [each if each != "officer.pem" else "own.pem" for each in office.signing]
    warned = run("endorse", "recognise", product.hex(), *own, "--lang", "en")
    assert warned.code == 0, warned.err
    assert "would be disputed at once (registration" in warned.err
