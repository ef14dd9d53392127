"""Every type of the vocabulary has an example that a real ledger admits."""

from __future__ import annotations

import json

import pytest

from fixtures.examples import example_names, read_example

NAMES = example_names()


@pytest.mark.parametrize("name", NAMES)
def test_the_ledger_admits_the_example(teller, name):
    event = teller.tell(name)
    kind, example = teller.zone.types[read_example(name).event["type"]], read_example(name).event
    body = json.loads(event.body)
    assert body["data"] == example.get("data", {})
    assert body["_sd"].keys() == kind.disclosures.keys()
    given = example.get("disclosed", {}).keys() | example.get("attachments", {}).keys()
    assert given <= kind.disclosures.keys()
