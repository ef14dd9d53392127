"""Saying an example again, or another way, and what comes of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fixtures.examples import read_example
from verifier.errors import SuyuanError


def altered(name, **changes):
    """Return an example with other members of its event; `by` and `state` are its own."""
    example = read_example(name)
    text = json.dumps({**example.event, **{key: value for key, value in changes.items() if key != "by"}})
    event = json.loads(text)
    return replace(
        example, by=changes.get("by", example.by), event=event, after=[*example.after, *event.get("about", [])]
    )


def refusal(teller, example):
    """Return why the ledger refuses an example, once all that it needs has been told."""
    for needed in example.after:
        teller.tell(needed)
    with pytest.raises(SuyuanError) as caught:
        teller.say(example)
    return str(caught.value)
