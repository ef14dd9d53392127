"""Whatever comes is read or refused in the project's own errors, and whatever is mapped makes an event."""

import json
from math import isfinite

from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from fixtures.epcis import document, event
from ledger.readers.epcis import map_event, read_epcis
from ledger.readers.epcis.cbv import BIZ_STEPS, DISPOSITIONS
from ledger.readers.epcis.event_types import EVENT_TYPES, PROTECTED_NAMES
from ledger.readers.epcis.gs1 import CHARACTER_SET_82, spell_in_link, spell_in_urn
from verifier.errors import SuyuanError

GS1 = "https://id.gs1.org"
_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["ADD", "urn:x:1", "x"])
)
_names = st.sampled_from(sorted(PROTECTED_NAMES | {"@context", "epcisBody", "eventList", "demo:x"})) | st.text(
    max_size=6
)
_json = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=6), max_leaves=25
)


def _map(event_):
    """Return the drafts or the refusal."""
    try:
        return map_event(event_, lambda _child, _parent: bytes(32)), None
    except SuyuanError as refusal:
        return (), refusal


def _take(data):
    """Read and map as a caller would; any error but the project's own goes through."""
    try:
        reading = read_epcis(data)
    except SuyuanError:
        return
    assert all(each.faults for each in reading.faulty)
    for each in reading.events:
        drafts, refusal = _map(each)
        assert drafts or refusal.field.startswith(each.path)


@given(_json)
def test_any_json_is_read_or_refused(value):
    _take(json.dumps(value).encode())


@given(st.lists(_json, max_size=4), _json)
def test_any_events_in_a_sound_document_are_read_or_refused(events, extension):
    _take(json.dumps(document(events, **{"demo:x": extension})).encode())


@given(st.sampled_from(sorted(EVENT_TYPES)), st.dictionaries(_names, _json, max_size=8))
def test_any_fields_of_an_event_are_read_or_refused(kind, members):
    _take(json.dumps(document([{**event(kind, 0), **members}])).encode())


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 20))
def test_damaged_bytes_are_read_or_refused(bytes_, at, length):
    sound = json.dumps(document([event("ObjectEvent", 0, action="ADD", epcList=["urn:x:1"])])).encode()
    _take(bytes_)
    _take(sound[:at] + bytes_[:20] + sound[at + length :])


def _with_check(digits):
    return digits + ean.calc_check_digit(digits)


_digits13 = st.text("0123456789", min_size=13, max_size=13)
_serial = st.text(sorted(CHARACTER_SET_82), min_size=1, max_size=20)
_items = st.builds(
    lambda gtin, serial: [
        f"{GS1}/01/{_with_check(gtin)}/21/{spell_in_link(serial)}",
        f"urn:epc:id:sgtin:{gtin[1:8]}.{gtin[0]}{gtin[8:]}.{spell_in_urn(serial)}",
    ],
    _digits13,
    _serial,
).flatmap(st.sampled_from)
_units = st.text("0123456789", min_size=17, max_size=17).flatmap(
    lambda digits: st.sampled_from(
        [f"{GS1}/00/{_with_check(digits)}", f"urn:epc:id:sscc:{digits[1:9]}.{digits[0]}{digits[9:]}"]
    )
)
_lots = st.builds(lambda gtin, lot: f"{GS1}/01/{_with_check(gtin)}/10/{spell_in_link(lot)}", _digits13, _serial)
_extras = st.fixed_dictionaries(
    {},
    optional={
        "bizStep": st.sampled_from(sorted(BIZ_STEPS)),
        "disposition": st.sampled_from(sorted(DISPOSITIONS)),
        "eventID": st.uuids().map(lambda each: each.urn),
        "readPoint": st.just({"id": "geo:31.2,121.5"}),
        "demo:x": st.recursive(_scalars.filter(lambda each: not isinstance(each, float) or isfinite(each)), st.lists),
    },
)
_about = st.tuples(
    st.lists(_items | _units, min_size=1, max_size=70, unique=True), st.lists(_lots, max_size=3), _serial
)
_times = st.integers(0, 4_102_444_800_000)


_when = st.tuples(_times, st.integers(-840, 840))
_actions = st.sampled_from(["ADD", "OBSERVE", "DELETE"])


@given(_when, _actions, _about, _extras)
def test_every_object_event_about_gs1_things_makes_events(compose, when, action, about, extras):
    (time, offset), (epcs, lots, lot) = when, about
    master_data = {"ilmd": {"cbvmda:lotNumber": lot}} if action == "ADD" else {}
    told = event("ObjectEvent", time, offset=offset, action=action, epcList=epcs, **master_data, **extras)
    if lots:
        told["quantityList"] = [{"epcClass": each, "quantity": 2.25, "uom": "KGM"} for each in lots]
    (read,) = read_epcis(json.dumps(document([told])).encode()).events
    assert read.time == time
    drafts = map_event(read)
    made = [compose(each) for each in drafts]
    assert len({each.name for each in made}) == len(drafts)
    named = [each for draft in drafts for each in draft.subjects.get("epcs", [draft.subjects.get("item")])]
    assert len(named) == len(set(named))
    assert len(epcs) // 2 <= len(named) <= len(epcs) + len(lots)  # each thing may have come in two notations


@given(_times, _units, st.lists(_items | _units, min_size=1, max_size=10, unique=True), _extras)
def test_every_packing_of_named_things_makes_an_event_a_child(compose, time, parent, children, extras):
    told = event("AggregationEvent", time, action="ADD", parentID=parent, childEPCs=children, **extras)
    (read,) = read_epcis(json.dumps(document([told])).encode()).events
    drafts, refusal = _map(read)
    if refusal:
        assert refusal.expected == "a parent that is not its own child"
    assert len({each.subjects["child"] for each in drafts}) == len(drafts)
    assert all(compose(each) for each in drafts)
