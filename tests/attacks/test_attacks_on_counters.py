"""Nobody uses up what somebody else's counter holds."""

from __future__ import annotations

import pytest

from ledger.compose.event import ComposedEvent, Draft
from tests.world import ORDER, PRODUCT, World, handle, now
from verifier.errors import MalformedError, NotPermittedError

LINE = handle("order-line", "of a victim")


def order(world: World, who: str = "seller", quantity: object = "5", **members: object) -> ComposedEvent:
    said = Draft("order.line", now(), {"line": LINE, "order": ORDER}, {"number": 1}, {"/quantity": quantity}, **members)
    return world.say(who, said)[0]


def give_back(world: World, who: str, quantity: object) -> ComposedEvent:
    """Give back of the line an item that the platform has."""
    item, to = f"{PRODUCT}/21/BACK-{who}-{quantity}", world.cast["platform"].uri
    world.say(
        "seller",
        Draft("transport.commissioning", now(), {"item": item, "product": PRODUCT}, {"action": "ADD"}, to=to),
    )
    subjects = {"item": item, "order": ORDER, "line": LINE}
    return world.say(who, Draft("aftersales.return", now(), subjects, {"lineCount": 1, "quantity": quantity}))[0]


def test_a_stranger_does_not_use_up_what_was_ordered(world):
    """Else whoever knows the line's handle keeps its buyer from returning anything."""
    order(world)
    with pytest.raises(NotPermittedError, match="line"):
        give_back(world, "platform", "5")
    give_back(world, "seller", "5")


def test_whoever_was_handed_the_line_may_return_of_it(world):
    order(world, "platform", to=world.cast["seller"].uri)
    give_back(world, "seller", "2")
    give_back(world, "platform", "3")


AMOUNTS = ["-1", "-0", "01", "1e3", "1E3", "+1", " 1", "1 ", "1.", ".5", "1.000001", "\u0661", "\uff11", "0x1", "1_0",
           "10000000000000", "NaN", "", "1\n", 1, 1.0, None, True, ["1"], {"1": "1"}]  # fmt: skip


@pytest.mark.parametrize("amount", [each for each in AMOUNTS if not isinstance(each, float)], ids=repr)
def test_an_amount_has_one_spelling_also_where_it_is_not_shown(world, amount):
    """No schema looks at what is disclosed: the counter does."""
    with pytest.raises(MalformedError, match=r"counts\.order-line"):
        order(world, quantity=amount)
    order(world, quantity="1")
