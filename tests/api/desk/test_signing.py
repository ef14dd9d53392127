"""What a desk signs, and what it finds again of it: in this process, before a real ledger."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from api.desk.answered import BROKEN, PROMISED, RECORDED, SIGNED, History
from api.desk.office import Office
from api.desk.preparing import Preparation
from api.desk.signing import sign
from api.desk.standing import look_around
from fixtures.zone.actors import all_types
from ledger.client.client import LedgerClient
from ledger.client.keeping import Kept
from ledger.client.sequence import next_number
from ledger.compose.event import Draft
from ledger.endorsing.endorse import Decision
from ledger.signing.signer import generate
from tests.verifier.judgement.chronicle import key_draft
from tests.verifier.proof.governed import administered
from tests.world import ORIGIN, now
from verifier.judgement.participants import key_subject
from verifier.ledgerformat.statement import parse_entry
from verifier.ledgerformat.submission import parse_submission
from verifier.primitives.keys import EDDSA


@dataclass
class Signed:
    desk: Office
    prepared: Preparation
    kept: Kept


@pytest.fixture(scope="module")
def desk(office, tmp_path_factory) -> Office:
    folder, customs = tmp_path_factory.mktemp("desk"), office.world.cast["customs"]
    return Office(
        client=LedgerClient(office.service.url),
        policy=office.world.standpoint().policy,
        agency=customs.uri,
        names=customs.names,
        signer=generate(EDDSA),
        numbers=folder / "officer",
        keep=folder / "receipts",
        types=all_types(),
        walk="public",
        clock=time.time,
        random=secrets.token_bytes,
    )


@pytest.fixture(scope="module")
def signed(office, desk: Office) -> Signed:
    names = [bytes.fromhex(each) for each in office.file(61, 62)]
    prepared = Preparation(Decision("recognise"), {}, (names[0], bytes(32), names[1]))
    prepared.start(desk).join()
    return Signed(desk, prepared, sign(desk, prepared))


def test_one_signature_covers_what_was_checked_for_the_ledger_that_the_proofs_are_of(signed: Signed):
    submission = parse_submission(signed.kept.read("submission"))
    statement = parse_entry(submission.statement)
    assert submission.heads == tuple(each.composed.head for each in signed.prepared.ready)
    assert submission.bodies == tuple(each.composed.body for each in signed.prepared.ready)
    assert len(submission.heads) == 2
    assert statement.header.audience == (ORIGIN,)
    statement.verify(signed.desk.signer.public)
    assert next_number(signed.desk.numbers, signed.desk.signer.public.kid) == 2


def test_what_was_not_to_be_had_is_left_out_and_named(signed: Signed):
    assert [name for name, _ in signed.prepared.left_out] == [bytes(32)]


def test_history_tells_what_was_answered_as_its_proofs_told_it(signed: Signed):
    (found,) = History(signed.desk.keep, signed.desk.agency).newest()
    assert found.targets == tuple(each.target for each in signed.prepared.ready)
    assert (found.verb, found.state, found.leaf) == ("recognise", SIGNED, None)
    assert found.targets[0].issuer["en"] == "Example Seller"


@pytest.mark.parametrize("notes", [None, b"{", b"[]", b'[{"name": 1}, {}]', json.dumps([{}, {}]).encode()])
def test_without_good_notes_only_names_are_known(signed: Signed, tmp_path: Path, notes: bytes | None):
    kept = copied(signed, tmp_path, notes)
    found = History(tmp_path, signed.desk.agency).find(kept.identity.hex())
    assert [each.name for each in found.targets] == [each.target.name for each in signed.prepared.ready]
    assert {each.subject for each in found.targets} == {""}


def copied(signed: Signed, folder: Path, notes: bytes | None = None) -> Kept:
    kept = replace(signed.kept, folder=folder)
    kept.write("submission", signed.kept.read("submission"))
    if notes is not None:
        kept.write("answers", notes)
    return kept


def test_submissions_of_others_and_what_is_none_are_no_history(signed: Signed, tmp_path: Path):
    copied(signed, tmp_path)
    (tmp_path / f"{'00' * 32}.submission").write_bytes(b"none")
    assert list(History(tmp_path, "urn:suyuan:agency:tax").newest()) == []
    assert len(list(History(tmp_path, signed.desk.agency).newest())) == 1
    assert History(tmp_path, signed.desk.agency).find("11" * 32) is None


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ((), SIGNED),
        (("promise",), PROMISED),
        (("promise", "receipt"), RECORDED),
        (("promise", "evidence"), BROKEN),
        (("promise", "other-promise"), BROKEN),
        (("promise", "receipt", "evidence"), BROKEN),
    ],
)
def test_how_far_an_answer_has_come_is_what_its_files_say(signed: Signed, tmp_path: Path, files, state):
    kept = copied(signed, tmp_path)
    for each in files:
        kept.write(each, b"")
    (found,) = History(tmp_path, signed.desk.agency).newest()
    assert found.state == state
    assert found.path.exists()


def test_whose_own_key_is_disputed_is_told_before_it_signs(office, desk: Office):
    world, customs, fresh = office.world, office.world.cast["customs"], generate(EDDSA)
    (name,) = office.file(63)
    signers = administered(world, "customs")
    since = world.ledger.head.edge.size
    draft = replace(key_draft(customs.uri, fresh.public), time=now())
    (event,) = world.zone.say(customs, [draft], under=signers[0])
    for each in signers:
        world.zone.say(customs, [Draft("registry.approval", now(), about=(event.name,))], under=each)
    own = replace(desk, signer=fresh)

    def prepared() -> Preparation:
        world.cosign()
        made = Preparation(Decision("recognise"), {}, (bytes.fromhex(name),))
        made.start(own).join()
        assert made.ready, made.left_out
        return made

    assert prepared().disputed == ()
    stolen = {"reason": "stolen", "compromisedSince": since}
    world.zone.decree([Draft("registry.revocation", now(), {"key": key_subject(signers[0].public.kid)}, stolen)])
    assert [each.reason for each in prepared().disputed] == ["registration"]
    looked = look_around(own.client, own.policy, agency=own.agency, kid=fresh.public.kid, now=own.now())
    assert (looked.key, looked.disputed) == ("valid", True)
