"""A folder names its engine; the address of a server's database holds no password, and no message repeats one."""

from __future__ import annotations

import pytest

from ledger.errors import SetupError
from ledger.ledger import Ledger
from ledger.opening import create_ledger, migrate_ledger, open_ledger
from ledger.signing.ledger_keys import load_ledger_keys
from ledger.store.opening import named_database, open_store
from ledger.store.postgres.store import PostgresStore
from ledger.store.sqlite.store import SqliteStore
from tests.postgres import server
from tests.world import ITEM, found_zone, tell_parcel

ORIGIN, PASSPHRASE = "server.test/ledger", b"a passphrase"


@pytest.fixture
def dsn():
    made = server().database(empty=True)
    yield made
    server().drop(made)


@pytest.fixture
def root(dsn, tmp_path):
    create_ledger(tmp_path / "zone", ORIGIN, PASSPHRASE, database=dsn)
    return tmp_path / "zone"


def opened(root, **how) -> Ledger:
    return open_ledger(root, PASSPHRASE, allow_async=True, **how)


def test_a_ledger_on_a_server_is_made_founded_and_opened_again(root, dsn):
    assert named_database(root) == dsn
    assert not (root / "ledger.db").exists()
    ledger = opened(root)
    world = found_zone(root, load_ledger_keys(root / "keys", ORIGIN, PASSPHRASE), ledger)
    tell_parcel(world)
    traced, size = world.trace(ITEM), ledger.head.edge.size
    ledger.close()
    again = opened(root)
    assert again.head.edge.size == size > 0
    assert again.prover.trace(ITEM).data == traced
    again.close()


def test_a_ledger_without_a_synchronous_replica_is_refused_unless_it_is_allowed(root):
    with pytest.raises(SetupError, match="synchronous_standby_names"):
        open_ledger(root, PASSPHRASE)
    opened(root).close()


def test_a_database_that_has_a_ledger_is_not_begun_once_more(root, dsn, tmp_path):
    with pytest.raises(SetupError, match="has a ledger already"):
        create_ledger(tmp_path / "other", ORIGIN, PASSPHRASE, database=dsn)
    assert not (tmp_path / "other").exists()


def test_an_address_with_a_password_is_refused_and_not_repeated(tmp_path):
    for address in ("postgresql://a:hush@h/n", "postgresql://a@h/n?password=hush", "mysql://a:hush@h/n"):
        with pytest.raises(SetupError) as refused:
            create_ledger(tmp_path / "zone", ORIGIN, PASSPHRASE, database=address)
        assert "hush" not in str(refused.value) + refused.value.todo
    assert not (tmp_path / "zone").exists()


def test_a_server_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(SetupError, match="expected a PostgreSQL server"):
        create_ledger(tmp_path / "zone", ORIGIN, PASSPHRASE, database=f"postgresql://a@/n?host={tmp_path}")


def test_each_folder_is_opened_with_its_own_engine(root, tmp_path):
    create_ledger(tmp_path / "embedded", ORIGIN, PASSPHRASE)
    for folder, engine in ((root, PostgresStore), (tmp_path / "embedded", SqliteStore)):
        store = open_store(folder, writable=False)
        assert isinstance(store, engine)
        store.close()
        migrate_ledger(folder)
