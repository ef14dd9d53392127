"""Another agency, or another spelling, does not change what a reference list says."""

from __future__ import annotations

import pytest

from ledger.compose.event import ComposedEvent, Draft
from ledger.matching.listing import judge_lists
from ledger.trade.listed import ListReader
from tests.world import World, now
from verifier.errors import NotPermittedError
from verifier.results.documents import read_document

BASIS = {"zh": "示例", "en": "Example"}
WIDE = 0xFEE0  # from a sign to its full width
META = "urn:suyuan:list:banned:meta"
BANNED = "1901101000"


class Asking:
    """Asks this ledger for histories, as its service would answer them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def history(self, kind: str, subject: str, *, since: object = None) -> bytes:
        del since
        return self._world.ledger.prover.history(kind, subject).data


def open_list(world: World, who: str = "customs", label: str = "banned", **data: object) -> ComposedEvent:
    told = {"names": BASIS, "version": "1", "basis": BASIS, "listed": "negative", "of": "hs-code", "since": "20200101"}
    return world.say(who, Draft("reference.list", now(), {"list": f"urn:suyuan:list:{label}:meta"}, told | data))[0]


def enter(world: World, entry: str, who: str = "customs", label: str = "banned", of: str = META) -> ComposedEvent:
    data = {"names": BASIS, "version": "1", "basis": BASIS}
    subjects = {"entry": f"urn:suyuan:list:{label}:{entry}", "list": of}
    return world.say(who, Draft("reference.entry", now(), subjects, data))[0]


def remove(world: World, entry: str, entered: ComposedEvent, who: str = "customs", of: str = META) -> None:
    data = {"version": "1", "basis": BASIS, "reason": "mistaken"}
    subjects = {"entry": f"urn:suyuan:list:banned:{entry}", "list": of}
    world.say(who, Draft("reference.entry-removed", now(), subjects, data, about=(entered.name,)))


def wide(text: str) -> str:
    return "".join(chr(ord(each) + WIDE) for each in text)


@pytest.fixture
def listed(world: World) -> World:
    open_list(world)
    enter(world, BANNED)
    return world


def reader(world: World) -> ListReader:
    world.cosign()
    return ListReader(Asking(world), world.standpoint())


def test_another_agency_does_not_take_an_entry_off_a_list_by_removing_one_of_its_own(listed):
    own = "urn:suyuan:list:own:meta"
    open_list(listed, "commerce", "own")
    entered = enter(listed, "1", "commerce", "own", own)
    remove(listed, BANNED, entered, "commerce", own)
    assert reader(listed).presence("banned", BANNED).listed


def test_removing_one_entry_takes_no_other_off_the_list(listed):
    entered = enter(listed, "3401110000")
    remove(listed, BANNED, entered)
    assert reader(listed).presence("banned", BANNED).listed


def test_another_agency_keeps_its_agency_from_neither_entering_nor_removing(listed):
    """Whoever enters something on a list that is not its own says nothing, and takes no place."""
    enter(listed, "3401110000", "commerce")
    entered = enter(listed, "3401110000")
    assert reader(listed).presence("banned", "3401110000").listed
    enter(listed, "3401110000", "commerce")
    remove(listed, "3401110000", entered)
    assert not reader(listed).presence("banned", "3401110000").listed
    enter(listed, "3401110000")
    assert reader(listed).presence("banned", "3401110000").listed


def test_nothing_is_removed_that_nobody_entered(listed):
    entered = enter(listed, "3401110000")
    with pytest.raises(NotPermittedError, match="removed-without-entry"):
        remove(listed, "0000000000", entered)


def test_another_agency_neither_renews_a_list_nor_enters_anything_on_it(listed):
    open_list(listed, "commerce", listed="positive", version="2")
    enter(listed, "3401110000", "commerce")
    found = reader(listed)
    assert (found.version("banned").kind, found.version("banned").version) == ("negative", "1")
    assert not found.presence("banned", "3401110000").listed
    assert found.presence("banned", BANNED).listed


def test_whoever_carries_on_for_an_agency_carries_on_its_lists(listed):
    successor = {"agency": listed.cast["customs"].uri, "successor": listed.cast["commerce"].uri}
    listed.zone.decree([Draft("registry.succession", now(), successor, {})])
    open_list(listed, "commerce", version="2")
    enter(listed, "3401110000", "commerce")
    found = reader(listed)
    assert (found.version("banned").version, found.presence("banned", "3401110000").listed) == ("2", True)
    assert found.presence("banned", BANNED).listed


@pytest.mark.parametrize("spelt", ["1901101000 ", " 1901101000", wide("1901101000"), "1901.10.1000", "1901 1010 00"])
def test_another_spelling_of_a_banned_code_is_the_same_code(listed, spelt):
    (judged,) = judge_lists({"list": declared(hsCode=spelt)}, ["banned"], reader(listed))
    assert judged["outcome"] == "differs"


@pytest.mark.parametrize("spelt", ["190110100", "19011010OO", "1901101000\u200b", "-", "1901101000A", "no code"])
def test_what_is_no_code_is_never_found_in_order(listed, spelt):
    (judged,) = judge_lists({"list": declared(hsCode=spelt)}, ["banned"], reader(listed))
    assert judged == {**judged, "outcome": "differs", "fields": ["list/lines/items/1/hsCode"]}


@pytest.mark.parametrize("spelt", ["6901234567892", "06901234567892", wide("06901234567892"), "0 6901234 567892"])
def test_another_spelling_of_a_banned_product_is_the_same_product(world, spelt):
    open_list(world, of="product")
    enter(world, "06901234567892")
    (judged,) = judge_lists({"list": declared(barCode=spelt)}, ["banned"], reader(world))
    assert judged["outcome"] == "differs"


def test_a_line_without_a_bar_code_cannot_be_told(world):
    open_list(world, of="product")
    (judged,) = judge_lists({"list": declared(barCode="无")}, ["banned"], reader(world))
    assert judged["outcome"] == "incomplete"


def test_what_is_not_banned_is_found_in_order(listed):
    (judged,) = judge_lists({"list": declared(hsCode="3401110000")}, ["banned"], reader(listed))
    assert judged["outcome"] == "agrees"


def declared(**line: str):
    return read_document("list", {}, {"/lines": {"items": [{"number": 1, **line}]}})
