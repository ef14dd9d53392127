import json

import pytest

from fixtures.epcis import document, event
from ledger.readers.epcis import read_epcis
from ledger.readers.epcis.context import EPCIS_CONTEXT
from ledger.readers.epcis.lossless_json import Numeral
from verifier.errors import MalformedError, TooLargeError, UnsupportedError

MOMENT = 1_767_225_600_000
UNIT = "urn:epc:id:sscc:0614141.1234567890"
EVENT = event("ObjectEvent", MOMENT, action="OBSERVE", epcList=[UNIT])
GONE = object()

DEFECTS = {
    "type-unknown": ({"type": "EPCISdocument"}, "type", "EPCISDocument"),
    "type-missing": ({"type": GONE}, "type", "EPCISDocument"),
    "type-a-list": ({"type": ["EPCISDocument"]}, "type", "EPCISDocument"),
    "context-missing": ({"@context": GONE}, "@context", "required"),
    "context-of-others-only": ({"@context": ["https://example.org/context"]}, "@context", EPCIS_CONTEXT),
    "context-of-definitions-only": ({"@context": {"demo": "urn:x:"}}, "@context", EPCIS_CONTEXT),
    "context-null": ({"@context": None}, "@context", "URL of a context"),
    "context-no-url": ({"@context": [EPCIS_CONTEXT, "epcis"]}, "@context[1]", "URL of a context"),
    "context-twice": ({"@context": [EPCIS_CONTEXT, EPCIS_CONTEXT]}, "@context", "each context once"),
    "context-redefines-a-name": ({"@context": [EPCIS_CONTEXT, {"epcList": "x:y"}]}, "@context[1]", "protected"),
    "context-redefines-a-type": ({"@context": [EPCIS_CONTEXT, {"ObjectEvent": "x:y"}]}, "@context[1]", "protected"),
    "version-missing": ({"schemaVersion": GONE}, "schemaVersion", "required"),
    "version-a-number": ({"schemaVersion": 2.0}, "schemaVersion", "a version"),
    "created-missing": ({"creationDate": GONE}, "creationDate", "required"),
    "created-no-time": ({"creationDate": "2026-01-01"}, "creationDate", "offset"),
    "body-missing": ({"epcisBody": GONE}, "epcisBody", "required"),
    "body-empty": ({"epcisBody": {}}, "epcisBody.eventList", "required"),
    "body-with-unknown-field": ({"epcisBody": {"eventList": [], "events": []}}, "epcisBody", "fields of the standard"),
    "events-no-list": ({"epcisBody": {"eventList": EVENT}}, "epcisBody.eventList", "a list"),
    "unknown-field": ({"comment": "x"}, "", "fields of the standard"),
    "id-no-uri": ({"id": "document 1"}, "id", "a URI"),
    "sender-an-object": ({"sender": {}}, "sender", "text"),
    "header-with-unknown-field": ({"epcisHeader": {"sender": "x"}}, "epcisHeader", "fields of the standard"),
    "vocabulary-without-type": (
        {"epcisHeader": {"epcisMasterData": {"vocabularyList": [{}]}}},
        "epcisHeader.epcisMasterData.vocabularyList[0].type",
        "required",
    ),
}


def _bytes(value):
    return json.dumps(value, ensure_ascii=False).encode()


def _changed(told, changes):
    return {name: value for name, value in {**told, **changes}.items() if value is not GONE}


@pytest.mark.parametrize(("changes", "path", "expected"), DEFECTS.values(), ids=DEFECTS)
def test_a_defective_document_is_refused_as_a_whole(changes, path, expected):
    with pytest.raises(MalformedError) as refused:
        read_epcis(_bytes(_changed(document([EVENT]), changes)))
    assert refused.value.field == path
    assert expected in refused.value.expected


@pytest.mark.parametrize(
    "value", [[], [EVENT], "EPCISDocument", None, 2.0, {}], ids=["[]", "list", "text", "null", "2", "{}"]
)
def test_what_is_no_document_at_all_is_refused(value):
    with pytest.raises(MalformedError):
        read_epcis(_bytes(value))


def test_another_version_of_epcis_is_not_supported():
    with pytest.raises(UnsupportedError, match=r"schemaVersion: came 1\.2"):
        read_epcis(_bytes(document([EVENT], schemaVersion="1.2")))


def test_a_document_gives_its_facts_and_its_events_in_order():
    later = event("ObjectEvent", MOMENT + 1, action="DELETE", epcList=[UNIT], eventID="urn:x:2")
    reading = read_epcis(_bytes(document([EVENT, later], created=MOMENT, sender="a", id="urn:x:d", **{"demo:x": 1.50})))
    assert (reading.type, reading.created) == ("EPCISDocument", MOMENT)
    assert reading.contexts[0] == EPCIS_CONTEXT
    assert reading.members["sender"] == "a"
    assert reading.members["demo:x"] == Numeral("1.5")
    assert [each.time for each in reading.events] == [MOMENT, MOMENT + 1]
    assert [each.path for each in reading.events] == ["epcisBody.eventList[0]", "epcisBody.eventList[1]"]
    assert [each.event_id for each in reading.events] == [None, "urn:x:2"]


def test_one_faulty_event_keeps_no_other_out():
    faulty = {**EVENT, "action": "LOSE", "eventID": "urn:x:1"}
    reading = read_epcis(_bytes(document([EVENT, faulty, EVENT])))
    assert [each.path for each in reading.events] == ["epcisBody.eventList[0]", "epcisBody.eventList[2]"]
    assert [(each.path, each.event_id) for each in reading.faulty] == [("epcisBody.eventList[1]", "urn:x:1")]


def test_a_query_document_is_read_with_its_longer_paths():
    body = {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": [EVENT, 5]}}}
    told = {"@context": EPCIS_CONTEXT, "type": "EPCISQueryDocument", "epcisBody": body}
    reading = read_epcis(_bytes(told))
    assert reading.created is None
    assert reading.events[0].path == "epcisBody.queryResults.resultsBody.eventList[0]"
    assert reading.faulty[0].path == "epcisBody.queryResults.resultsBody.eventList[1]"
    with pytest.raises(MalformedError, match="queryName"):
        read_epcis(_bytes({**told, "epcisBody": {"queryResults": {"resultsBody": {"eventList": []}}}}))


def test_an_event_alone_is_read_if_it_names_its_context():
    alone = {"@context": [EPCIS_CONTEXT, {"demo": "urn:x:"}], **EVENT, "demo:note": "x"}
    reading = read_epcis(_bytes(alone))
    assert reading.type == "ObjectEvent"
    assert reading.events[0].path == ""
    assert reading.events[0].source() == json.dumps(alone, separators=(",", ":")).encode()
    with pytest.raises(MalformedError, match="@context"):
        read_epcis(_bytes(EVENT))


def test_a_fault_of_an_event_alone_has_no_path_in_front():
    reading = read_epcis(_bytes({"@context": EPCIS_CONTEXT, **EVENT, "eventTime": "noon"}))
    assert [each.field for each in reading.faulty[0].faults] == ["eventTime"]


def test_the_source_of_an_event_stands_by_itself_with_every_digit():
    told = {**EVENT, "@context": {"own": "urn:own:"}, "own:x": [1.10, -0.0, 1e3]}
    data = _bytes(document([told])).replace(b"1.1,", b"1.10,").replace(b"1000.0", b"1E+3")
    (read,) = read_epcis(data).events
    assert b"[1.10,-0.0,1E+3]" in read.source()
    assert json.loads(read.source())["@context"] == [*document([])["@context"], {"own": "urn:own:"}]
    assert read_epcis(read.source()).events[0].members == read.members


def test_extensions_are_kept_wherever_the_standard_lets_them_stand():
    extended = {
        **EVENT,
        "demo:a": [{"x": None}],
        "https://example.org/b": 1,
        "readPoint": {"id": "geo:42.69,23.31", "demo:c": True},
        "sensorElementList": [
            {
                "demo:d": 1,
                "sensorMetadata": {"demo:e": 1},
                "sensorReport": [{"type": "demo:Sweetness", "value": 0.1, "component": "cbv:Comp-x", "demo:f": 1}],
            }
        ],
        "errorDeclaration": {"declarationTime": "2026-01-01T00:00:00Z", "demo:g": 1},
    }
    (read,) = read_epcis(_bytes(document([extended]))).events
    assert set(extended) == set(read.members)
    assert read.members["sensorElementList"][0]["sensorReport"][0]["value"] == Numeral("0.1")


def test_a_thousand_events_are_read_and_no_more():
    small = {"type": "ObjectEvent", "eventTime": "2026-01-01T00:00:00Z", "eventTimeZoneOffset": "+00:00"}
    small |= {"action": "OBSERVE", "epcList": []}
    assert len(read_epcis(_bytes(document([small] * 1_000))).events) == 1_000
    with pytest.raises(TooLargeError, match="1001 events"):
        read_epcis(_bytes(document([small] * 1_001)))


def test_a_document_of_10_megabytes_is_refused():
    with pytest.raises(TooLargeError, match="document"):
        read_epcis(_bytes(document([EVENT], sender="x" * 10_000_000)))


def test_contexts_that_would_swell_every_source_are_refused():
    swollen = [EPCIS_CONTEXT, {f"n{each}": "urn:x:" for each in range(1_000)}]
    with pytest.raises(TooLargeError, match="@context"):
        read_epcis(_bytes(document([EVENT], **{"@context": swollen})))


def test_nesting_beyond_the_limit_is_refused():
    deep = "x"
    for _ in range(40):
        deep = [deep]
    with pytest.raises(MalformedError, match="deeper nesting"):
        read_epcis(_bytes(document([EVENT], **{"demo:x": deep})))
