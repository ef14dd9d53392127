"""Events at hand for signing: the bytes that are kept, no more than there is room for, and none of what was undone."""

from __future__ import annotations

import secrets
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from fixtures.epcis import document, event
from fixtures.zone.actors import all_types
from ledger.compose.event import ComposedEvent
from ledger.gateway.composing import Composer, unknown_head
from ledger.gateway.fresh import Fresh
from ledger.gateway.intake import read_capture
from ledger.gateway.items import Items, size_of
from ledger.gateway.jobs import Keeping
from ledger.gateway.store import Store
from ledger.readers.epcis.lossless_json import format_lossless
from tests.ledger.gateway.zone import Gated, messages_of
from tests.world import ORIGIN, now

BOX = "https://id.gs1.org/00/095200000000000103"
EVENTS = st.dictionaries(
    st.integers(0, 99), st.builds(lambda body: ComposedEvent(b"n", b"h", body, (), ()), st.binary(max_size=300)),
    max_size=30,
)  # fmt: skip


@given(st.integers(0, 4_000), st.lists(st.tuples(EVENTS, st.sets(st.integers(0, 99))), max_size=12))
def test_no_more_is_held_than_there_is_room_for_and_room_comes_back(most, steps):
    fresh, held = Fresh(most), {}
    for events, asked in steps:
        new = {seq: each for seq, each in events.items() if seq not in held}
        fresh.remember(new)
        held |= new
        taken = fresh.take(asked)
        assert taken.items() <= held.items()
        held = {seq: each for seq, each in held.items() if seq not in asked}
    left = fresh.take(held)
    assert sum(map(size_of, left.values())) <= most
    assert fresh._left == most


def test_what_is_at_hand_is_what_is_kept_and_nothing_of_a_job_that_was_undone(tmp_path):
    times = now() - 100_000
    good = event("ObjectEvent", times, eventID="urn:x:fresh:1", action="OBSERVE", epcList=[BOX], bizStep="shipping")
    bad = event("AggregationEvent", times, eventID="urn:x:fresh:2", action="DELETE", parentID=BOX, childEPCs=[BOX])
    undone, whole = (read_capture(format_lossless(document(each))) for each in ([good, bad], [good]))
    with closing(Store(tmp_path / "queue", origin=ORIGIN)) as store:
        composer = Composer(all_types(), random=secrets.token_bytes, find_head=unknown_head)
        with store.writing() as connection:
            keeping = Keeping(connection, composer)
            assert keeping.keep(undone, sender="urn:x", now=1, whole=True).is_refused
            assert keeping.composed == {}
            keeping.keep(whole, sender="urn:x", now=1, whole=True)
        with store.reading() as connection:
            seqs = [seq for (seq,) in connection.execute("SELECT seq FROM item")]
            assert dict(zip(seqs, Items(connection).events(seqs), strict=True)) == keeping.composed
            assert [each.seq for each in keeping.ready] == seqs


def test_what_is_not_at_hand_is_read_from_the_file(world, service, tmp_path, monkeypatch):
    monkeypatch.setattr("ledger.gateway.sending.Fresh", lambda: Fresh(0))
    gated = Gated(world, service.url, tmp_path / "gateway")
    gated.start()
    try:
        for who, message in messages_of(range(7_300, 7_304)):
            gated.take(who, message)
        assert set(gated.wait()) == {"recorded"}
    finally:
        gated.stop()
