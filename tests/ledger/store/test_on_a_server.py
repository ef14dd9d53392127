"""What a database on a server needs beside the contract: durable settings, bounded readers, ranges, erased contents."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from copy import deepcopy
from pathlib import Path

import psycopg
import pytest

from ledger.errors import BusyError, ConflictError, SetupError, StoppedError
from ledger.store.interface import Deletion
from ledger.store.postgres import ranges, rows, writer
from ledger.store.postgres import store as stores
from ledger.store.postgres.connection import connect, require_synchronous, show
from ledger.store.postgres.store import PostgresStore
from tests.ledger.store.blocks import KEYS, block, body, head, write
from tests.ledger.store.test_contract import TWICE, everything
from tests.postgres import Server, server
from verifier.ledgerformat.head import event_name

PAGE = (Path(__file__).parents[3] / "docs/postgresql.md").read_text("utf-8")


@pytest.fixture
def dsn():
    made = server().database()
    yield made
    server().drop(made)


@pytest.fixture
def store(dsn, tmp_path):
    opened = PostgresStore(dsn, tmp_path)
    yield opened
    opened.close()


def run(dsn, *statements):
    with psycopg.connect(dsn, autocommit=True, options="-csearch_path=public,derived") as connection:
        return [connection.execute(each).fetchall() for each in statements if each.startswith("SELECT")] or [
            connection.execute(each) for each in statements
        ]


def test_commits_are_durable_whatever_the_database_says_by_itself(dsn, tmp_path):
    name = dsn.partition("@/")[2].partition("?")[0]
    run(dsn, f"ALTER DATABASE {name} SET synchronous_commit = off")
    store = PostgresStore(dsn, tmp_path)
    with store.writer().transaction() as cursor:
        assert show(cursor.connection, "synchronous_commit") == "on"
    store.close()


@pytest.mark.soak
@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_sync_is_refused(tmp_path, setting):
    careless = Server(f"{setting} = off")
    try:
        with pytest.raises(SetupError, match=f"{setting}: came off, expected on"):
            PostgresStore(careless.database(), tmp_path)
    finally:
        careless.stop()


@pytest.mark.soak
def test_a_replica_is_required_until_one_follows_synchronously(tmp_path):
    primary = Server("synchronous_standby_names = 'suyuan'", "synchronous_commit = local")
    replica = None
    try:
        store = PostgresStore(dsn := primary.database(), tmp_path)
        with pytest.raises(SetupError, match="no synchronous replica"):
            store.require_synchronous()
        name = "cluster_name = 'suyuan'"
        replica = Server(name, "hot_standby = on", follows=primary)
        following = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'"
        while run(primary.dsn(), following)[0] != [(1,)]:
            """Until it has caught up."""
        store.require_synchronous()
        write(store, 0)
        store.close()
        with pytest.raises(SetupError, match="only reads"):
            PostgresStore(dsn.replace(str(primary.root), str(replica.root)), tmp_path)
        elsewhere = dsn.replace(str(primary.root), str(replica.root))
        following = PostgresStore(dsn, tmp_path, writable=False, replica=elsewhere)
        assert following.nonces().use(bytes(32), "once", until=1, now=0), "a replica takes no writes"
        seen = 0
        while not seen:
            with following.read() as reader:
                seen = reader.counters().size
        assert seen == 2
        following.close()
    finally:
        for each in (replica, primary):
            if each:
                each.stop()


def test_a_role_that_does_not_see_replicas_is_told_what_to_grant(dsn):
    run(dsn, "CREATE ROLE plain LOGIN")
    try:
        with connect(dsn.replace("suyuan@", "plain@")) as plain:
            with pytest.raises(SetupError, match="GRANT pg_read_all_stats"):
                require_synchronous(plain)
            run(dsn, "GRANT pg_read_all_stats TO plain")
            with pytest.raises(SetupError, match="synchronous_standby_names: came none"):
                require_synchronous(plain)
    finally:
        run(dsn, "DROP ROLE plain")


def test_a_server_that_goes_away_while_a_writer_opens_is_busy(dsn, tmp_path):
    with psycopg.connect(dsn, options="-csearch_path=public") as other:
        other.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        opening = ThreadPoolExecutor(1).submit(PostgresStore, dsn, tmp_path)
        waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        while not (found := run(dsn, waiting)[0]):
            assert not opening.done(), opening.exception()
        run(dsn, f"SELECT pg_terminate_backend({found[0][0]})")
        with pytest.raises(BusyError, match="expected a server that answers"):
            opening.result()


def test_a_database_without_tables_is_refused(tmp_path):
    empty = server().database(empty=True)
    with pytest.raises(SetupError, match=r"tables of revision None"):
        PostgresStore(empty, tmp_path)
    server().drop(empty)


def test_readers_are_bounded_and_whoever_finds_none_is_told_to_come_again(dsn, tmp_path, monkeypatch):
    monkeypatch.setattr(stores, "READERS", 2)
    monkeypatch.setattr(stores, "_PATIENCE", 0.05)
    store = PostgresStore(dsn, tmp_path)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(store.read())
        with pytest.raises(BusyError, match="as many readers"), store.read():
            pass
    with store.read() as reader:
        assert reader.counters().size == 0
    store.close()


def _read_while(store, do):
    with store.read() as reader:
        do()
        reader.counters()


def test_a_reader_whose_session_was_ended_is_replaced_and_one_at_work_is_told(store, dsn):
    write(store, 0)
    ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    mine = store.writer()._connection.info.backend_pid
    with pytest.raises(BusyError):
        _read_while(store, lambda: run(dsn, f"{ended} AND datname = current_database() AND pid <> {mine}"))
    with store.read() as reader:
        assert reader.counters().size == 2
    run(dsn, f"{ended} AND datname = current_database() AND pid <> {mine}")
    with store.read() as reader:
        assert reader.counters().size == 2


def test_a_writer_whose_session_was_ended_has_stopped_for_good(store, dsn):
    write(store, 0)
    run(dsn, f"SELECT pg_terminate_backend({store.writer()._connection.info.backend_pid}, 5000)")
    for _ in range(2):
        with pytest.raises(StoppedError):
            write(store, 1)
    with pytest.raises(StoppedError):
        store.writer().reader().counters()


def test_a_warning_within_a_commit_is_no_answer(store):
    """A server that stops waiting for its replica warns, and answers as if all were well."""
    writer = store.writer()
    warn = "CREATE TEMP TABLE late (x int); CREATE FUNCTION pg_temp.warn() RETURNS trigger LANGUAGE plpgsql AS"
    writer._connection.execute(
        f"{warn} $$ BEGIN RAISE WARNING 'here alone'; RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        " EXECUTE FUNCTION pg_temp.warn()"
    )
    with pytest.raises(StoppedError, match="here alone"), writer.transaction() as cursor:
        cursor.execute("INSERT INTO late VALUES (1)")
    with pytest.raises(StoppedError):
        write(store, 0)


@pytest.fixture
def short(monkeypatch):
    """Ranges of four events: two blocks."""
    monkeypatch.setattr(ranges, "LENGTH", 4)
    monkeypatch.setattr(writer, "LENGTH", 4)


def partitions(dsn):
    sql = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'event'::regclass ORDER BY 1"
    return [name for (name,) in run(dsn, sql)[0]]


def test_a_block_finds_its_range_and_the_next_one_is_made_ahead(short, store, dsn):
    assert partitions(dsn) == []
    write(store, 0)
    store.writer().tidy()
    assert partitions(dsn) == ["event_r000000"]
    write(store, 1)
    store.writer().tidy()
    store.writer().tidy()
    assert partitions(dsn) == ["event_r000000", "event_r000001"]
    write(store, 2, 3, 4, 5, 6)
    assert partitions(dsn) == [f"event_r{number:06}" for number in range(4)]
    with store.read() as reader:
        assert [each.seq for each in reader.events_from(0)] == list(range(14))
        assert [reader.disclosures(seq) for seq in (0, 13)] == [{"/name": "text 0"}, {"/name": "text 13"}]


def test_a_range_is_made_while_somebody_reads(short, store):
    write(store, 0)
    with store.read() as reader:
        assert reader.counters().seq == 2
        write(store, 1, 2)
        assert reader.counters().seq == 2


def test_an_old_range_moves_to_another_tablespace_and_is_read_as_before(short, store, dsn):
    write(store, 0, 1, 2, 3, 4)
    with store.read() as reader:
        before = list(reader.events_from(0))
    said = PAGE.partition("## Ranges")[2].partition("```sql\n")[2].partition("```")[0]
    run(dsn, *said.replace("/srv/archive", str(server().folder("archive"))).splitlines())
    moved = "SELECT relname FROM pg_class JOIN pg_tablespace t ON t.oid = reltablespace WHERE spcname = 'archive'"
    tables = {"event_r000000", "disclosure_r000000"}
    assert {name for (name,) in run(dsn, moved)[0] if "toast" not in name} == tables | {
        f"{name}_pkey" for name in tables
    }
    write(store, 5)
    with store.read() as reader:
        assert list(reader.events_from(0))[: len(before)] == before
        assert reader.find_event(event_name(head(0))) == before[0]
        assert len(reader.history(min(KEYS), 12)) == 6


def erased(seq):
    return Deletion(b"order" * 6 + b"!!", 1, bytes(32), seq, body=True, pointers=("/name",), attachments=())


def test_what_was_erased_is_found_by_no_query_and_scoured_once_no_older_snapshot_is_open(store, dsn):
    write(store, 0, 1)
    with store.read() as older:
        assert older.batch(0)[1].body == body(1)
        store.writer().erase([erased(1)], 5, lambda *_: False)
        assert not store.writer().scour(), "somebody still sees it"
        assert older.batch(0)[1].body == body(1)
    while not store.writer().scour():
        """The server's own housekeeping may have a snapshot for a moment."""
    with store.read() as reader:
        assert reader.batch(0)[1].body is None
        assert reader.disclosures(1) == {}
        assert [each.time for each in reader.erasures()] == [5]


def test_planner_finds_keys_by_their_index_however_new_the_table_is(store):
    """Nobody has counted the rows yet: a plan that reads all of them would make each block slower."""
    store.writer().commit(block(0), nullcontext())
    plan = "EXPLAIN UPDATE history_key k SET count = c.count FROM changed_key c WHERE k.key = c.key"
    lines = [line for (line,) in store.writer()._connection.execute(plan).fetchall()]
    assert any("Index Scan using pk_history_key" in line for line in lines), lines


@pytest.fixture
def both(monkeypatch, tmp_path):
    """Two stores: one writes rows one by one, the other copies them, however few they are."""
    made = [server().database(), server().database()]
    stores_ = [PostgresStore(each, tmp_path) for each in made]

    def commit(given):
        outcomes = []
        for few, each in zip((60, 0), stores_, strict=True):
            monkeypatch.setattr(rows, "FEW", few)
            try:
                outcomes.append(each.writer().commit(deepcopy(given), nullcontext()))
            except ConflictError as error:
                outcomes.append(error.code)
        assert outcomes[0] == outcomes[1]
        return outcomes[0]

    yield stores_, commit
    for dsn, each in zip(made, stores_, strict=True):
        each.close()
        server().drop(dsn)


def test_few_rows_and_many_are_written_alike(both):
    stores_, commit = both
    for number in range(4):
        commit(block(number))
    for spoil in TWICE.values():
        twice = block(4)
        spoil(twice)
        assert commit(twice) == "conflict"
    commit(block(4))
    one, other = (everything(each) for each in stores_)
    assert one == other
    assert one["counters"].size == 10
