"""Nobody frees what somebody else has claimed or pledged by answering something of one's own."""

from __future__ import annotations

import pytest

from fixtures.zone.actors import enterprise
from ledger.compose.event import ComposedEvent, Draft
from tests.world import World, now, uscc
from verifier.errors import NotPermittedError

LABELS = {"zh": "示例", "en": "Example"}


def claim(number: int, label: str = "tax") -> str:
    return f"urn:suyuan:claim:{label}:{number:064x}"


@pytest.fixture
def banks(world: World) -> World:
    codes = {"bank": "91330100MA2TEXT06", "other bank": "91330100MA2TEXT07"}
    for name, code in codes.items():
        world.cast[name] = enterprise(uscc(code), "示例银行", "Example Bank", ["bank"])
    world.zone.admit_enterprises(world.cast["customs"], [world.cast[name] for name in codes])
    return world


def pledge(world: World, who: str, receipt: str) -> ComposedEvent:
    return world.say(
        who, Draft("finance.pledged", now(), {"receipt": receipt}, {"lender": "Example", "warehouse": "Example"})
    )[0]


def release(world: World, who: str, receipt: str, pledged: ComposedEvent) -> None:
    draft = Draft("finance.pledge-released", now(), {"receipt": receipt}, {"reason": "repaid"}, about=(pledged.name,))
    world.say(who, draft)


def test_a_bank_does_not_free_anothers_pledge_by_releasing_its_own(banks):
    """The receipt would be pledged twice, and its history would say that it was free."""
    pledge(banks, "bank", claim(1))
    own = pledge(banks, "other bank", claim(2))
    with pytest.raises(NotPermittedError, match=r"order\."):
        release(banks, "other bank", claim(1), own)
    release(banks, "other bank", claim(2), own)


def test_a_bank_does_not_free_anothers_pledge_by_releasing_an_old_one_once_more(banks):
    old = pledge(banks, "other bank", claim(1))
    release(banks, "other bank", claim(1), old)
    pledge(banks, "bank", claim(1))
    with pytest.raises(NotPermittedError, match=r"order\."):
        release(banks, "other bank", claim(1), old)


def test_an_agency_does_not_lift_anothers_hold_by_lifting_an_old_one_once_more(world):
    """Two agencies hold one after the other: the first has nothing more to say about the goods."""
    about, basis = (world.events["list"].name,), {"basis": LABELS}

    def hold(who: str) -> ComposedEvent:
        return world.say(who, Draft("clearance.hold", now(), data={"category": "legal", **basis}, about=about))[0]

    def lift(who: str, held: ComposedEvent) -> None:
        world.say(who, Draft("clearance.hold-lifted", now(), data=basis, about=(held.name,)))

    old = hold("customs")
    lift("customs", old)
    standing = hold("inspection")
    with pytest.raises(NotPermittedError, match=r"order\.lifted-without-hold"):
        lift("customs", old)
    lift("inspection", standing)
