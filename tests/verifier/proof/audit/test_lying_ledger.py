"""A ledger that lies with its own keys: every signature holds, and the audit says where the lie is."""

from dataclasses import replace

import pytest

from fixtures.zone.actors import Actor, all_types
from ledger.compose.batch import sign_envelope
from ledger.compose.event import ComposedEvent, Draft
from ledger.signing.signer import generate
from tests.verifier.proof.audit.forge import Block, Forge, Said, blocks_of, entries_of
from tests.verifier.proof.audit.rich import REPORTS
from tests.world import DAY, ORDER, PRODUCT, now
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent, format_batch_answer, parse_batch_answer
from verifier.ledgerformat.head import State, parse_head
from verifier.ledgerformat.seal import is_seal
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.keys import EDDSA
from verifier.proof.audit.walk import audit

ITEM_C0 = f"{PRODUCT}/21/C0000"


def _found(report):
    return [(each.place.leaf, each.place.position, each.check) for each in report.findings if each.weight == "fault"]


def _told(actor: Actor, *drafts: Draft, origin="ledger.test/zone", key=None, **changes) -> Said:
    """Return what an actor says now, whether it may or not."""
    types = all_types()
    events = [actor.compose(draft, types) for draft in drafts]
    return _signed(actor, events, origin=origin, key=key, **changes)


def _signed(actor: Actor, events: list[ComposedEvent], *, origin="ledger.test/zone", key=None, first=None) -> Said:
    actor = replace(actor, signer=key or actor.signer, _sequence=dict(actor._sequence))
    if first is not None:
        actor._sequence[actor.signer.public.kid] = first
    statement = actor.sign(events, origin).statement
    return Said(statement, format_batch_answer([AnsweredEvent(each.head, SHOWN, each.body) for each in events]))


def _commissioning(item: str, **changes) -> Draft:
    subjects = {"item": item, "product": PRODUCT}
    return Draft("transport.commissioning", now(), subjects, {"action": "ADD"}, **changes)


@pytest.fixture
def blocks(source):
    return blocks_of(source)


@pytest.fixture
def end(rich):
    """The leaf at which one more block begins."""
    return rich.size


def _audit(rich, blocks, *more: Said, **forge):
    """Return the report on a log that goes on with one more block."""
    block = Block(list(more), blocks[-1].time + 1000)
    return audit(Forge(rich, **forge).build([*blocks, block]), rich.standpoint)


# The index.


def _joins(source, wanted):
    """Return leaf, position and pair of each join of events that `wanted` chooses by head."""
    for path, data in source.files.items():
        if path.startswith("batches/"):
            for position, answered in enumerate(parse_batch_answer(data)):
                head = parse_head(answered.head)
                if wanted(head):
                    yield from ((int(path[8:]), position, pair) for pair in head.joins)


@pytest.mark.parametrize("type_", ["clearance.inspection", "transport.packing", "order.payment"])
def test_an_event_hidden_from_its_histories_is_named(rich, source, blocks, type_):
    hidden = {(leaf, position) for leaf, position, _ in _joins(source, lambda head: head.type == type_)}
    ((leaf, position),) = hidden
    report = audit(Forge(rich, hides=lambda at, place, _: (at, place) in hidden).build(blocks), rich.standpoint)
    assert report.outcome == "altered"
    seal = next(at for at, entry in enumerate(entries_of(source)) if at > leaf and is_seal(entry))
    assert _found(report) == [(leaf, position, "index"), (seal, None, "index")]
    assert report.counts["indexes"] == report.counts["seals"]  # it goes on with what the ledger made of it


def test_an_event_hidden_from_one_history_only_is_named_with_that_history(rich, source, blocks):
    name = ("case", subject_name(ORDER))
    (leaf, position, pair), *_ = (each for each in _joins(source, lambda _: True) if each[2] == name)
    report = audit(Forge(rich, hides=lambda *each: each == (leaf, position, pair)).build(blocks), rich.standpoint)
    assert _found(report)[0] == (leaf, position, "index")
    assert f"case {pair[1].hex()[:16]}" in report.first_fault.expected


def test_one_of_sixteen_events_of_a_batch_that_is_hidden_is_named(rich, source, blocks):
    hidden = next(each for each in _joins(source, lambda head: head.type == "transport.commissioning") if each[1] == 11)
    report = audit(Forge(rich, hides=lambda *each: each[:2] == hidden[:2]).build(blocks), rich.standpoint)
    assert _found(report)[0] == (*hidden[:2], "index")


def test_two_lies_about_the_index_are_both_named(rich, source, blocks):
    types = ("transport.packing", "clearance.inspection")
    hidden = {each[:2] for each in _joins(source, lambda head: head.type in types)}
    report = audit(Forge(rich, hides=lambda *each: each[:2] in hidden).build(blocks), rich.standpoint)
    assert {each[:2] for each in _found(report) if each[1] is not None} == hidden


def test_a_lie_about_the_index_that_is_not_understood_is_named_by_its_seal(rich, blocks):
    def bend(seal):
        return replace(seal, root=bytes(31) + b"\1") if seal.covered > 60 else seal

    report = audit(Forge(rich, bends=bend).build(blocks), rich.standpoint)
    first = next(leaf for leaf, _, check in _found(report) if check == "index")
    assert _found(report) == [(first, None, "index")]
    assert ("audit.unchecked.index", first) in {(each.key, each.values.get("leaf")) for each in report.unchecked}


def test_a_wrong_number_of_keys_is_named(rich, blocks, end):
    report = _audit(rich, blocks, bends=lambda seal: replace(seal, keys=seal.keys + 1) if seal.covered == end else seal)
    assert _found(report) == [(end, None, "index")]


# Seals.


@pytest.mark.parametrize(
    "change",
    [
        lambda seal: replace(seal, first=seal.first - 1),
        lambda seal: replace(seal, covered=seal.covered + 1),
        lambda seal: replace(seal, covered=seal.covered - 1),
        lambda seal: replace(seal, previous=bytes(32)),
        lambda seal: replace(seal, time=1),
        lambda seal: replace(seal, previous=None, first=0),
    ],
)
def test_a_seal_that_does_not_join_up_is_named(rich, blocks, end, change):
    told = _told(rich.cast["seller"], _commissioning(f"{PRODUCT}/21/D1"))
    report = _audit(rich, blocks, told, bends=lambda seal: change(seal) if seal.first == end else seal)
    assert _found(report) == [(end + 1, None, "seal")]


def test_a_seal_that_skips_the_block_before_is_named(rich, blocks, end):
    seals = {}

    def skip(seal):
        seals[seal.first] = seal
        return replace(seal, previous=seals[blocks_before].previous) if seal.first == end else seal

    forge = Forge(rich, bends=skip)
    entries = entries_of(forge.build(blocks))
    blocks_before = max(at for at, entry in enumerate(entries[:-1]) if is_seal(entry)) + 1
    report = audit(forge.build([*blocks, Block([], blocks[-1].time + 1)]), rich.standpoint)
    assert _found(report) == [(end, None, "seal")]
    assert "previous" in report.first_fault.field


def test_a_seal_under_another_key_is_named(rich, blocks, end):
    forge = Forge(replace(rich, keys=replace(rich.keys, seal=generate(EDDSA))))
    report = audit(forge.build(blocks), rich.standpoint)
    assert report.outcome == "altered"
    assert report.first_fault.place.leaf == 1
    assert report.first_fault.check == "seal"


def test_a_log_that_goes_on_after_its_last_seal_is_named(rich, blocks, end):
    told = _told(rich.cast["seller"], _commissioning(f"{PRODUCT}/21/D1"))
    forged = Forge(rich).build([*blocks, Block([told], blocks[-1].time + 1)], sealed=False)
    assert _found(audit(forged, rich.standpoint)) == [(end, None, "seal")]


# Statements.


def test_a_statement_under_a_revoked_key_is_named(rich, blocks, end):
    lab = rich.cast["lab"]
    audience = [rich.keys.origin]
    entry = sign_envelope(b"d" * 32, lab.signer, issuer=lab.uri, subject=f"{REPORTS}2", audience=audience)
    report = _audit(rich, blocks, Said(entry, None))
    assert _found(report) == [(end, None, "statement")]
    assert "revoked" in report.first_fault.came


def test_a_statement_under_an_unknown_key_is_named(rich, blocks, end):
    told = _told(rich.cast["seller"], _commissioning(f"{PRODUCT}/21/D1"), key=generate(EDDSA))
    assert _found(_audit(rich, blocks, told)) == [(end, None, "statement")]


def test_a_statement_under_somebody_elses_key_is_named(rich, blocks, end):
    seller, carrier = rich.cast["seller"], rich.cast["carrier"]
    told = _told(replace(seller, signer=carrier.signer), _commissioning(f"{PRODUCT}/21/D1"))
    assert (end, None, "statement") in _found(_audit(rich, blocks, told))


def test_a_bad_signature_is_named(rich, blocks, end):
    told = _told(rich.cast["seller"], _commissioning(f"{PRODUCT}/21/D1"))
    spoilt = told.entry[:-1] + bytes([told.entry[-1] ^ 1])
    report = _audit(rich, blocks, replace(told, entry=spoilt))
    assert _found(report) == [(end, None, "statement")]
    assert report.first_fault.code == "bad-signature"


def test_a_statement_meant_for_another_ledger_is_named(rich, blocks, end):
    told = _told(rich.cast["seller"], _commissioning(f"{PRODUCT}/21/D1"), origin="ledger.test/other")
    assert _found(_audit(rich, blocks, told)) == [(end, None, "statement")]


def test_sequence_numbers_used_twice_are_named(rich, blocks, end):
    told = _told(rich.cast["seller"], _commissioning(f"{PRODUCT}/21/D1"), first=3)
    report = _audit(rich, blocks, told)
    assert _found(report) == [(end, None, "statement")]
    assert report.first_fault.field == "statement.first"


def test_a_statement_recorded_twice_is_named(rich, blocks, end):
    again = next(block.said[0] for block in reversed(blocks) if block.said)
    report = _audit(rich, blocks, again)
    assert {(leaf, check) for leaf, _, check in _found(report)} >= {(end, "statement"), (end, "unique")}
    assert report.first_fault.place.leaf == end


def test_an_envelope_recorded_twice_is_named(rich, source, blocks, end):
    again = next(said for block in blocks for said in block.said if said.batch is None)
    assert (end, None, "unique") in _found(_audit(rich, blocks, again))


def test_an_id_used_twice_is_named(rich, blocks, end):
    seller = replace(rich.cast["seller"], random=bytes)  # no randomness: one time gives one id
    drafts = [replace(_commissioning(f"{PRODUCT}/21/D{number}"), time=1_700_000_000_000) for number in range(3)]
    report = _audit(rich, blocks, _told(seller, replace(drafts[0], time=1_700_000_000_001), *drafts[1:]))
    assert _found(report) == [(end, 2, "unique")]
    assert report.first_fault.field == "head.id"


# Events.


def _packing(item: str) -> Draft:
    subjects = {"item": item, "parcel": f"urn:suyuan:parcel:{'0' * 32}"}
    return Draft("transport.packing", now(), subjects, {"line": 1})


def _filing(product: str, enterprise: str) -> Draft:
    data = {"names": {"zh": "假", "en": "Fake"}, "hsCode": "1901101000", "origin": "NZ"}
    return Draft("filing.product", now(), {"product": product, "enterprise": enterprise}, data)


FORBIDDEN = {
    "by a role that may not": ("carrier", lambda _: _commissioning(f"{PRODUCT}/21/D1"), "head.issuer"),
    "twice": ("seller", lambda _: _commissioning(ITEM_C0), "order.commissioned-twice"),
    "of a subject that never began": ("warehouse", lambda _: _packing(f"{PRODUCT}/21/D9"), "head.joins"),
    "of somebody else's subject": ("warehouse", lambda _: _packing(ITEM_C0), "head.joins"),
    "outside its prefix": (
        "seller",
        lambda rich: _filing("https://id.gs1.org/01/04006381333931", rich.cast["seller"].uri),
        "head.joins",
    ),
}


@pytest.mark.parametrize("case", FORBIDDEN)
def test_an_event_that_nobody_might_say_is_named(rich, blocks, end, case):
    who, draft, field = FORBIDDEN[case]
    report = _audit(rich, blocks, _told(rich.cast[who], draft(rich)))
    assert _found(report) == [(end, 0, "event")]
    assert report.first_fault.field == field


def test_an_answer_to_what_is_not_in_the_log_is_named(rich, blocks, end):
    customs = rich.cast["customs"]
    types = all_types()
    target = rich.cast["seller"].compose(_commissioning(f"{PRODUCT}/21/D1"), types)
    draft = Draft("endorsement.recognised", now(), data={"seen": []}, about=(target.name,))
    event = customs.compose(draft, types, [parse_head(target.head)])
    report = _audit(rich, blocks, _signed(customs, [event]))
    assert _found(report) == [(end, 0, "event")]
    assert report.first_fault.field == "head.about"


def test_an_enterprise_that_speaks_as_registrar_is_named(rich, blocks, end):
    data = {"names": {"zh": "假", "en": "Fake"}, "roles": ["seller"], "gs1Prefixes": [], "subjects": []}
    draft = Draft("registry.enterprise", now(), {"enterprise": rich.cast["seller"].uri}, data)
    report = _audit(rich, blocks, _told(rich.cast["seller"], draft))
    assert _found(report) == [(end, 0, "registry")]
    assert report.first_fault.code == "not-permitted"


def test_a_root_that_says_more_than_the_registry_is_named(rich, blocks, end):
    customs = rich.cast["customs"]
    draft = Draft("endorsement.acknowledged", now(), data={"seen": []}, about=(b"x" * 32,))
    target = parse_head(parse_batch_answer(blocks[-2].said[-1].batch)[0].head)
    event = customs.compose(draft, all_types(), [target])
    assert _found(_audit(rich, blocks, _signed(customs, [event], key=customs.root)))[0][:2] == (end, 0)


def test_a_body_that_is_not_the_heads_is_named(rich, blocks, end):
    told = _told(rich.cast["seller"], _commissioning(f"{PRODUCT}/21/D1"))
    (answered,) = parse_batch_answer(told.batch)
    other = format_batch_answer([replace(answered, body=answered.body.replace(b"ADD", b"DEL"))])
    report = _audit(rich, blocks, replace(told, batch=other))
    assert _found(report) == [(end, 0, "event")]


def test_a_permanent_body_must_be_shown(rich, source):
    path = next(
        path
        for path, data in source.files.items()
        if path.startswith("batches/") and parse_head(parse_batch_answer(data)[0].head).type == "filing.product"
    )
    (answered,) = parse_batch_answer(source.files[path])
    hidden = source.with_files({path: format_batch_answer([AnsweredEvent(answered.head, 3)])})
    report = audit(hidden, rich.standpoint)
    leaf = int(path.removeprefix("batches/"))
    assert {(each.place.leaf, each.weight) for each in report.findings} == {(leaf, "fault"), (leaf, "incomplete")}


def test_a_registry_event_that_states_a_history_is_found(rich, blocks, end):
    types = all_types()
    customs = rich.cast["customs"]
    state = State("registry", bytes(32), 1, bytes(32))
    stating = replace(types["registry.kind"], head={"state": False})
    draft = Draft("registry.kind", now(), {"kind": "urn:suyuan:kind:novel"}, state=state)
    event = customs.compose(draft, {"registry.kind": stating})
    report = _audit(rich, blocks, _signed(customs, [event], key=customs.root))
    assert report.first_fault.place.leaf == end
    assert "head.state" in str(report.first_fault)


def test_after_the_charter_has_expired_only_charters_may_be_said(rich, blocks, end):
    told = _told(rich.cast["seller"], _commissioning(f"{PRODUCT}/21/D1"))
    block = Block([told], blocks[-1].time + 400 * DAY)
    report = audit(Forge(rich).build([*blocks, block]), rich.standpoint)
    assert _found(report) == [(end, None, "statement")]
    assert "expired" in report.first_fault.came


def test_an_honest_block_behind_the_others_is_clean(rich, blocks):
    told = _told(rich.cast["seller"], _commissioning(f"{PRODUCT}/21/D1"))
    assert _audit(rich, blocks, told).outcome == "verified"


# The checkpoint.


def test_a_checkpoint_of_other_entries_is_named(rich, source, blocks):
    other = Forge(rich).sign([*entries_of(source)[:-1], b"x"])
    report = audit(source.with_files({"checkpoint": other}), rich.standpoint)
    assert report.outcome == "altered"
    assert "checkpoint" in {each.place.path for each in report.findings}


def test_a_checkpoint_under_other_keys_is_refused_before_anything_is_read(rich, source):
    forge = Forge(replace(rich, keys=replace(rich.keys, checkpoint=generate(EDDSA))))
    altered = source.with_files({"checkpoint": forge.sign(entries_of(source))})
    report = audit(altered, rich.standpoint)
    assert report.outcome == "altered"
    assert report.first_fault.place.path == "checkpoint"


def test_a_line_of_a_stranger_under_the_checkpoint_is_named(rich, source):
    strangers = [replace(each, signer=generate(EDDSA)) for each in rich.witnesses]
    altered = Forge(replace(rich, witnesses=strangers)).sign(entries_of(source))
    report = audit(source.with_files({"checkpoint": altered}), rich.standpoint)
    assert [(each.place.path, each.code) for each in report.findings] == [("checkpoint", "bad-signature")]
