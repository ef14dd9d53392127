"""Every defect of an event: one change to a sound event, the path that is named, and a word of what was expected."""

import json

import pytest

from fixtures.epcis import document, event
from ledger.readers.epcis import read_epcis
from ledger.readers.epcis.event_types import EVENT_TYPES
from verifier.errors import MalformedError, UnsupportedError

MOMENT = 1_767_225_600_000
ITEM = "urn:epc:id:sgtin:0614141.112345.400"
LOT = "urn:epc:class:lgtin:4012345.012345.998877"
UNIT = "urn:epc:id:sscc:0614141.1234567890"
PARTY = "urn:epc:id:pgln:0614141.12345"
GONE = object()

SOUND = {
    "ObjectEvent": {"action": "ADD", "epcList": [ITEM]},
    "AggregationEvent": {"action": "ADD", "parentID": UNIT, "childEPCs": [ITEM]},
    "TransactionEvent": {"action": "ADD", "bizTransactionList": [{"bizTransaction": "urn:x:po"}], "epcList": [ITEM]},
    "TransformationEvent": {"inputEPCList": [ITEM], "outputEPCList": [UNIT]},
    "AssociationEvent": {"action": "ADD", "parentID": UNIT, "childEPCs": [ITEM]},
}
COMMON = {  # in every event type
    "event-time-missing": ({"eventTime": GONE}, "eventTime", "required"),
    "event-time-without-offset": ({"eventTime": "2026-01-01T00:00:00"}, "eventTime", "offset"),
    "event-time-a-number": ({"eventTime": 1767225600}, "eventTime", "offset"),
    "zone-missing": ({"eventTimeZoneOffset": GONE}, "eventTimeZoneOffset", "required"),
    "zone-as-z": ({"eventTimeZoneOffset": "Z"}, "eventTimeZoneOffset", "+08:00"),
    "zone-beyond-14-hours": ({"eventTimeZoneOffset": "+14:30"}, "eventTimeZoneOffset", "+08:00"),
    "record-time-no-time": ({"recordTime": "yesterday"}, "recordTime", "offset"),
    "event-id-no-uri": ({"eventID": "event 1"}, "eventID", "a URI"),
    "event-id-a-list": ({"eventID": ["urn:x:1"]}, "eventID", "a URI"),
    "unknown-field": ({"eventtime": "x"}, "", "fields of the standard"),
    "field-of-another-type": ({"transformationId": "urn:x:1"}, "", "fields of the standard"),
    "extension-name-no-uri": ({"my field:x": 1}, "", "extension names with a colon"),
    "certification-no-uri": ({"certificationInfo": ["urn:x:1", "no"]}, "certificationInfo[1]", "a URI"),
    "biz-step-unknown": ({"bizStep": "teleporting"}, "bizStep", "short name"),
    "biz-step-as-long-uri": ({"bizStep": "https://ns.gs1.org/cbv/BizStep-shipping"}, "bizStep", "short name"),
    "biz-step-as-cbv-urn": ({"bizStep": "urn:epcglobal:cbv:bizstep:shipping"}, "bizStep", "short name"),
    "biz-step-null": ({"bizStep": None}, "bizStep", "short name"),
    "disposition-unknown": ({"disposition": "vanished"}, "disposition", "short name"),
    "read-point-bare": ({"readPoint": PARTY}, "readPoint", "an object"),
    "read-point-without-id": ({"readPoint": {}}, "readPoint.id", "required"),
    "read-point-no-uri": ({"readPoint": {"id": "Shanghai"}}, "readPoint.id", "a URI"),
    "read-point-unknown-field": ({"readPoint": {"id": PARTY, "name": "x"}}, "readPoint", "fields of the standard"),
    "location-misspelt": ({"bizLocation": {"id": "urn:epc:id:sgln:0614141.1.0"}}, "bizLocation.id", "syntax of sgln"),
    "transactions-no-list": ({"bizTransactionList": {}}, "bizTransactionList", "a list"),
    "transaction-without-id": ({"bizTransactionList": [{}]}, "bizTransactionList[0].bizTransaction", "required"),
    "transaction-type-unknown": (
        {"bizTransactionList": [{"type": "gift", "bizTransaction": "urn:x:1"}]},
        "bizTransactionList[0].type",
        "short name",
    ),
    "transaction-extended": (
        {"bizTransactionList": [{"bizTransaction": "urn:x:1", "x:y": 1}]},
        "bizTransactionList[0]",
        "fields of the standard",
    ),
    "source-without-type": ({"sourceList": [{"source": PARTY}]}, "sourceList[0].type", "required"),
    "source-type-unknown": ({"sourceList": [{"type": "lender", "source": PARTY}]}, "sourceList[0].type", "short name"),
    "destination-missing": (
        {"destinationList": [{"type": "location"}]},
        "destinationList[0].destination",
        "required",
    ),
    "error-without-time": ({"errorDeclaration": {}}, "errorDeclaration.declarationTime", "required"),
    "error-reason-unknown": (
        {"errorDeclaration": {"declarationTime": "2026-01-01T00:00:00Z", "reason": "oops"}},
        "errorDeclaration.reason",
        "short name",
    ),
    "error-corrected-by-no-uri": (
        {"errorDeclaration": {"declarationTime": "2026-01-01T00:00:00Z", "correctiveEventIDs": ["1"]}},
        "errorDeclaration.correctiveEventIDs[0]",
        "a URI",
    ),
    "sensor-without-report": ({"sensorElementList": [{}]}, "sensorElementList[0].sensorReport", "required"),
    "sensor-report-empty": (
        {"sensorElementList": [{"sensorReport": []}]},
        "sensorElementList[0].sensorReport",
        "at least 1",
    ),
    "context-redefines-a-name": ({"@context": {"eventTime": "urn:x:y"}}, "@context", "protected"),
    "context-a-number": ({"@context": [1]}, "@context[0]", "the URL of a context"),
}
REPORT = {  # within sensorElementList[0].sensorReport[0]
    "type-missing": ({}, ".type", "required"),
    "type-unknown": ({"type": "Warmth"}, ".type", "short name"),
    "type-of-the-web-vocabulary": ({"type": "https://gs1.org/voc/Temperature"}, ".type", "short name"),
    "value-as-text": ({"type": "Temperature", "value": "26.0"}, ".value", "a number"),
    "value-null": ({"type": "Temperature", "value": None}, ".value", "a number"),
    "boolean-as-number": ({"type": "Temperature", "booleanValue": 1}, ".booleanValue", "true or false"),
    "text-as-number": ({"type": "Temperature", "stringValue": 1.5}, ".stringValue", "text"),
    "hex-odd-sign": ({"type": "Temperature", "hexBinaryValue": "f0g0"}, ".hexBinaryValue", "hexadecimal"),
    "exception-unknown": ({"type": "Temperature", "exception": "HOT"}, ".exception", "short name"),
    "component-unknown": ({"type": "Angle", "component": "up"}, ".component", "short name"),
    "time-no-time": ({"type": "Temperature", "time": "noon"}, ".time", "offset"),
    "device-no-uri": ({"type": "Temperature", "deviceID": "7"}, ".deviceID", "a URI"),
    "field-unknown": ({"type": "Temperature", "unit": "CEL"}, "", "fields of the standard"),
}
OBJECT = {
    "action-missing": ({"action": GONE}, "action", "required"),
    "action-unknown": ({"action": "MOVE"}, "action", "ADD, OBSERVE or DELETE"),
    "action-in-small-letters": ({"action": "add"}, "action", "ADD, OBSERVE or DELETE"),
    "about-nothing": ({"epcList": GONE}, "epcList", "EPCs, quantities, or sensor data"),
    "sensors-without-read-point": (
        {"epcList": GONE, "sensorElementList": [{"sensorReport": [{"type": "Temperature"}]}]},
        "epcList",
        "with a read point",
    ),
    "epcs-no-list": ({"epcList": ITEM}, "epcList", "a list"),
    "epc-no-uri": ({"epcList": [ITEM, "400"]}, "epcList[1]", "a URI"),
    "epc-a-number": ({"epcList": [1.5]}, "epcList[0]", "a URI"),
    "epc-with-space": ({"epcList": ["urn:x:a b"]}, "epcList[0]", "a URI"),
    "epc-not-ascii": ({"epcList": ["urn:x:箱"]}, "epcList[0]", "a URI"),
    "epc-misspelt": ({"epcList": ["urn:epc:id:sgtin:0614141.1123456.400"]}, "epcList[0]", "13 digits"),
    "epc-twice": ({"epcList": [ITEM, UNIT, ITEM]}, "epcList[2]", "each once"),
    "epc-of-a-class": ({"epcList": [LOT]}, "epcList[0]", "one thing"),
    "epc-link-of-a-class": ({"epcList": ["https://id.gs1.org/01/10614141123459"]}, "epcList[0]", "one thing"),
    "epc-link-check-digit": ({"epcList": ["https://id.gs1.org/01/10614141123458/21/4"]}, "epcList[0]", "check digit"),
    "quantity-without-class": ({"quantityList": [{"quantity": 1}]}, "quantityList[0].epcClass", "required"),
    "quantity-of-one-thing": ({"quantityList": [{"epcClass": ITEM}]}, "quantityList[0].epcClass", "a class of things"),
    "quantity-as-text": (
        {"quantityList": [{"epcClass": LOT, "quantity": "5"}]},
        "quantityList[0].quantity",
        "a number",
    ),
    "quantity-negative": ({"quantityList": [{"epcClass": LOT, "quantity": -5}]}, "quantityList[0].quantity", "or more"),
    "half-a-thing": (
        {"quantityList": [{"epcClass": LOT, "quantity": 0.5}]},
        "quantityList[0].quantity",
        "whole number",
    ),
    "unit-without-quantity": (
        {"quantityList": [{"epcClass": LOT, "uom": "KGM"}]},
        "quantityList[0].quantity",
        "an amount",
    ),
    "unit-in-words": (
        {"quantityList": [{"epcClass": LOT, "quantity": 0.5, "uom": "kilogram"}]},
        "quantityList[0].uom",
        "Recommendation 20",
    ),
    "quantity-extended": ({"quantityList": [{"epcClass": LOT, "x:y": 1}]}, "quantityList[0]", "fields of the standard"),
    "quantity-no-object": ({"quantityList": [[]]}, "quantityList[0]", "an object"),
    "master-data-of-an-observation": ({"action": "OBSERVE", "ilmd": {}}, "ilmd", "ADD"),
    "master-data-name-without-colon": ({"ilmd": {"lotNumber": "7"}}, "ilmd", "with a colon"),
    "persistent-disposition-empty": ({"persistentDisposition": {}}, "persistentDisposition", "set or unset"),
    "persistent-disposition-of-none": (
        {"persistentDisposition": {"set": []}},
        "persistentDisposition.set",
        "at least 1",
    ),
    "persistent-disposition-twice": (
        {"persistentDisposition": {"unset": ["recalled", "recalled"]}},
        "persistentDisposition.unset[1]",
        "each once",
    ),
    "child-in-an-object-event": ({"childEPCs": [ITEM]}, "", "fields of the standard"),
}
OTHERS = {
    "aggregation-without-children": ("AggregationEvent", {"childEPCs": GONE}, "childEPCs", "children"),
    "aggregation-of-no-children": ("AggregationEvent", {"childEPCs": []}, "childEPCs", "children"),
    "aggregation-without-parent": ("AggregationEvent", {"parentID": GONE}, "parentID", "unless"),
    "aggregation-into-a-class": ("AggregationEvent", {"parentID": LOT}, "parentID", "one thing"),
    "aggregation-with-master-data": ("AggregationEvent", {"ilmd": {}}, "", "fields of the standard"),
    "transaction-without-transactions": (
        "TransactionEvent",
        {"bizTransactionList": []},
        "bizTransactionList",
        "least 1",
    ),
    "transaction-about-nothing": ("TransactionEvent", {"epcList": GONE}, "epcList", "unless the action is DELETE"),
    "transformation-without-input": ("TransformationEvent", {"inputEPCList": GONE}, "inputEPCList", "transformationID"),
    "transformation-without-output": (
        "TransformationEvent",
        {"outputEPCList": []},
        "outputEPCList",
        "transformationID",
    ),
    "transformation-with-action": ("TransformationEvent", {"action": "ADD"}, "", "fields of the standard"),
    "association-without-parent": ("AssociationEvent", {"parentID": GONE, "action": "OBSERVE"}, "parentID", "required"),
    "association-without-children": ("AssociationEvent", {"childEPCs": GONE}, "childEPCs", "children"),
}


def _event(kind, changes):
    changed = {**event(kind, MOMENT, **SOUND[kind]), **changes}
    return {name: value for name, value in changed.items() if value is not GONE}


def _faults(told):
    reading = read_epcis(json.dumps(document([told])).encode())
    assert not reading.events
    (faulty,) = reading.faulty
    assert faulty.path == "epcisBody.eventList[0]"
    return faulty.faults


def _expect(told, path, expected):
    (fault,) = _faults(told)
    assert fault.field == ".".join(filter(None, ["epcisBody.eventList[0]", path])), fault
    assert expected in fault.expected
    assert isinstance(fault, MalformedError)


@pytest.mark.parametrize("kind", SOUND)
def test_the_event_that_is_changed_below_is_sound(kind):
    assert read_epcis(json.dumps(document([_event(kind, {})])).encode()).events[0].type == kind


@pytest.mark.parametrize("kind", EVENT_TYPES)
@pytest.mark.parametrize(("changes", "path", "expected"), COMMON.values(), ids=COMMON)
def test_a_defect_of_any_event_is_named(kind, changes, path, expected):
    _expect(_event(kind, changes), path, expected)


@pytest.mark.parametrize(("report", "path", "expected"), REPORT.values(), ids=REPORT)
def test_a_defect_of_a_sensor_report_is_named(report, path, expected):
    told = _event("ObjectEvent", {"sensorElementList": [{"sensorReport": [report]}]})
    _expect(told, f"sensorElementList[0].sensorReport[0]{path}", expected)


@pytest.mark.parametrize(("changes", "path", "expected"), OBJECT.values(), ids=OBJECT)
def test_a_defect_of_an_object_event_is_named(changes, path, expected):
    _expect(_event("ObjectEvent", changes), path, expected)


@pytest.mark.parametrize(("kind", "changes", "path", "expected"), OTHERS.values(), ids=OTHERS)
def test_a_defect_of_another_event_is_named(kind, changes, path, expected):
    _expect(_event(kind, changes), path, expected)


@pytest.mark.parametrize("kind", [None, 5, [], "Objectevent", "epcis"], ids=str)
def test_an_event_of_no_type_is_refused(kind):
    (fault,) = _faults({**_event("ObjectEvent", {}), "type": kind})
    assert fault.field == "epcisBody.eventList[0].type"


def test_an_event_without_type_is_refused():
    assert _faults({"eventTime": "x"})[0].came == "nothing"


def test_an_event_type_of_somebody_else_is_not_supported():
    (fault,) = _faults({**_event("ObjectEvent", {}), "type": "demo:LostEvent"})
    assert isinstance(fault, UnsupportedError)


@pytest.mark.parametrize("told", [None, 1.5, "x", [], True], ids=str)
def test_an_event_that_is_no_object_is_refused(told):
    assert _faults(told)[0].expected == "an object"


def test_an_event_deeper_than_a_disclosure_is_refused():
    nested = {"demo:a": 1}
    for _ in range(13):
        nested = {"demo:a": nested}
    assert read_epcis(json.dumps(document([{**_event("ObjectEvent", {}), "demo:x": nested}])).encode()).events
    (fault,) = _faults({**_event("ObjectEvent", {}), "demo:x": {"demo:a": nested}})
    assert (fault.came, fault.expected) == ("16 levels", "at most 15")


def test_all_faults_of_an_event_are_told_at_once():
    changes = {"eventTime": "noon", "bizStep": "x", "action": "x", "readPoint": {"id": "x"}}
    paths = [fault.field.removeprefix("epcisBody.eventList[0].") for fault in _faults(_event("ObjectEvent", changes))]
    assert sorted(paths) == ["action", "bizStep", "eventTime", "readPoint.id"]


def test_a_hostile_event_is_answered_with_32_faults_and_no_more():
    assert len(_faults(_event("ObjectEvent", {"epcList": [0] * 100_000}))) == 32


def test_a_fault_never_repeats_what_came_at_length():
    (fault,) = _faults(_event("ObjectEvent", {"eventID": "x" * 100_000}))
    assert len(str(fault)) < 300
    (fault,) = _faults(_event("ObjectEvent", {"x" * 100_000: 1}))
    assert len(str(fault)) < 300
