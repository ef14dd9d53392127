"""Arrivals that come in numbers are kept together; one that comes alone waits for nobody."""

from __future__ import annotations

from itertools import count

import pytest

from ledger.gateway import gateway
from tests.ledger.gateway.zone import messages_of

SEEDS = count(12_000)


@pytest.fixture
def groups(gated):
    """How many arrivals were kept in each transaction from here on."""
    sizes, keep = [], gated.gateway._keep
    gated.gateway._keep = lambda asked: (sizes.append(len(asked)), keep(asked))[1]
    return sizes


def hand_over(gated):
    """Hand an order over without waiting until it is kept."""
    ((who, order),) = messages_of([next(SEEDS)], ["CEB311"])
    return gated.gateway.take(gated.read(order), gated.world.cast[who].uri)


def test_where_many_come_they_wait_for_each_other_and_are_kept_together(gated, groups, monkeypatch):
    monkeypatch.setattr(gateway, "_MANY", 1)
    monkeypatch.setattr(gateway, "_COMPANY", 60)
    monkeypatch.setattr(gateway, "_TOGETHER", 3)
    assert hand_over(gated).result(20)
    told = [hand_over(gated) for _ in range(3)]
    assert len({each.result(20).id for each in told}) == 3
    assert groups == [1, 3]


def test_where_few_come_nobody_waits(gated, groups, monkeypatch):
    monkeypatch.setattr(gateway, "_MANY", 2)
    monkeypatch.setattr(gateway, "_COMPANY", 3_000)
    for _ in range(3):
        assert hand_over(gated).result(20)
    assert groups == [1, 1, 1]


def test_company_that_does_not_come_is_waited_for_no_longer_than_so_long(gated, groups, monkeypatch):
    monkeypatch.setattr(gateway, "_MANY", 1)
    monkeypatch.setattr(gateway, "_COMPANY", 0.02)
    for _ in range(2):
        assert hand_over(gated).result(20)
    assert groups == [1, 1]


def test_a_gateway_that_closes_waits_for_no_company_and_keeps_what_was_handed_over(gated, groups, monkeypatch):
    monkeypatch.setattr(gateway, "_MANY", 1)
    assert hand_over(gated).result(20)
    monkeypatch.setattr(gateway, "_COMPANY", 3_000)
    told = hand_over(gated)
    gated.stop()
    assert told.result(0)
