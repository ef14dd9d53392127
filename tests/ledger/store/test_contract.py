"""What every store keeps, on each engine: one log without gaps, each thing once, whole blocks, one writer."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.errors import ConflictError, SetupError, StoppedError
from ledger.store.interface import Block, Counters, StoredEvent, StoredStatement
from tests.ledger.store.blocks import (
    KEYS,
    amount,
    block,
    body,
    checkpoint,
    entry,
    event_id,
    head,
    identity,
    kid,
    leaf_of,
    seal,
    write,
)
from verifier.ledgerformat.head import event_name


def everything(store):
    """Return all that a reader tells, comparable."""
    with store.read() as reader:
        size = reader.counters().size
        return {
            "counters": reader.counters(),
            "participants": reader.participants(),
            "entries": reader.entries(0, size),
            "statements": [reader.statement(leaf) for leaf in range(size)],
            "seals": [reader.seal(leaf) for leaf in range(size)],
            "events": list(reader.events_from(0)),
            "registry": list(reader.registry_events()),
            "keys": reader.key_rows(b"", b""),
            "histories": [reader.history(key, size) for key in KEYS],
            "disclosures": [reader.disclosures(seq) for seq in range(size)],
            "amounts": [reader.counter(key) for key in KEYS],
            "checkpoints": [reader.checkpoint(each) for each in range(size + 1)],
            "cosignatures": [reader.cosignatures(each) for each in range(size + 1)],
        }


def stored(seq):
    return StoredEvent(seq, seq // 2 * 2, seq % 2, head(seq), body(seq))


def test_new_store_has_nothing(store):
    told = everything(store)
    assert told.pop("counters") == Counters(size=0, seq=0, key=0, participant=1)
    assert told.pop("participants") == {}
    assert not any(any(each) for each in told.values())
    with store.read() as reader:
        assert reader.newest_checkpoint() is reader.newest_checkpoint(quorum=True) is None
        assert reader.oldest_without_quorum() is reader.seal_covering(0) is reader.meta("origin") is None


def test_what_was_written_is_read_back(store):
    write(store, 0, 1, 2)
    with store.read() as reader:
        assert reader.counters() == Counters(size=6, seq=6, key=3, participant=2)
        assert reader.entries(0, 6) == [entry(0), b"seal 0", entry(1), b"seal 1", entry(2), b"seal 2"]
        assert reader.entries(1, 4) == [b"seal 0", entry(1), b"seal 1"]
        assert reader.statement(2) == StoredStatement(2, entry(1), identity(1), kid(1), 10, 2, 2)
        assert reader.statement(3) is None
        assert reader.statement_by_identity(identity(2)) == reader.statement(4)
        assert reader.statement_by_identity(bytes(32)) is None
        assert reader.recorded([]) == set()
        assert reader.recorded([bytes(32), identity(2), bytes(32)]) == {identity(2)}
        assert reader.recorded([bytes(32)] * 300 + [identity(2)]) == {identity(2)}
        size = reader.size()
        assert reader.statements(0, size) == [each for leaf in range(size) if (each := reader.statement(leaf))]
        assert reader.statements(4, 5) == [reader.statement(4)]
        assert reader.statements(4, 4) == []
        assert (reader.seal(3), reader.seal(2)) == (seal(1), None)
        assert [reader.seal_covering(leaf) for leaf in range(7)] == [seal(leaf // 2) for leaf in range(6)] + [None]
        assert reader.batch(2) == [stored(2), stored(3)]
        assert reader.batch(3) == []
        assert list(reader.events_from(2)) == [stored(seq) for seq in range(2, 6)]
        assert list(reader.events_from(1, 4)) == [stored(2), stored(3)]
        assert list(reader.registry_events()) == [stored(0)]
        assert reader.disclosures(3) == {"/name": "text 3"}
        assert reader.attachment(sha256(b"1").digest()) == b"1"
        assert reader.attachment(bytes(32)) is None
        assert reader.participants() == {"urn:suyuan:agency:a": 1}


def test_events_are_found_by_name_and_by_id(opened):
    write(opened.store, 0, 1, 2)
    for store in (opened.store, opened.reopen()):
        with store.read() as reader:
            assert [reader.find_event(event_name(head(seq))) for seq in range(6)] == [stored(seq) for seq in range(6)]
            assert reader.find_event(bytes(32)) is None
            twin = event_name(head(1))[:8] + bytes(24)
            assert reader.find_event(twin) is None, "as many bytes as the lookup looks at"
            assert reader.has_event_id(event_id(3), 1)
            assert not reader.has_event_id(event_id(3), 2)
            assert not reader.has_event_id(event_id(6), 1)


def test_histories_are_read_as_they_were_at_a_size(store):
    write(store, 0, 1, 2)
    with store.read() as reader:
        for size in range(7):
            expected = [stored(2 * number) for number in range(3) if 2 * number < size]
            assert reader.history(sorted(KEYS)[1], size) == expected
            assert reader.history_heads(sorted(KEYS)[1], size) == [each.head for each in expected]
            for first, most in ((0, 1), (1, 1), (1, 2), (0, 3), (2, 9), (3, 1), (0, 0)):
                part = reader.history_part(sorted(KEYS)[1], size, first=first, most=most)
                assert part == expected[first : first + most]
        assert reader.history(bytes(32), 6) == reader.history_part(bytes(32), 6, first=0, most=9) == []


def test_a_part_of_a_history_is_read_by_number(store):
    write(store, 0, 1, 2)
    key = sorted(KEYS)[1]
    with store.read() as reader:
        whole = [(each.leaf, each.position, each.head) for each in reader.history(key, 6)]
        assert len(whole) == 3
        for first in range(4):
            for end in range(5):
                assert reader.history_range(key, first, end) == whole[first:end]
        assert reader.history_range(bytes(32), 0, 6) == []


def test_keys_are_read_by_range_in_order_with_their_newest_state(store):
    write(store, 0, 1)
    low, middle, high = sorted(KEYS)
    rows = {key: (key, place, 1, key, leaf_of(key, 0), 1, 0, None) for place, key in enumerate((low, middle, high))}
    changed = KEYS[1]
    rows[changed] = (changed, rows[changed][1], 2, changed, leaf_of(changed, 1), 1, 1, 1)
    with store.read() as reader:
        assert reader.key_rows(b"", b"") == [rows[low], rows[middle], rows[high]]
        assert reader.key_rows(low, middle) == [rows[low]]
        assert reader.key_rows(middle, b"") == [rows[middle], rows[high]]
        assert (reader.key_row(changed), reader.key_row(bytes(32))) == (rows[changed], None)
        assert list(reader.key_leaves()) == [(key, rows[key][4]) for key in (low, middle, high)]
        assert sorted(reader.rows_of([high, low, bytes(32)])) == [rows[low], rows[high]]
        assert reader.leaves_in([(low, middle), (high, b"")]) == [(low, rows[low][4]), (high, rows[high][4])]
        assert reader.leaves_in([]) == []


def test_a_counter_is_what_the_newest_block_that_moved_it_says(store):
    with store.read() as reader:
        assert reader.counter(KEYS[0]) == 0
        write(store, 0, 1)
        assert reader.counter(KEYS[0]) == 0, "its snapshot is older"
    with store.read() as reader:
        assert [reader.counter(key) for key in KEYS] == [amount(1), -amount(0), -amount(1)]
        assert reader.counter(bytes(32)) == 0
    write(store, 2)
    with store.read() as reader:
        assert [reader.counter(key) for key in KEYS] == [amount(2), -amount(2), -amount(1)]


def test_newest_range_of_a_key_below_a_number_is_found(store):
    write(store, 0, 1, 2, 3)
    with store.read() as reader:
        assert reader.statement_in_sequence(kid(0), 20).first == 0
        assert reader.statement_in_sequence(kid(0), 21).first == 20
        assert reader.statement_in_sequence(kid(1), 1_000).first == 30
        assert reader.statement_in_sequence(kid(1), 1 << 62).first == 30, "above every number"
        assert reader.statement_in_sequence(kid(1), 10) is None
        assert reader.statement_in_sequence(bytes(32), 10) is None


def test_everything_is_the_same_after_a_restart(opened):
    write(opened.store, 0, 1, 2)
    opened.store.writer().add_cosignatures(4, ["b", "a"], quorum=True)
    opened.store.writer().set_meta("origin", "here")
    before = everything(opened.store)
    assert everything(opened.reopen()) == before
    with opened.store.read() as reader:
        assert (reader.meta("origin"), reader.cosignatures(4)) == ("here", ["a", "b"])


def test_checkpoints_and_their_quorum(store):
    write(store, 0, 1, 2)
    writer = store.writer()

    def told():
        with store.read() as reader:
            found = reader.newest_checkpoint(), reader.newest_checkpoint(quorum=True), reader.oldest_without_quorum()
            return [each and each.size for each in found]

    assert told() == [6, None, 2]
    writer.add_cosignatures(4, ["one"], quorum=False)
    assert told() == [6, None, 2]
    writer.add_cosignatures(4, ["two", "one"], quorum=True)
    assert told() == [6, 4, 6]
    with store.read() as reader:
        assert reader.cosignatures(4) == ["one", "two"]
        assert reader.checkpoint(4) == replace_quorum(checkpoint(1))
        assert reader.checkpoint(3) is None
        assert [reader.checkpoint_covering(size).size for size in range(7)] == [2, 2, 2, 4, 4, 6, 6]
        assert reader.checkpoint_covering(7) is None
    writer.add_cosignatures(6, [], quorum=True)
    assert told() == [6, 6, None]


def replace_quorum(found):
    return found._replace(quorum=True)


def test_meta_is_written_over(store):
    for value in ("one", "two"):
        store.writer().set_meta("name", value)
    with store.read() as reader:
        assert reader.meta("name") == "two"


def with_identity(two, value):
    two.statements[0] = (*two.statements[0][:2], value, *two.statements[0][3:])


def with_id(two, value):
    two.events[1] = (*two.events[1][:3], value, *two.events[1][4:])


TWICE = {
    "an identity": lambda two: with_identity(two, identity(0)),
    "an event's id": lambda two: with_id(two, event_id(0)),
    "a participant": lambda two: two.participants.append((9, "urn:suyuan:agency:a")),
    "a place in a history": lambda two: two.histories.append((0, 0, 2)),
    "a key": lambda two: two.new_keys.append((KEYS[0], 9, 1, b"", b"", None, None, None)),
}


@pytest.mark.parametrize("spoil", TWICE.values(), ids=TWICE)
def test_block_that_brings_what_is_there_already_is_refused_whole(store, spoil):
    write(store, 0)
    before, second = everything(store), block(1)
    spoil(second)
    with pytest.raises(ConflictError):
        store.writer().commit(second, nullcontext())
    assert everything(store) == before
    write(store, 1)
    with store.read() as reader:
        assert reader.counters().size == 4


def test_same_attachment_is_kept_once_however_often_it_comes(store):
    first, second = block(0), block(1)
    second.attachments = list(first.attachments)
    for each in (first, second):
        store.writer().commit(each, nullcontext())
    with store.read() as reader:
        assert reader.attachment(first.attachments[0][0]) == b"0"


def wrong_first():
    return replace(block(1), first=1)


def missing_leaf():
    made = block(1)
    made.seal, made.checkpoint = seal(2), checkpoint(2)
    return replace(made, size=6)


def seal_elsewhere():
    made = block(1)
    made.seal = seal(0)._replace(leaf=9)
    return made


@pytest.mark.parametrize(
    "made", [block(2), block(0), wrong_first(), missing_leaf(), seal_elsewhere()],
    ids=["later", "again", "wrong first", "a leaf is missing", "its seal stands elsewhere"],
)  # fmt: skip
def test_block_that_does_not_go_on_where_the_log_ends_stops_the_store(opened, made):
    write(opened.store, 0)
    before = everything(opened.store)
    with pytest.raises(StoppedError, match="leaf"):
        opened.store.writer().commit(made, nullcontext())
    assert everything(opened.store) == before
    with pytest.raises(StoppedError):
        write(opened.store, 1)
    opened.reopen()
    write(opened.store, 1)
    assert everything(opened.store)["counters"].size == 4


def test_reader_keeps_its_snapshot_while_blocks_come(store):
    write(store, 0)
    with store.read() as reader:
        write(store, 1)
        store.writer().add_cosignatures(2, ["late"], quorum=True)
        assert reader.counters().size == 2
        assert reader.cosignatures(2) == []
        assert reader.find_event(event_name(head(2))) is None, "not at this snapshot"
        with store.read() as another:
            assert another.counters().size == 4
    with store.read() as reader:
        assert reader.counters().size == 4


def test_readers_see_a_block_whole_or_not_at_all(store):
    write(store, 0)
    seen, done = [], threading.Event()

    def look():
        while not done.is_set():
            told = everything(store)
            size = told["counters"].size
            seen.append(size)
            assert size == len(told["entries"]) == len(told["events"])
            assert told["seals"][-1] is not None
            assert told["checkpoints"][size] is not None

    failures = []
    threads = [threading.Thread(target=_guarded, args=(look, failures)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 60):
        write(store, number)
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(set(seen)) > 1


def _guarded(look, failures):
    try:
        look()
    except BaseException as error:  # noqa: BLE001 - told in the test's own thread
        failures.append(error)


def test_commit_pauses_while_it_is_made_durable_and_readers_do_not_see_it_before(store):
    paused = []

    @contextmanager
    def pause():
        with store.read() as reader:
            paused.append(reader.counters().size)
        yield
        with store.read() as reader:
            paused.append(reader.counters().size)

    store.writer().commit(block(0), pause())
    assert paused == [0, 2]


def test_second_writer_is_refused_and_readers_are_not(opened):
    write(opened.store, 0)
    with pytest.raises(SetupError, match="another process that writes"):
        opened.open()
    reading = opened.open(writable=False)
    assert everything(reading) == everything(opened.store)
    with pytest.raises(SetupError, match="opened for reading"):
        reading.writer()
    write(opened.store, 1)
    assert everything(reading) == everything(opened.store)
    opened.reopen()
    write(opened.store, 2)


def test_backup_is_the_store_at_one_moment_and_nothing_is_written_over(opened, tmp_path):
    if opened.engine.name == "postgres":
        with pytest.raises(SetupError, match="pg_basebackup"):
            opened.store.backup(str(tmp_path / "copy.db"))
        return
    write(opened.store, 0, 1)
    before = everything(opened.store)
    opened.store.backup(str(tmp_path / "copy.db"))
    write(opened.store, 2)
    with pytest.raises(SetupError, match="there already"):
        opened.store.backup(str(tmp_path / "copy.db"))
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy.db").rename(tmp_path / "copy" / "ledger.db")
    copy = opened.engine.open(tmp_path / "copy")
    assert everything(copy) == before
    copy.close()


def test_block_of_nothing_but_a_seal_goes_on(store):
    write(store, 0)
    idle = Block(first=2, size=3, seal=seal(1)._replace(leaf=2), checkpoint=checkpoint(1)._replace(size=3))
    store.writer().commit(idle, nullcontext())
    with store.read() as reader:
        assert reader.counters() == Counters(size=3, seq=2, key=3, participant=2)
        assert reader.entries(0, 3)[2] == b"seal 1"
