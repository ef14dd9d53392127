"""A database server that was brought back to a point in time: read, not written, until what was promised is back.

Base backup, archived log and recovery are those that docs/postgresql.md tells of, on servers of the test's own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.errors import SetupError
from ledger.export.export import export_ledger
from ledger.opening import create_ledger, open_ledger
from ledger.restore.restoring import restore_ledger
from ledger.restore.sources import FolderSource
from ledger.signing.ledger_keys import load_ledger_keys
from ledger.store.postgres.lease import Lease
from tests.ledger.export.operated import PASSPHRASE as SECRET
from tests.ledger.export.operated import SUYUAN, environment, run, served
from tests.ledger.restore.conftest import PASSPHRASE
from tests.ledger.restore.rows import rows_on_server
from tests.ledger.restore.test_restore_served import ask
from tests.postgres import Server
from tests.world import ITEM, ORIGIN, found_zone, tell_parcel
from verifier.errors import SuyuanError
from verifier.proof.traceproof import parse_trace_proof

PAGE = (Path(__file__).parents[3] / "docs/postgresql.md").read_text("utf-8")
ONCE = Patience(attempts=1)


def said(heading, **places):
    """Return the settings that the page has below a heading, with other places."""
    settings = PAGE.partition(heading)[2].partition("```ini\n")[2].partition("```")[0]
    assert settings, heading
    for name, place in places.items():
        settings = settings.replace(name, str(place))
    return settings


class Archived:
    """A server that archives its log, and what became of a ledger on it."""

    def __init__(self, base):
        self.base, self.wal = base, Path(tempfile.mkdtemp(prefix="pg-wal-"))
        self.wal.chmod(0o777)  # the server is another user where we are root
        self.server = Server(said("**Archive**", **{"/srv/wal": self.wal}))
        self.dsn = self.server.database(empty=True)
        self.root = base / "zone"

    def recover(self, *settings):
        """Return another server, brought to where the settings say from the base backup and the archived log."""
        recovered = Server("archive_mode = off", *settings, base=self.server.root / "base")
        with psycopg.connect(recovered.dsn(), autocommit=True) as connection:
            while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
                time.sleep(0.05)
        return recovered

    def dsn_on(self, server):
        return self.dsn.replace(str(self.server.root), str(server.root))


def _tell(archived):
    """Let a ledger live on: a base backup, a first part, the moment, and the rest."""
    create_ledger(archived.root, ORIGIN, PASSPHRASE, database=archived.dsn)
    ledger = open_ledger(archived.root, PASSPHRASE, allow_async=True)
    world = found_zone(archived.root, load_ledger_keys(archived.root / "keys", ORIGIN, PASSPHRASE), ledger)
    archived.server.run("pg_basebackup", "-d", archived.server.dsn(), "-D", str(archived.server.root / "base"))
    world.cosign()
    receipts = archived.base / "receipts"
    receipts.mkdir()
    send, older = world.zone.send, ledger.head.edge.size

    def keep(data):
        (receipts / f"{len(list(receipts.iterdir()))}.submission").write_bytes(data)
        send(data)

    with psycopg.connect(archived.dsn) as connection:
        (moment,) = connection.execute("SELECT clock_timestamp()::text").fetchone()
    world.zone.send = keep
    tell_parcel(world)
    ledger.writer.call(ledger.writer.sequencer.seal).result()
    world.cosign()
    with ledger.store.read() as reader:
        export_ledger(reader, archived.base / "export")
    size, root, trace = ledger.head.edge.size, ledger.head.root, ledger.prover.trace(ITEM).data
    ledger.close()
    seller = world.cast["seller"].uri
    return SimpleNamespace(seller=seller, older=older, size=size, root=root, trace=trace, moment=moment)


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    made = Archived(tmp_path_factory.mktemp("archived"))
    yield made
    made.server.stop()
    shutil.rmtree(made.wal)


@pytest.fixture(scope="module")
def lost(archived):
    """What the ledger was before its server went away with everything that was not archived."""
    life = _tell(archived)
    life.rows = rows_on_server(archived.dsn)
    with psycopg.connect(archived.dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_switch_wal()")
        waiting = "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"
        while connection.execute(waiting).fetchone() != (0,):
            time.sleep(0.05)
    archived.server.kill()
    return life


@pytest.fixture(scope="module")
def older(archived, lost):
    """The server as it was at the moment."""
    settings = said("**Go back**", **{"/srv/wal": archived.wal, "2026-11-23 21:00:00+00": lost.moment})
    recovered = archived.recover(settings)
    yield recovered
    recovered.stop()


@pytest.fixture
def zone(archived, older, tmp_path):
    """The ledger's folder, its database one of that moment; the guard is where it was."""
    for name in ("export", "receipts", "zone"):
        shutil.copytree(archived.base / name, tmp_path / name)
    shutil.copyfile(archived.base / "zone.guard", tmp_path / "zone.guard")
    dsn = older.copy(archived.dsn_on(older))
    (tmp_path / "zone" / "database").write_text(dsn)
    yield SimpleNamespace(root=tmp_path / "zone", dsn=dsn, base=tmp_path, guard=tmp_path / "zone.guard")
    older.drop(dsn)


def restore(zone, **how):
    return restore_ledger(
        zone.root,
        PASSPHRASE,
        FolderSource(zone.base / "export"),
        guard=str(zone.guard),
        submissions=[zone.base / "receipts"],
        **how,
    )


def require_restored(rows, lost):
    for table in lost.rows.keys() - {"meta", "checkpoint", "cosignature", "nonce"}:
        assert rows[table] == lost.rows[table], table
    receipts = [[(each[0], *each[2:4]) for each in found["checkpoint"]] for found in (rows, lost.rows)]
    assert receipts[0] == receipts[1]


def test_everything_since_the_point_in_time_comes_back_byte_for_byte(zone, lost):
    came = restore(zone)
    assert (came.before, came.size, came.root, came.without) == (lost.older, lost.size, lost.root, 0)
    assert came.blocks > 5
    require_restored(rows_on_server(zone.dsn), lost)
    assert restore(zone).blocks == 0
    with closing(open_ledger(zone.root, PASSPHRASE, guard=zone.guard, allow_async=True)) as ledger:
        assert ledger.prover.trace(ITEM).data == lost.trace
        ledger.writer.call(ledger.writer.sequencer.seal).result()
        assert ledger.head.edge.size == lost.size + 1


def test_one_wrong_byte_near_the_end_leaves_the_server_as_it_was(zone, lost):
    before = rows_on_server(zone.dsn)
    last = max((zone.base / "export" / "batches").iterdir(), key=lambda each: int(each.name))
    data = last.read_bytes()
    last.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    for kept in (zone.base / "receipts").iterdir():
        kept.unlink()
    with pytest.raises(SuyuanError):
        restore(zone, incomplete=True)
    assert rows_on_server(zone.dsn) == before
    last.write_bytes(data)
    assert restore(zone, incomplete=True).root == lost.root


def test_ledger_that_somebody_leads_is_not_restored(zone):
    lease = Lease(zone.dsn, holder="machine one", url="http://127.0.0.1:1", seconds=3600)
    with closing(lease):
        assert lease.acquire()
        with pytest.raises(SetupError, match="machine one"):
            restore(zone)


def arguments(zone):
    where = ("--from", zone.base / "export", "--submissions", zone.base / "receipts", "--guard", zone.guard)
    return (zone.root, *where, "--passphrase-file", zone.base / "passphrase")


@contextmanager
def serving(zone):
    with served(zone.root, zone.base, "--guard", zone.guard, allow_async="1") as url:
        yield LedgerClient(url, timeout=60, patience=ONCE)


def test_older_moment_serves_reads_refuses_statements_and_writes_again_once_restored(zone, lost):
    submission = (zone.base / "receipts" / "3.submission").read_bytes()
    with serving(zone) as client:
        status, body = ask(client.url, "POST", "/entries", submission)
        assert status == 503
        assert b"urn:suyuan:problem:behind" in body
        assert parse_trace_proof(client.trace(lost.seller)).subject == lost.seller
    done = run(*SUYUAN, "restore", *arguments(zone), "--json", home=zone.base)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["size"] == lost.size
    with serving(zone) as client:
        assert client.submit(submission).leaf < lost.size, "recorded already, and promised again"


@pytest.mark.parametrize("point", ["before-commit:1", "after-commit:9"])
def test_restore_that_is_killed_leaves_what_was_there_and_holds_nobody_up(zone, lost, point):
    before = rows_on_server(zone.dsn)
    (zone.base / "passphrase").write_text(SECRET)
    (zone.base / "passphrase").chmod(0o600)
    killed = subprocess.run(
        [sys.executable, *SUYUAN, "restore", *map(str, arguments(zone))],
        check=False,
        timeout=120,
        env=environment(zone.base) | {"SUYUAN_FAILPOINT": point},
    )
    assert killed.returncode == 137
    assert rows_on_server(zone.dsn) == before
    with closing(Lease(zone.dsn, holder="another", url="")) as other:
        while not other.acquire():
            """The server is about to find that the session is gone."""
        other.release()
    assert restore(zone).root == lost.root


class Watched(FolderSource):
    """A source that does something each time that it is asked for a batch."""

    def __init__(self, root, act):
        super().__init__(root)
        self._act = act

    def batch(self, leaf):
        self._act()
        return super().batch(leaf)


def test_no_process_that_stands_by_leads_while_a_ledger_is_restored(zone, lost):
    taken = []
    with closing(Lease(zone.dsn, holder="standing by", url="http://127.0.0.1:1")) as lease:
        source = Watched(zone.base / "export", lambda: taken.append(lease.acquire()))
        came = restore_ledger(zone.root, PASSPHRASE, source, guard=str(zone.guard), incomplete=True)
        assert came.root == lost.root
        assert lease.acquire(), "at once"
    assert len(taken) > 5
    assert not any(taken)


def test_recovery_to_the_end_of_the_log_has_everything(archived, lost):
    whole = archived.recover(said("**To the end**", **{"/srv/wal": archived.wal}))
    try:
        assert rows_on_server(archived.dsn_on(whole)) == lost.rows
    finally:
        whole.stop()
