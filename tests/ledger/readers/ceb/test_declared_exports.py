"""What explanations ask of exports beside the definitions: who signs a manifest, and where goods come back from."""

from __future__ import annotations

import pytest

from fixtures.messages import export_messages
from ledger.readers.ceb import Mode, read_message
from tests.ledger.readers.ceb.edit import drop, put

EXPORTS = export_messages(7)
MANIFEST, RETURN = EXPORTS["CEB607"], EXPORTS["CEB213"]


def told(data, mode=Mode.STRICT):
    reading = read_message(data, mode)
    return reading, [fault.field for fault in reading.all_faults]


def test_a_manifest_that_is_declared_carries_a_signature():
    unsigned = drop(MANIFEST, "Signature")
    assert told(MANIFEST)[1] == []
    assert told(unsigned)[1] == ["Signature"]
    lenient, faults = told(unsigned, Mode.LENIENT)
    assert (faults, [each.field for each in lenient.departures]) == ([], ["Signature"])
    assert lenient.usable


def test_a_manifest_that_is_a_draft_need_not_be_signed():
    assert told(put(drop(MANIFEST, "Signature"), "appStatus", "1"))[1] == []


@pytest.mark.parametrize("code", ["142", "CHN"])
def test_exported_goods_do_not_come_back_from_china(code):
    faulty = put(RETURN, "country", code)
    reading, faults = told(faulty)
    assert faults == ["InvtRefund[1]/InvtRefundHead/country"]
    assert "any but 142, CHN" in str(next(iter(reading.all_faults)))
    assert told(faulty, Mode.LENIENT)[1] == []
    assert told(RETURN)[1] == []
