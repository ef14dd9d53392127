import json
from hashlib import shake_128

import pytest

from fixtures.epcis import document, event
from fixtures.zone.actors import all_types
from ledger.admission.schema import check_data
from ledger.compose.event import compose_event
from ledger.readers.epcis import read_epcis
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.disclosure import parse_disclosure

SELLER = "urn:suyuan:enterprise:91350211M000100Y46"
MOMENT = 1_767_225_600_000  # 2026-01-01T00:00:00Z
PLACE = "https://id.gs1.org/414/9506000134307"


def _random(size):
    return shake_128(b"not random, but enough for a test").digest(size)


@pytest.fixture(scope="session")
def types():
    return all_types()


@pytest.fixture(scope="session")
def compose(types):
    """Make a draft an event and check all that admission would check of it alone."""

    def composed(draft, targets=()):
        kind = types[draft.type]
        made = compose_event(draft, kind, issuer=SELLER, targets=targets, random=_random)
        check_data(kind, parse_body(made.body).data)
        for text in made.disclosures:
            parse_disclosure(text)
        return made

    return composed


@pytest.fixture(scope="session")
def object_event():
    def build(**members):
        said = {"action": "OBSERVE", "bizStep": "shipping", "readPoint": {"id": PLACE}, **members}
        if "epcList" not in members and "quantityList" not in members:
            said["epcList"] = ["urn:epc:id:sscc:9506000.1111111111"]
        return event("ObjectEvent", MOMENT, **said)

    return build


@pytest.fixture(scope="session")
def read_one():
    """Read a document of one event: its event or, if it has faults, those."""

    def read(*events, **members):
        reading = read_epcis(json.dumps(document(events, **members)).encode())
        return reading.events[0] if reading.events else reading.faulty[0].faults

    return read
