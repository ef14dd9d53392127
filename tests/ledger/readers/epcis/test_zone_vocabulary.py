"""The zone's own words: a list that holds true of the types, and nobody says a word that is not theirs to say."""

from __future__ import annotations

import json
import re

import pytest

from fixtures.epcis import event
from ledger.readers.epcis import map_event
from ledger.readers.epcis.cbv import BIZ_STEPS, DISPOSITIONS
from ledger.readers.epcis.zone_vocabulary import step_of_event, vocabulary_file, zone_dispositions, zone_steps
from verifier.errors import MalformedError, UnsupportedError
from verifier.ledgerformat.vocabulary import parse_type
from verifier.vocabulary import type_files

MOMENT = 1_767_225_600_000
UNIT = "https://id.gs1.org/00/106141412345678908"
LOT = "https://id.gs1.org/01/04012345123456/10/998877"
PARCEL = f"urn:suyuan:parcel:{7:032x}"
RELEASED = "urn:suyuan:bizstep:released"
LIST = json.loads(vocabulary_file())
TYPES = {name: parse_type(file, name) for name, file in type_files().items()}
STEPPED = sorted({each["captured"] for each in LIST["bizSteps"]})


def test_words_are_uris_of_the_zones_namespace_with_labels_in_both_languages():
    for group, kind in (("bizSteps", "bizstep"), ("dispositions", "disp"), ("bizTransactionTypes", "btt")):
        ids = [each["id"] for each in LIST[group]]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch(f"urn:suyuan:{kind}:[a-z_]+", each) for each in ids)
        assert all(each["label"].keys() == {"zh", "en"} and all(each["label"].values()) for each in LIST[group])
    assert not {each.rsplit(":", 1)[1] for each in zone_steps()} & BIZ_STEPS, (
        "CBV's own words are used where it has one"
    )
    assert not {each.rsplit(":", 1)[1] for each in zone_dispositions()} & DISPOSITIONS


@pytest.mark.parametrize("step", LIST["bizSteps"], ids=lambda each: each["id"])
def test_a_step_names_types_that_there_are_who_may_state_it_and_where_it_leaves_goods(step):
    assert TYPES.keys() >= {*step["said"], step["captured"]}
    assert sorted(step["by"]) == sorted(TYPES[step["captured"]].roles)
    assert step.get("leaves") in (None, *zone_dispositions())


@pytest.mark.parametrize("name", STEPPED)
def test_a_type_takes_the_steps_that_the_list_has_for_it_and_no_others(name):
    assert TYPES[name].schema["properties"]["bizStep"]["enum"] == [
        each["id"] for each in LIST["bizSteps"] if each["captured"] == name
    ]


def test_each_event_of_the_ledger_is_one_step_at_most():
    said = [type_ for each in LIST["bizSteps"] for type_ in each["said"]]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("name", [name for name, kind in TYPES.items() if "bizStep" in kind.schema["properties"]])
def test_no_type_takes_a_word_of_the_zones_that_is_not_listed_for_it(name):
    """However it is spelt: scheme and namespace of a URN know no case."""
    properties = TYPES[name].schema["properties"]
    if name in STEPPED:
        assert "enum" in properties["bizStep"]
        return
    for word in ("bizStep", "disposition"):
        pattern = properties[word]["not"]["pattern"]
        assert all(re.search(pattern, each) for each in (RELEASED, "URN:Suyuan:bizstep:released", "urn:SUYUAN:x"))
        assert not re.search(pattern, "shipping")
        assert not re.search(pattern, "https://example.com/urn:suyuan:x")


@pytest.fixture
def read(read_one):
    return lambda kind="ObjectEvent", **members: read_one(event(kind, MOMENT, **{"action": "OBSERVE", **members}))


@pytest.mark.parametrize("step", LIST["bizSteps"], ids=lambda each: each["id"])
def test_a_captured_step_becomes_the_type_that_the_list_names(read, compose, step):
    quantity = [{"epcClass": LOT, "quantity": 3}]
    members = {"epcList": [UNIT, PARCEL], "quantityList": quantity, "bizStep": step["id"]}
    (draft,) = map_event(read(**members, **({"disposition": step["leaves"]} if "leaves" in step else {})))
    assert (draft.type, draft.subjects) == (step["captured"], {"goods": [UNIT, PARCEL, LOT]})
    assert draft.data["bizStep"] == step["id"]
    assert compose(draft)


def test_more_goods_than_one_event_holds_are_told_in_several(read):
    many = [f"urn:suyuan:parcel:{each:032x}" for each in range(65)]
    drafts = map_event(read(epcList=many, bizStep=RELEASED))
    assert [len(each.subjects["goods"]) for each in drafts] == [64, 1]


@pytest.mark.parametrize(
    ("members", "error", "field"),
    [
        ({"bizStep": "urn:suyuan:bizstep:blessed"}, MalformedError, "bizStep"),
        ({"bizStep": "URN:SUYUAN:bizstep:released"}, MalformedError, "bizStep"),
        ({"bizStep": "shipping", "disposition": "urn:suyuan:disp:sold"}, MalformedError, "disposition"),
        ({"bizStep": "shipping", "disposition": "urn:suyuan:disp:released"}, UnsupportedError, "disposition"),
        ({"disposition": "urn:suyuan:disp:released"}, UnsupportedError, "disposition"),
        ({"kind": "AggregationEvent", "bizStep": RELEASED, "parentID": UNIT}, UnsupportedError, "bizStep"),
        ({"bizStep": "shipping", "epcList": [PARCEL]}, UnsupportedError, r"epcList\[0\]"),
        ({"bizStep": RELEASED, "epcList": [f"urn:suyuan:order:{7:032x}"]}, UnsupportedError, r"epcList\[0\]"),
        ({"bizStep": RELEASED, "epcList": ["urn:suyuan:parcel:7"]}, UnsupportedError, r"epcList\[0\]"),
        ({"bizStep": RELEASED, "epcList": []}, MalformedError, "epcList"),
    ],
)
def test_what_is_not_the_zones_word_or_not_in_its_place_is_refused_by_its_field(read, members, error, field):
    listed = "childEPCs" if "kind" in members else "epcList"
    with pytest.raises(error, match=f"{field}"):
        map_event(read(**{listed: [UNIT], **members}))


def test_words_of_cbv_and_of_others_are_none_of_the_zones(read):
    for word in ("inspecting", "https://example.com/steps/released"):
        assert step_of_event(read(epcList=[UNIT], bizStep=word)) is None
