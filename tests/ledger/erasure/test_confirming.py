"""A mirror says by itself, and once, that its copy of what was erased is gone."""

from __future__ import annotations

import shutil

import pytest

from ledger.compose.event import Draft
from ledger.signing.signer import generate
from ledger.tiles import files
from ledger.witness.mirror.confirming import AGAIN
from ledger.witness.mirror.erasing import read_erasures
from tests.ledger.client.serving import Reply
from tests.ledger.erasure.mirrored import AGENCY, Mirrored, confirmations, register
from tests.verifier.proof.governed import approve, order
from tests.world import now
from verifier.ledgerformat.batch_answer import SHOWN, parse_batch_answer
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.submission import parse_submission
from verifier.primitives.keys import EDDSA


@pytest.fixture
def mirrored(world, tmp_path):
    made = Mirrored(world, tmp_path)
    register(world, made.signer)
    yield made
    made.close()


def erase(world, word="packing", what=("body",)):
    said = order(world, world.events[word], what)
    approve(world, said)
    return said


def test_what_was_erased_is_confirmed_once_under_the_agencys_key_and_names_the_copy(mirrored, world):
    assert mirrored.round().waiting == 0
    said = erase(world)
    assert mirrored.round().waiting == 1
    assert (mirrored.round().waiting, mirrored.round().refused) == (0, None)
    ((head, body),) = confirmations(world)
    assert (head.issuer, head.about) == (world.cast[AGENCY].uri, (said.name,))
    assert (body.data["copy"], body.data["mirror"]) == ("mirror", mirrored.kid)
    (told,) = read_erasures(mirrored.mirror.folder)
    assert (told["order"], bool(told["confirmed"])) == (said.name.hex(), True)
    assert mirrored.kept == []
    mirrored.begin()
    mirrored.now += 2 * AGAIN
    assert mirrored.round().waiting == 0
    assert len(confirmations(world)) == 1


def test_every_order_is_confirmed_also_those_about_disclosures_that_no_mirror_holds(mirrored, world):
    orders = {erase(world).name, erase(world, "delivery").name, erase(world, "order", ("/buyer",)).name}
    mirrored.round()
    assert mirrored.round().waiting == 0
    assert {head.about[0] for head, _ in confirmations(world)} == orders


def test_an_order_that_is_not_complete_is_not_confirmed(mirrored, world):
    approve(world, order(world, world.events["packing"]), by_officer=False)
    assert (mirrored.round().waiting, mirrored.round().waiting) == (0, 0)
    assert confirmations(world) == []


def test_a_ledger_that_is_away_gets_the_same_words_later(mirrored, world):
    erase(world)
    mirrored.service.lie("/entries", Reply(b"", status=503))
    held = mirrored.round()
    assert (held.error, held.waiting, held.refused.code) == (None, 1, "busy")
    (kept,) = mirrored.kept
    before = kept.read_bytes()
    mirrored.begin()
    assert mirrored.round().waiting == 1
    assert kept.read_bytes() == before
    del mirrored.service.lies["/entries"]
    mirrored.round()
    assert (mirrored.round().waiting, len(confirmations(world))) == (0, 1)


def test_an_answer_that_was_lost_makes_no_second_confirmation(mirrored, world):
    erase(world)

    def lose(body):
        mirrored.service.submit(body)
        return Reply(b"", status=502)

    mirrored.service.lies["/entries"] = lose
    assert mirrored.round().refused is not None
    mirrored.begin()
    assert mirrored.round().waiting == 0
    assert len(confirmations(world)) == 1


def test_a_promise_that_is_not_kept_is_asked_for_again(mirrored, world):
    erase(world)
    asked = []
    headers = {"location": f"/entries/{'0' * 64}", "suyuan-leaf": "1", "suyuan-tree-size": "9"}
    promise = Reply(b"receipt", "application/cose", 201, {**headers, "suyuan-standing": "promised"})
    mirrored.service.lies["/entries"] = lambda body: asked.append(body) or promise
    mirrored.round()
    mirrored.round()
    assert (len(asked), confirmations(world)) == (1, [])
    del mirrored.service.lies["/entries"]
    mirrored.now += AGAIN
    mirrored.round()
    assert (mirrored.round().waiting, len(confirmations(world))) == (0, 1)


def test_a_key_that_nobody_registered_is_told_and_the_word_follows_its_registration(mirrored, world):
    mirrored.signer = generate(EDDSA)
    mirrored.numbers = mirrored.root / "other.pem"
    mirrored.begin()
    erase(world)
    assert "nobody registered" in str(mirrored.round().refused)
    register(world, mirrored.signer)
    assert mirrored.round().refused is None
    assert (mirrored.round().waiting, len(confirmations(world))) == (0, 1)


def test_a_new_key_signs_the_event_that_the_old_one_had_kept(mirrored, world):
    erase(world)
    mirrored.service.lie("/entries", Reply(b"", status=503))
    mirrored.round()
    (kept,) = mirrored.kept
    del mirrored.service.lies["/entries"]
    mirrored.signer, mirrored.numbers = generate(EDDSA), mirrored.root / "new.pem"
    register(world, mirrored.signer)
    mirrored.begin()
    before = event_of(kept)
    mirrored.round()
    assert event_of(kept) == before
    assert (mirrored.round().waiting, len(confirmations(world))) == (0, 1)


def event_of(path):
    return event_name(parse_submission(path.read_bytes()).heads[0])


def test_numbers_that_were_lost_are_read_from_the_copy(mirrored, world):
    erase(world)
    mirrored.round()
    mirrored.round()
    for path in mirrored.root.glob("confirm.pem*"):
        path.unlink()
    erase(world, "delivery")
    mirrored.begin()
    assert mirrored.round().refused is None
    assert (mirrored.round().waiting, len(confirmations(world))) == (0, 2)


def test_a_number_that_somebody_else_used_meanwhile_is_replaced(mirrored, world):
    actor = world.cast[AGENCY]
    first = erase(world)
    mirrored.service.lie("/entries", Reply(b"", status=503))
    mirrored.round()
    data = {"copy": "backup", "erasedAt": "2026-11-23T00:00:00Z"}
    world.zone.say(actor, [Draft("record.erased", now(), data=data, about=(first.name,))], under=mirrored.signer)
    del mirrored.service.lies["/entries"]
    assert mirrored.round().refused is None
    assert mirrored.round().waiting == 0
    assert [body.data["copy"] for _, body in confirmations(world)] == ["backup", "mirror"]


def test_what_a_copy_holds_after_all_is_not_confirmed(mirrored, world):
    mirrored.round()
    held = {path: path.read_bytes() for path in (mirrored.mirror.folder / "batches").iterdir()}
    erase(world)
    mirrored.service.lie("/entries", Reply(b"", status=503))
    mirrored.round()
    (changed,) = (path for path, data in held.items() if path.read_bytes() != data)
    files.replace(changed, held[changed])
    assert any(each.state == SHOWN for each in parse_batch_answer(changed.read_bytes()))
    del mirrored.service.lies["/entries"]
    refused = mirrored.round().refused
    assert "an order erased" in str(refused)
    assert confirmations(world) == []
    mirrored.begin()  # a new process looks at the whole copy, and takes it out again
    mirrored.round()
    assert (mirrored.round().waiting, len(confirmations(world))) == (0, 1)


def test_the_agencys_own_hand_counts_and_others_words_do_not(mirrored, world):
    by_hand = erase(world)
    data = {"copy": "mirror", "erasedAt": "2026-11-23T00:00:00Z"}
    for who in ("market", AGENCY):
        world.say(who, Draft("record.erased", now(), data=data, about=(by_hand.name,)))
    theirs = erase(world, "delivery")
    other = {**data, "mirror": "ab" * 32}
    world.say("market", Draft("record.erased", now(), data=data, about=(theirs.name,)))
    world.say(AGENCY, Draft("record.erased", now(), data=other, about=(theirs.name,)))
    mirrored.round()
    assert mirrored.round().waiting == 0
    own = [head.about[0] for head, body in confirmations(world) if body.data.get("mirror") == mirrored.kid]
    assert own == [theirs.name]


def test_a_copy_that_was_lost_is_confirmed_no_second_time(mirrored, world):
    erase(world)
    mirrored.round()
    mirrored.round()
    shutil.rmtree(mirrored.mirror.folder)
    mirrored.begin()
    assert mirrored.round().waiting == 0
    assert len(confirmations(world)) == 1
