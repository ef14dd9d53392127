"""Nobody fills the case of somebody else's product or firm, so that the parties' walk of it cannot be checked."""

from __future__ import annotations

import pytest

from fixtures.zone.actors import Actor, enterprise
from ledger.compose.event import Draft
from ledger.witness.replay.lies import INADMISSIBLE
from tests.attacks.conftest import smuggle
from tests.attacks.watching import watched
from tests.world import PRODUCT, World, now, uscc
from verifier.errors import NotPermittedError
from verifier.judgement.room import MOST_SAID

TEXT = {"zh": "示例", "en": "Example"}


def notice() -> Draft:
    """Return that somebody says a right of his own to a product's case."""
    data = {"right": "trademark", "holder": "Example", "claim": TEXT}
    return Draft("aftersales.ip-notice", now(), {"goods": [PRODUCT]}, data)


@pytest.fixture
def stranger(world: World) -> Actor:
    actor = world.cast["stranger"] = enterprise(
        uscc("91330100MA2TEXT77"), "示例权利人", "Example Holder", ["rights-holder"]
    )
    world.zone.admit_enterprises(world.cast["customs"], [actor])
    return actor


def test_a_stranger_says_so_much_to_one_case_and_no_more(world: World, stranger: Actor):
    with pytest.raises(NotPermittedError, match=rf"events\[{MOST_SAID}\].*in the case of"):
        world.say("stranger", *(notice() for _ in range(MOST_SAID + 1)))
    world.say("stranger", notice())
    world.say("stranger", *(notice() for _ in range(MOST_SAID - 1)))
    with pytest.raises(NotPermittedError, match="in the case of"):
        world.say("stranger", notice())


def test_whose_it_is_and_agencies_are_not_counted(world: World, stranger: Actor):
    world.say("stranger", *(notice() for _ in range(MOST_SAID)))
    for who in ("seller", "customs"):
        world.say(who, *(notice() for _ in range(MOST_SAID + 1)))


def test_a_ledger_that_lets_a_stranger_go_on_is_found_by_a_witness_that_replays(
    world: World, stranger: Actor, monkeypatch, tmp_path
):
    world.say("stranger", *(notice() for _ in range(MOST_SAID)))
    with watched(world, tmp_path / "witness") as watching:
        assert watching.look().evidence == ()
        more = stranger.compose(notice(), world.zone.types)
        leaf = smuggle(world, stranger, [more], monkeypatch)
        watching.caught(INADMISSIBLE, leaf=leaf, event=0)
