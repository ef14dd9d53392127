"""Trace proofs: docs/formats.md, sections 17 and 18: recorded files, what is told in them, and how they are bent."""

import json
from base64 import b64decode
from copy import deepcopy
from typing import Any

import cbor2

from tests.vectors.recipe import ROOT, Book
from tests.vectors.recipes.spell import H, cbor

FILES = ROOT / "files"
ZONE = json.loads((FILES / "zone.json").read_text())
POLICY, NOW = ZONE["policy"], ZONE["time"]
BASE = {"policy": POLICY, "at": NOW}
book = Book("trace-proof")


def recorded(name: str) -> bytes:
    return (FILES / name).read_bytes()


def edit(name: str, bent: bytes) -> dict[str, Any]:
    """A file, and what is cut out and put in to make these bytes of it."""
    whole = recorded(name)
    least = min(len(whole), len(bent))
    at = next((place for place in range(least) if whole[place] != bent[place]), least)
    end = next((each for each in range(least - at) if whole[-1 - each] != bent[-1 - each]), least - at)
    change = {"at": at, "remove": len(whole) - at - end, "insert": bent[at : len(bent) - end]}
    return {"file": name, "edit": change}


ITEM = cbor2.loads(recorded("item.trace"))


def story(name: str, unmet: str = "") -> dict[str, Any]:
    """What is told in a file: read by cbor2 alone; what policies ask for is recognised, but for one type."""
    content = cbor2.loads(recorded(name))[2]
    origin, size, root, _, *lines = content[3].decode().splitlines()
    seals = {leaf: time for first, last, time in _blocks(content[5]) for leaf in range(first, last + 1)}
    timeline, recalled = [], []
    for leaf, *_, events in content[8]:
        for position, spelt, _, _ in events:
            head = cbor2.loads(spelt)
            asked = head[1].startswith(("filing.", "clearance.inspection", "clearance.release"))
            outcome = ("not yet recognised" if head[1] == unmet else "recognised") if asked else "recorded"
            said = [H(b"\x00", spelt), leaf, position, head[1], seals[leaf], head.get(4, head[3]), outcome]
            timeline.append(said)
            recalled += [said[0]] if head[1] == "aftersales.recall" else []
    names = sorted({line.split(" ")[1] for line in lines} - {origin})
    place = {"origin": origin, "size": int(size), "root": b64decode(root), "time": max(seals.values())}
    return place | {"cosigned": names, "timeline": timeline, "recalled": recalled}


def _blocks(seals: list[list[Any]]) -> list[tuple[int, int, int]]:
    return [(each[2], each[0], each[6]) for each in seals]


VERIFIED = {"outcome": "verified", "exit": 0, "step": None}
for name, desc in (
    ("item", "an item's whole life"),
    ("unit", "three events of one batch"),
    ("recalled", "a recall is a notice beside the outcome"),
):
    facts = {"verdict": VERIFIED, "story": story(f"{name}.trace")}
    book.valid(name, desc, facts, file=f"{name}.trace", **BASE)
parties = {"verdict": VERIFIED, "story": story("parties.trace")}
book.valid("parties-walk", "cases, too", parties, file="parties.trace", **BASE)
absent = {"verdict": {"outcome": "not-recorded", "exit": 3, "step": None}, "story": None}
book.valid("absent", "proved to have no event", absent, file="absent.trace", **BASE)
WITNESSES = [line for line in ITEM[2][3].decode().split("\n") if line.startswith("\N{EM DASH} witness")]
LOGS = "\n".join(json.loads(ITEM[2][6][0][6][0][2])["data"]["policy"].splitlines()[:2])
own = {"policy": f"{POLICY}\n{LOGS}\nquorum none\n", "at": NOW}
book.valid("item-by-a-policy-of-one-s-own", "its logs and quorum are met, too", {
    "verdict": VERIFIED, "story": story("item.trace")
}, file="item.trace", **own)  # fmt: skip
fresh = {"policy": f"{POLICY}max-age 600\n", "at": NOW}
book.valid("item-within-max-age", "enough cosignatures are young", {
    "verdict": VERIFIED, "story": story("item.trace")
}, file="item.trace", **fresh)  # fmt: skip

EXITS = {"unreadable": 4, "unsupported": 5, "altered": 1, "incomplete": 3, "not-recognised": 3, "contradictory": 1}


def refused(name: str, desc: str, *, outcome: str, step: int | None, error: str, field: str, **given: Any) -> None:
    verdict = {"outcome": outcome, "exit": EXITS[outcome], "step": step}
    book.refused(name, desc, error=error, field=field, verdict=verdict, **{"file": "item.trace"} | BASE | given)


def bent(change: Any) -> dict[str, Any]:
    """The item's file after a change to its decoded form."""
    value = deepcopy(ITEM)
    value = change(value) or value
    return edit("item.trace", value if isinstance(value, bytes) else cbor(value))


def part(label: int, change: Any) -> dict[str, Any]:
    """The item's file with one part exchanged for what `change` makes of it."""

    def exchange(value: Any) -> None:
        value[2][label] = change(value[2][label])

    return bent(exchange)


def event_with(statement: list[Any], place: int, value: Any) -> list[Any]:
    """A statement part whose first event has another member."""
    first = statement[6][0]
    return [*statement[:6], [[*first[:place], value, *first[place + 1 :]], *statement[6][1:]]]
