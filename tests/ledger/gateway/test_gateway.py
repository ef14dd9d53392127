"""What is handed over stands in the ledger once, whatever happens on the way."""

from __future__ import annotations

from tests.ledger.gateway.zone import messages_of, recorded_names


def test_what_is_handed_over_is_recorded_in_the_order_that_it_rests_on(gated):
    before = len(recorded_names(gated.world))
    for who, message in reversed(messages_of(range(10))):  # a waybill before its order
        told = gated.take(who, message)
        assert not told.faults
    assert gated.wait() == {"recorded": 50}, gated.reasons()
    names = recorded_names(gated.world)
    assert len(names) - before == 50
    assert len(set(names)) == len(names)
