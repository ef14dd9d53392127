"""The zone's own words for customs steps, beside those of CBV 2.0: private vocabulary, as URIs of the zone's own.

CBV 2.0 chapter 7 lets anybody add values to its vocabularies as URIs outside `urn:epcglobal:cbv`. The list is
`zone_vocabulary.json`, which the ledger serves as it is: each step with its labels, which events of the ledger tell it
(`said`), which type an EPCIS event with it becomes (`captured`), which roles that type lets state it (`by`), and which
disposition it leaves goods in (`leaves`).
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from ledger.readers.epcis.reading import EpcisEvent
from verifier.errors import MalformedError, UnsupportedError

TRANSACTION_TYPE = "urn:suyuan:btt:"
_OURS = "urn:suyuan:"


@dataclass(frozen=True, slots=True)
class ZoneStep:
    """A step of the zone's own.

    Attributes:
        id: its URI.
        said: types of the ledger's events that are this step.
        captured: the type that an EPCIS event with this step becomes.
        leaves: the disposition in which goods are after it; None where it says nothing of that.
    """

    id: str
    said: tuple[str, ...]
    captured: str
    leaves: str | None


def vocabulary_file() -> bytes:
    """Return the list, as it is served."""
    return files(__package__).joinpath("zone_vocabulary.json").read_bytes()


@cache
def zone_steps() -> Mapping[str, ZoneStep]:
    """Return the zone's steps by URI."""
    listed = json.loads(vocabulary_file())["bizSteps"]
    steps = [ZoneStep(each["id"], tuple(each["said"]), each["captured"], each.get("leaves")) for each in listed]
    return MappingProxyType({each.id: each for each in steps})


@cache
def zone_dispositions() -> frozenset[str]:
    """Return the zone's dispositions, as URIs."""
    return frozenset(each["id"] for each in json.loads(vocabulary_file())["dispositions"])


@cache
def step_of_type(type_: str) -> ZoneStep | None:
    """Return the step that an event of a type is, None where it is none of the zone's."""
    return next((each for each in zone_steps().values() if type_ in each.said), None)


def is_ours(word: str) -> bool:
    """Return whether a word claims to be one of the zone's: scheme and namespace of a URN know no case (RFC 8141)."""
    return word[: len(_OURS)].lower() == _OURS


def step_of_event(event: EpcisEvent) -> ZoneStep | None:
    """Return the zone's step that an EPCIS event states, None where it states none.

    Raises:
        MalformedError: a step or disposition in the zone's namespace that is not in its list.
        UnsupportedError: one in an event of another type than ObjectEvent, or a disposition of the zone's beside a step
            that is not.
    """
    word, disposition = event.members.get("bizStep", ""), event.members.get("disposition", "")
    _require_listed(event, "bizStep", zone_steps())
    _require_listed(event, "disposition", zone_dispositions())
    step = zone_steps().get(word)
    if step is not None and event.type != "ObjectEvent":
        raise UnsupportedError(
            event.field("bizStep"), came=f"{word} in an {event.type}", expected="it in an ObjectEvent"
        )
    if step is None and is_ours(disposition):
        expected = "a step of the zone's beside it: who may state the one may state the other"
        raise UnsupportedError(event.field("disposition"), came=disposition, expected=expected)
    return step


def _require_listed(event: EpcisEvent, name: str, listed: Container[str]) -> None:
    word = event.members.get(name, "")
    if is_ours(word) and word not in listed:
        todo = "GET /epcis/vocabulary has the list."
        raise MalformedError(event.field(name), came=word[:200], expected="one of the zone's own words", todo=todo)
