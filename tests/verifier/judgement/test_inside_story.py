"""What belongs to an item's story, with the types as they are, against a world that is watched from outside.

The model knows things, where each of them is at every moment, and what was made of what; it knows nothing of windows,
spans or histories. Items are packed into boxes, boxes onto pallets, pallets into containers, each again and again; lots
become other lots; items come from lots, and are used for others; what was said is corrected; several things are said in
one statement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import shake_128
from typing import Any

from hypothesis import event as note
from hypothesis import given
from hypothesis import strategies as st
from stdnum.ean import calc_check_digit

from ledger.compose.event import Draft, compose_event
from verifier.judgement.registry import Registry
from verifier.judgement.trace import Closure, walk_trace
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.vocabulary import parse_type
from verifier.vocabulary import registry_types, type_files

TIME = 1_767_225_600_000
SELLER = "urn:suyuan:enterprise:91350211M000100Y46"
GS1 = "https://id.gs1.org"
PRODUCT = f"{GS1}/01/06901234567892"
ITEMS = [f"{PRODUCT}/21/I{each}" for each in range(4)]
LOTS = [f"{PRODUCT}/10/L{each}" for each in range(4)]


def _unit(number: int) -> str:
    digits = f"0690123456{number:07d}"
    return f"{GS1}/00/{digits}{calc_check_digit(digits)}"


UNITS = [_unit(each) for each in range(5)]
THINGS = [*ITEMS, *UNITS]
TYPES = {name: parse_type(data, name) for name, data in type_files().items() if not name.startswith("registry.")}


def _registry() -> Registry:
    registry = Registry(registry_types())
    for kind in TYPES.values():
        registry.set_type(kind, 0)
    return registry


REGISTRY = _registry()
Place = tuple[int, int]
END: Place = (1 << 63, 0)


@dataclass
class Packed:
    """That a child was inside a parent, from one place to before another."""

    name: bytes
    child: str
    parent: str
    begin: Place
    end: Place = END


@dataclass
class World:
    """Things that move, and what is said of them as they do."""

    events: list[Event] = field(default_factory=list)
    packed: list[Packed] = field(default_factory=list)
    seen: list[tuple[bytes, str, Place]] = field(default_factory=list)  # what happened to which thing, and where
    made: list[tuple[bytes, str, str, Place]] = field(default_factory=list)  # of what was made what
    born: dict[str, str] = field(default_factory=dict)  # lot by item
    said: list[tuple[bytes, bytes]] = field(default_factory=list)  # answer and what it answers
    leaf: int = 0
    position: int = 0

    def say(self, kind: str, subjects: dict[str, Any], data: dict[str, Any], about: bytes | None = None) -> Event:
        targets = [each.head for each in self.events if each.name == about]
        draft = Draft(kind, TIME, subjects, data, about=(about,) if about else ())
        salt = len(self.events).to_bytes(4, "big")
        made = compose_event(
            draft, TYPES[kind], issuer=SELLER, targets=targets, random=lambda size: shake_128(salt).digest(size)
        )
        body = parse_body(made.body)
        self.events.append(Event(made.name, self.leaf, self.position, parse_head(made.head), body, bytes(32)))
        self.position += 1
        if about:
            self.said.append((made.name, about))
        return self.events[-1]

    def within(self, inner: str, outer: str, place: Place) -> bool:
        """Return whether a thing is inside another at a place, or is it."""
        while inner != outer:
            found = [each for each in self.packed if each.child == inner and each.begin <= place < each.end]
            if not found:
                return False
            inner = found[0].parent
        return True

    def moments(self) -> list[Place]:
        return [each.place for each in self.events]


def do(world: World, step: tuple[int, int, int, bool]) -> None:
    """Let one thing happen, if it can; `apart` begins another statement."""
    what, one, other, apart = step
    if apart:
        world.leaf, world.position = world.leaf + 1, 0
    here = (world.leaf, world.position)
    thing, unit = THINGS[one % len(THINGS)], UNITS[other % len(UNITS)]
    lot, item = LOTS[one % len(LOTS)], ITEMS[other % len(ITEMS)]
    inside = next((each for each in world.packed if each.child == thing and each.end == END), None)
    if what in (0, 1, 2):
        _pack_or_take_out(world, here, thing, unit, inside)
    elif what in (3, 4):
        said = world.say("transport.object", {"epcs": [thing]}, {"action": "OBSERVE", "bizStep": "storing"})
        world.seen.append((said.name, thing, here))
    elif what == 5:
        said = world.say("transport.object", {"epcs": [lot]}, {"action": "OBSERVE", "bizStep": "inspecting"})
        world.seen.append((said.name, lot, here))
    elif what == 6 and item not in world.born:
        subjects = {"item": item, "product": PRODUCT, "lot": lot}
        world.say("transport.commissioning", subjects, {"action": "ADD"})
        world.born[item] = lot
    elif what == 7:
        _make(world, here, one, other)
    elif what == 8:
        _correct(world, here, one)


def _correct(world: World, here: Place, one: int) -> None:
    """Correct something; to whatever it was about, that is something that happened, too."""
    among = [each for each in world.events if each.head.type != "record.correction"]
    if not among:
        return
    wrong = among[one % len(among)]
    said = world.say("record.correction", {}, {"reason": "incorrect-data"}, about=wrong.name)
    world.seen += [(said.name, each, here) for each in (*THINGS, *LOTS) if wrong.joins(("trace", subject_name(each)))]


def _pack_or_take_out(world: World, here: Place, thing: str, unit: str, inside: Packed | None) -> None:
    if inside is not None:
        world.say("transport.unpacking", {}, {"reason": "unpacking"}, about=inside.name)
        inside.end = here
    elif not world.within(unit, thing, here):
        said = world.say("transport.aggregation", {"child": thing, "parent": unit}, {"action": "ADD"})
        world.packed.append(Packed(said.name, thing, unit, here))


def _make(world: World, here: Place, one: int, other: int) -> None:
    """Make a lot of a lot, or an item of an item: of any but itself."""
    among = ITEMS if (one + other) % 3 == 0 else LOTS
    used, made = among[one % len(among)], among[other % len(among)]
    if used == made:
        return
    subjects = {"inputs": [used], "outputs": [made], "products": [PRODUCT]}
    said = world.say("transport.transformation", subjects, {})
    world.made.append((said.name, used, made, here))


def story_of(world: World, item: str) -> set[bytes]:
    """Return the names of what belongs to an item's story, by looking at every moment and thing."""
    until = _reached(world, item)
    told: set[bytes] = set()
    for goods, limit in until.items():
        pair = ("trace", subject_name(goods))
        told |= {each.name for each in world.events if each.joins(pair) and each.place < limit}
        for moment in [each for each in world.moments() if each < limit]:
            told |= {name for name, thing, at in world.seen if at == moment and world.within(goods, thing, moment)}
            told |= {
                each.name
                for each in world.packed
                if each.begin <= moment < each.end and world.within(goods, each.child, moment)
            }
    for answer, about in world.said:  # in the order in which they were said
        if about in told:
            told.add(answer)
    return told


def _reached(world: World, item: str) -> dict[str, Place]:
    """Return lots and items of which the item comes, each with the place up to which it matters."""
    until = {item: END}
    moved = True
    while moved:
        moved = False
        for goods, limit in list(until.items()):
            sources = [(used, at) for _, used, made, at in world.made if made == goods and at < limit]
            if goods in world.born and _commissioned(world, goods) < limit:
                sources.append((world.born[goods], limit))
            for source, end in sources:
                if until.get(source, (0, 0)) < end:
                    until[source], moved = end, True
    return until


def _commissioned(world: World, item: str) -> Place:
    pair, kind = ("trace", subject_name(item)), "transport.commissioning"
    return next(each.place for each in world.events if each.head.type == kind and each.joins(pair))


def closure_of(world: World, thing: str) -> Closure:
    return walk_trace(
        subject_name(thing), walk="public", registry=REGISTRY,
        history_of=lambda pair: [each for each in world.events if each.joins(pair)],
    )  # fmt: skip


STEPS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 60), st.integers(0, 60), st.booleans()), min_size=20, max_size=45
)


@given(STEPS)
def test_a_story_holds_what_happened_to_the_goods_and_to_what_they_were_in_or_made_of_while_they_were(steps):
    world = World()
    for step in steps:
        do(world, step)
    for item in ITEMS:
        told, wanted = {each.name for each in closure_of(world, item).story()}, story_of(world, item)
        note(f"{min(len(told) // 4 * 4, 20)} events or more")
        assert {world_word(world, each) for each in told} == {world_word(world, each) for each in wanted}


def world_word(world: World, name: bytes) -> tuple[Place, str]:
    event = next(each for each in world.events if each.name == name)
    return event.place, event.head.type


# Counterexamples that were looked for by hand.
@dataclass
class Told:
    """A world told step by step, each in a statement of its own unless it says otherwise."""

    world: World = field(default_factory=World)
    names: dict[str, bytes] = field(default_factory=dict)

    def next(self, *, apart: bool = True) -> Place:
        if apart and self.world.events:
            self.world.leaf, self.world.position = self.world.leaf + 1, 0
        return self.world.leaf, self.world.position

    def see(self, word: str, thing: str, **how: bool) -> None:
        self.next(**how)
        data = {"action": "OBSERVE", "bizStep": "storing"}
        self.names[word] = self.world.say("transport.object", {"epcs": [thing]}, data).name

    def pack(self, word: str, child: str, parent: str, **how: bool) -> None:
        self.next(**how)
        said = self.world.say("transport.aggregation", {"child": child, "parent": parent}, {"action": "ADD"})
        self.names[word] = said.name

    def take_out(self, word: str, packing: str, **how: bool) -> None:
        self.next(**how)
        self.names[word] = self.world.say(
            "transport.unpacking", {}, {"reason": "unpacking"}, about=self.names[packing]
        ).name

    def story(self, thing: str) -> set[str]:
        told = {each.name for each in closure_of(self.world, thing).story()}
        return {word for word, name in self.names.items() if name in told}


PARCEL, PALLET, OTHER, CONTAINER = UNITS[:4]


def test_what_became_of_the_container_after_unpacking_is_not_in_the_items_story():
    told = Told()
    told.pack("in parcel", ITEMS[0], PARCEL)
    told.pack("on pallet", PARCEL, PALLET)
    told.pack("in container", PALLET, CONTAINER)
    told.see("sailed", CONTAINER)
    told.take_out("unstuffed", "in container")
    told.see("sailed again", CONTAINER)
    told.see("moved", PALLET)
    told.take_out("off pallet", "on pallet")
    told.see("pallet burnt", PALLET)
    told.see("delivered", PARCEL)
    assert told.story(ITEMS[0]) == {
        "in parcel", "on pallet", "in container", "sailed", "unstuffed", "moved", "off pallet", "delivered"
    }  # fmt: skip


def test_a_pallet_that_is_used_again_tells_of_each_parcel_its_own_journey():
    told = Told()
    told.pack("first on", PARCEL, PALLET)
    told.see("first journey", PALLET)
    told.take_out("first off", "first on")
    told.pack("second on", OTHER, PALLET)
    told.see("second journey", PALLET)
    told.take_out("second off", "second on")
    told.pack("first again", PARCEL, PALLET)
    told.see("third journey", PALLET)
    assert told.story(PARCEL) == {"first on", "first journey", "first off", "first again", "third journey"}
    assert told.story(OTHER) == {"second on", "second journey", "second off"}


def test_the_order_within_one_statement_decides_like_the_order_of_the_log():
    told = Told()
    told.see("before", CONTAINER)
    told.pack("in", PARCEL, CONTAINER, apart=False)
    told.see("inside", CONTAINER, apart=False)
    told.take_out("out", "in", apart=False)
    told.see("after", CONTAINER, apart=False)
    assert len({each.leaf for each in told.world.events}) == 1
    assert told.story(PARCEL) == {"in", "inside", "out"}


def test_a_parcel_moved_from_pallet_to_pallet_takes_of_each_what_it_was_there_for():
    told = Told()
    told.pack("loaded", PALLET, CONTAINER)
    told.pack("here", PARCEL, PALLET)
    told.see("road", CONTAINER)
    told.take_out("lifted", "here")
    told.see("lost", CONTAINER)
    told.pack("there", PARCEL, OTHER)
    told.see("handled", OTHER)
    assert told.story(PARCEL) == {"loaded", "here", "road", "lifted", "there", "handled"}


def test_a_correction_belongs_to_the_story_of_what_it_corrects_and_closes_nothing():
    told = Told()
    told.pack("in", PARCEL, CONTAINER)
    told.see("outside story", OTHER)
    told.next()
    wrong = {"reason": "did-not-occur"}
    told.names["corrected"] = told.world.say("record.correction", {}, wrong, about=told.names["in"]).name
    told.names["of another"] = told.world.say("record.correction", {}, wrong, about=told.names["outside story"]).name
    told.see("still", CONTAINER)
    assert told.story(PARCEL) == {"in", "corrected", "still"}, "who packed by mistake says the unpacking, too"


def test_an_answer_to_the_story_belongs_to_it_though_it_comes_after_the_item_has_left():
    told = Told()
    told.pack("in", PARCEL, CONTAINER)
    told.see("sailed", CONTAINER)
    told.take_out("out", "in")
    told.see("sailed on", CONTAINER)
    told.next()
    wrong = {"reason": "incorrect-data"}
    told.names["of the first"] = told.world.say("record.correction", {}, wrong, about=told.names["sailed"]).name
    told.names["of the second"] = told.world.say("record.correction", {}, wrong, about=told.names["sailed on"]).name
    assert told.story(PARCEL) == {"in", "sailed", "out", "of the first"}
