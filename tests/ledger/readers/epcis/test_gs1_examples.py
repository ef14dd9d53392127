"""GS1's own examples, where somebody has them: SUYUAN_EPCIS_EXAMPLES names their folder.

They are the `*.jsonld` files of the repository gs1/EPCIS, and no part of this project: without them nothing is tested.
"""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from ledger.errors import UnknownError
from ledger.readers.epcis import map_event, read_epcis
from verifier.errors import MalformedError, UnsupportedError

FOLDER = os.environ.get("SUYUAN_EPCIS_EXAMPLES", "")
FILES = sorted(Path(FOLDER).rglob("*.jsonld")) if FOLDER else []
NAME_TWICE = {"AssociationEvent-h.jsonld"}  # it has `eventID` twice in one object

pytestmark = pytest.mark.outside("SUYUAN_EPCIS_EXAMPLES")


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.name)
def test_every_example_is_read_and_each_event_mapped_or_refused_with_a_reason(file, compose):
    if file.name in NAME_TWICE:
        with pytest.raises(MalformedError, match="'eventID' twice"):
            read_epcis(file.read_bytes())
        return
    reading = read_epcis(file.read_bytes())
    assert reading.events
    assert not reading.faulty
    for each in reading.events:
        with suppress(UnsupportedError, MalformedError, UnknownError):
            assert all(compose(draft) for draft in map_event(each))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Example_9.6.3-AggregationEvent.jsonld", ["transport.object"]),
        ("Example_9.6.4-TransformationEvent.jsonld", ["transport.transformation"]),
        ("Example_9.6.3-AggregationEventWithDigitalLink.jsonld", ["transport.object"]),
        ("Example_9.6.4-TransformationEventWithDigitalLink.jsonld", ["transport.transformation"]),
        ("SensorDataExample8.jsonld", ["transport.object"]),
    ],
)
def test_examples_with_children_and_materials_by_quantity_become_what_the_page_says(name, wanted, compose):
    (file,) = (each for each in FILES if each.name == name)
    (event,) = read_epcis(file.read_bytes()).events
    drafts = map_event(event)
    assert all(compose(each) for each in drafts)
    assert [each.type for each in drafts] == wanted
