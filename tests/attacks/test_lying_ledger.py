"""A ledger with its own keys lies: its replaying witness catches each lie, by name, and signs nothing more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.load import uscc
from fixtures.zone.actors import Actor, enterprise
from ledger.admission.candidate import Candidate
from ledger.compose.batch import sign_envelope
from ledger.compose.event import Draft
from ledger.sequencer.block import BlockBuilder
from ledger.signing.ledger_keys import LedgerKeys, generate_ledger_keys
from ledger.signing.signer import generate
from ledger.witness.outcome import COSIGNED, REFUSED, STOPPED
from ledger.witness.replay.lies import (
    BROKEN_SEAL,
    INADMISSIBLE,
    MISSING_LEAF,
    REWRITTEN,
    WITHHELD_BODY,
    WRONG_INDEX,
)
from tests.attacks.conftest import bend, fresh_unit, lying, smuggle
from tests.attacks.watching import Watching, publish, watched
from tests.ledger.client.serving import Reply
from tests.ledger.client.world import copy_ledger
from tests.vectors.cddl import Schema
from tests.verifier.judgement.chronicle import key_draft
from tests.world import PRODUCT, UNIT, World, now, open_ledger
from verifier.ledgerformat.batch_answer import MISSING, AnsweredEvent, format_batch_answer, parse_batch_answer
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.statement import parse_entry, statement_identity
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.submission import format_submission
from verifier.primitives.keys import ES256
from verifier.primitives.tiles import format_bundle
from verifier.proof.evidence_kinds import FOREIGN_SEAL, INADMISSIBLE_ENVELOPE, SAID_TWICE, UNREADABLE, confirm_evidence

FORMATS = Path(__file__).parents[2] / "docs/formats.md"
CDDL = re.search(r"```cddl\n(.*?)```", FORMATS.read_text("utf-8"), re.DOTALL)[1]


@pytest.fixture
def watch(world: World, tmp_path: Path) -> Iterator[Watching]:
    with watched(world, tmp_path / "witness") as watching:
        yield watching


def sighting(world: World, who: str = "carrier", subject: str = UNIT) -> Draft:
    del world, who
    return Draft("transport.object", now(), {"epcs": [subject]}, {"action": "OBSERVE", "bizStep": "arriving"})


def recall() -> Draft:
    words = {"zh": "过热", "en": "It overheats"}
    return Draft("aftersales.recall", now(), {"goods": [PRODUCT]}, {"hazard": words, "advice": words})


def leave_out(monkeypatch: pytest.MonkeyPatch, kind: str, subject: str) -> None:
    """Let the ledger's index pass over whatever joins a history from now on."""
    key, join = index_key(kind, subject_name(subject)), BlockBuilder._join

    def lying(self, joined: bytes, entry: bytes):
        return self._states[joined] if joined == key else join(self, joined, entry)

    monkeypatch.setattr(BlockBuilder, "_join", lying)


def convicted(watch: Watching, kept: tuple[str, ...], kind: str, reason: str | None = None) -> None:
    """Require that whoever holds the trust policy, and nothing else, confirms what the witness kept."""
    (file,) = (Path(each) for each in kept if each.endswith(".evidence"))
    found = confirm_evidence(file.read_bytes(), watch.world.standpoint())
    assert (found.kind, found.origin, found.facts.get("reason")) == (kind, watch.world.ledger.origin, reason)
    rule = f"{kind.replace(' ', '-')}-evidence"
    assert Schema(CDDL).matches(rule, file.read_bytes()), "the format's own rules hold for it"


# What is honest is cosigned.


def test_an_honest_ledger_is_cosigned_block_by_block(watch: Watching):
    assert watch.look().word == COSIGNED
    assert watch.replayer.size == watch.world.ledger.head.edge.size
    watch.world.say("carrier", sighting(watch.world))
    outcome = watch.look()
    assert (outcome.word, outcome.size) == (COSIGNED, watch.world.ledger.head.edge.size)


# The index.


def test_an_event_that_is_dropped_from_the_index(watch: Watching, monkeypatch):
    watch.look()
    leave_out(monkeypatch, "trace", UNIT)
    watch.world.say("carrier", sighting(watch.world))
    kept = watch.caught(WRONG_INDEX, leaf=watch.world.ledger.head.edge.size - 1)
    convicted(watch, kept, WRONG_INDEX)


def test_a_recall_that_is_hidden(watch: Watching, monkeypatch):
    watch.look()
    leave_out(monkeypatch, "recall", PRODUCT)
    watch.world.say("market", recall())
    convicted(watch, watch.caught(WRONG_INDEX), WRONG_INDEX)


def test_an_event_that_is_dropped_before_the_witness_came(watch: Watching, monkeypatch):
    leave_out(monkeypatch, "trace", UNIT)
    watch.world.say("carrier", sighting(watch.world))
    hidden = watch.world.ledger.head.edge.size - 1
    watch.world.say("carrier", sighting(watch.world, subject=fresh_unit(1)))
    convicted(watch, watch.caught(WRONG_INDEX, leaf=hidden), WRONG_INDEX)


# Statements that could not be said.


def test_a_strangers_join(watch: Watching, monkeypatch):
    world = watch.world
    stranger = enterprise(uscc("91330100MA2TEXT77"), "外人", "Stranger", ["carrier"], prefixes=["6955"])
    world.zone.admit_enterprises(world.cast["customs"], [stranger])
    watch.look()
    leaf = smuggle(world, stranger, [stranger.compose(sighting(world), world.zone.types)], monkeypatch)
    convicted(watch, watch.caught(INADMISSIBLE, leaf=leaf, event=0), INADMISSIBLE, "place")


def unregistered(world: World, who: str) -> Actor:
    return replace(world.cast[who], signer=generate(ES256), _sequence={})


def test_a_key_that_is_registered_after_it_signed(watch: Watching, monkeypatch):
    world = watch.world
    watch.look()
    fresh = unregistered(world, "customs")
    leaf = smuggle(world, fresh, [fresh.compose(recall(), world.zone.types)], monkeypatch)
    world.zone.decree([replace(key_draft(fresh.uri, fresh.signer.public), time=now())])
    convicted(watch, watch.caught(INADMISSIBLE, leaf=leaf), INADMISSIBLE, "key")


def test_a_key_that_was_revoked_before_it_signed(watch: Watching, monkeypatch):
    world, carrier = watch.world, watch.world.cast["carrier"]
    subjects = {"key": f"urn:suyuan:key:{carrier.signer.public.kid.hex()}"}
    data = {"reason": "lost", "compromisedSince": None}
    world.say("customs", Draft("registry.revocation", now(), subjects, data))
    watch.look()
    leaf = smuggle(world, carrier, [carrier.compose(sighting(world), world.zone.types)], monkeypatch)
    convicted(watch, watch.caught(INADMISSIBLE, leaf=leaf), INADMISSIBLE, "key")


def test_a_head_that_does_not_follow_from_its_body(watch: Watching, monkeypatch):
    world, carrier = watch.world, watch.world.cast["carrier"]
    watch.look()
    event = carrier.compose(sighting(world, subject=fresh_unit(2)), world.zone.types)
    other = bend(event, joins=(("trace", subject_name(fresh_unit(3))),))
    leaf = smuggle(world, carrier, [other], monkeypatch)
    convicted(watch, watch.caught(INADMISSIBLE, leaf=leaf, event=0), INADMISSIBLE, "links")


def record_entry(world: World, monkeypatch: pytest.MonkeyPatch, *, spelt: bytes | None = None) -> int:
    """Record a hash envelope that its key may not sign, or other bytes in its place; return the leaf."""
    carrier, subject = world.cast["carrier"], "somebody's note"
    audience = [world.ledger.origin]
    entry = sign_envelope(bytes(32), carrier.signer, issuer=carrier.uri, subject=subject, audience=audience)
    parsed, key = parse_entry(entry), index_key("note", subject_name(subject))
    candidate = Candidate(parsed, spelt or entry, statement_identity(parsed), [], envelope_key=key)
    with lying(monkeypatch):
        writer = world.ledger.writer
        (leaf,) = writer.call(lambda: writer.sequencer.commit([candidate])).result()
    return leaf


def test_a_hash_envelope_that_its_key_may_not_sign(watch: Watching, monkeypatch):
    watch.look()
    leaf = record_entry(watch.world, monkeypatch)
    convicted(watch, watch.caught(INADMISSIBLE, leaf=leaf), INADMISSIBLE_ENVELOPE, "right")


# What was said twice.


def test_a_sequence_number_that_is_used_twice(watch: Watching, monkeypatch):
    world, carrier = watch.world, replace(watch.world.cast["carrier"], _sequence={})
    watch.look()
    leaf = smuggle(world, carrier, [carrier.compose(sighting(world), world.zone.types)], monkeypatch)
    convicted(watch, watch.caught(INADMISSIBLE, leaf=leaf), SAID_TWICE, "number")


def test_an_id_that_is_used_twice(watch: Watching, monkeypatch):
    """Its first use was written down before: the database finds it."""
    world, carrier = watch.world, watch.world.cast["carrier"]
    watch.look()
    first = carrier.compose(sighting(world), world.zone.types)
    world.ledger.submit(format_submission(carrier.sign([first], world.ledger.origin))).result()
    assert watch.look().word == COSIGNED
    other = carrier.compose(sighting(world, subject=fresh_unit(6)), world.zone.types)
    leaf = smuggle(world, carrier, [bend(other, id=parse_head(first.head).id)], monkeypatch)
    convicted(watch, watch.caught(INADMISSIBLE, leaf=leaf, event=0), SAID_TWICE, "id")


def test_an_id_that_is_used_twice_before_the_witness_came(watch: Watching, monkeypatch):
    """Both uses wait to be written together."""
    world, carrier = watch.world, watch.world.cast["carrier"]
    first = carrier.compose(sighting(world), world.zone.types)
    world.ledger.submit(format_submission(carrier.sign([first], world.ledger.origin))).result()
    other = carrier.compose(sighting(world, subject=fresh_unit(6)), world.zone.types)
    leaf = smuggle(world, carrier, [bend(other, id=parse_head(first.head).id)], monkeypatch)
    convicted(watch, watch.caught(INADMISSIBLE, leaf=leaf), SAID_TWICE, "id")


# Seals.


def test_a_seal_that_does_not_continue_the_chain(watch: Watching, monkeypatch):
    world, sign = watch.world, LedgerKeys.sign_seal
    watch.look()
    monkeypatch.setattr(LedgerKeys, "sign_seal", lambda keys, seal: sign(keys, replace(seal, previous=bytes(32))))
    world.say("carrier", sighting(world))
    convicted(watch, watch.caught(BROKEN_SEAL, leaf=world.ledger.head.edge.size - 1), BROKEN_SEAL, "previous")


def test_a_seal_under_another_key(watch: Watching, monkeypatch):
    world, forger = watch.world, generate_ledger_keys(watch.world.ledger.origin)
    watch.look()
    monkeypatch.setattr(LedgerKeys, "sign_seal", lambda _, seal, sign=LedgerKeys.sign_seal: sign(forger, seal))
    world.say("carrier", sighting(world))
    convicted(watch, watch.caught(BROKEN_SEAL, leaf=world.ledger.head.edge.size - 1), FOREIGN_SEAL, "key")


# What nobody can read.


def test_an_entry_that_nobody_can_read(watch: Watching, monkeypatch):
    watch.look()
    leaf = record_entry(watch.world, monkeypatch, spelt=b"nothing that anybody signed")
    convicted(watch, watch.caught(INADMISSIBLE, leaf=leaf), UNREADABLE, "entry")


# Two histories.


@pytest.fixture
def twin(watch: Watching, tmp_path: Path) -> Iterator[World]:
    """The same ledger, as it was, under the same keys: whoever goes on with it forks."""
    world = watch.world
    watch.look()
    world.ledger.close()
    copy = tmp_path / "twin"
    copy_ledger(world.folder, copy)
    world.ledger = open_ledger(world.folder, world.keys)
    watch.service.ledger = world.ledger
    made = replace(world, folder=copy, ledger=open_ledger(copy, world.keys))
    yield made
    made.ledger.close()


def speak(world: World, *drafts: Draft, who: str = "carrier") -> None:
    world.zone.send = lambda data: world.ledger.submit(data).result() and None
    world.say(who, *drafts)


def serve(watch: Watching, world: World) -> None:
    publish(world)
    watch.service.ledger = world.ledger


@pytest.mark.parametrize("later", [1, 3], ids=["at-equal-sizes", "at-unequal-sizes"])
def test_a_fork(watch: Watching, twin: World, later: int):
    speak(watch.world, sighting(watch.world))
    assert watch.look().word == COSIGNED
    for _ in range(later):
        speak(twin, sighting(twin))
    serve(watch, twin)
    outcome = watch.follower.step()
    assert (outcome.word, "fork" in str(outcome.error) or "root" in str(outcome.error)) == (STOPPED, True)
    assert any(each.endswith(".evidence") for each in outcome.evidence)


def test_an_old_backup_goes_on_without_the_recall_that_it_promised(watch: Watching, twin: World):
    speak(watch.world, recall(), who="market")
    assert watch.look().word == COSIGNED
    speak(twin, sighting(twin))
    speak(twin, sighting(twin))
    serve(watch, twin)
    assert watch.follower.step().word == STOPPED


def test_a_statement_that_is_rewritten_behind_the_witness(watch: Watching, twin: World):
    """What was cosigned is in the way: a log in which it reads otherwise has another root."""
    speak(watch.world, sighting(watch.world))
    watch.look()
    speak(twin, sighting(twin, subject=fresh_unit(4)))
    speak(twin, sighting(twin, subject=fresh_unit(5)))
    serve(watch, twin)
    assert watch.follower.step().word == STOPPED


# What is served is not what was signed: nobody is convicted, and nothing is cosigned.


def refused(watch: Watching, word: str) -> None:
    before = watch.cosigned
    outcome = watch.look()
    assert (outcome.word, getattr(outcome.error, "word", None)) == (REFUSED, word), outcome
    assert watch.cosigned == before
    watch.service.lies.clear()
    assert watch.follower.step().word == COSIGNED, "an honest answer is taken"


def test_a_bundle_in_which_a_statement_is_rewritten(watch: Watching):
    ledger = watch.world.ledger
    publish(watch.world)
    with ledger.store.read() as reader:
        entries = list(reader.entries(0, ledger.head.edge.size))
    entries[20] = entries[19]
    width = len(entries)
    watch.service.lie(f"/tile/entries/000.p/{width}", Reply(format_bundle(entries)))
    refused(watch, REWRITTEN)


def test_a_leaf_that_is_not_served(watch: Watching):
    leaf = watch.world.ledger.head.edge.size - 2
    watch.service.lie(f"/batches/{leaf}", Reply(b"nothing here", "text/plain", 404))
    refused(watch, MISSING_LEAF)


def answered(watch: Watching, leaf: int) -> list[AnsweredEvent]:
    return list(parse_batch_answer(watch.follower._client.batch(leaf)))


def test_a_permanent_body_that_is_kept_back(watch: Watching):
    leaf = 4
    events = [AnsweredEvent(each.head, MISSING) for each in answered(watch, leaf)]
    watch.service.lie(f"/batches/{leaf}", Reply(format_batch_answer(events)))
    refused(watch, WITHHELD_BODY)


def test_a_batch_of_other_heads(watch: Watching):
    watch.service.lie("/batches/4", Reply(format_batch_answer(answered(watch, 2))))
    refused(watch, REWRITTEN)
