"""A PostgreSQL cluster of three nodes under Patroni, each a server that can be killed as a machine is lost."""

from __future__ import annotations

import json
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.drill.etcd import Etcd
from tests.drill.links import Link
from tests.drill.needed import PATRONI
from tests.drill.processes import asked, owned, start, until
from tests.ports import free_port
from tests.postgres import programs

NODES = 3
DCS = {
    "ttl": 20,
    "loop_wait": 5,
    "retry_timeout": 5,
    "synchronous_mode": True,
    "synchronous_mode_strict": True,
    "postgresql": {
        "use_pg_rewind": True,
        "parameters": {"max_connections": 100, "shared_buffers": "64MB", "wal_keep_size": "512MB"},
    },
}


class Node:
    """A machine of the database: Patroni, and the PostgreSQL server that it looks after."""

    def __init__(self, folder: Path, name: str, etcd: int) -> None:
        """Prepare a folder; `start` begins."""
        self.name = name
        self.port, self.api = free_port(), free_port()
        self._etcd, self._served, self._asked = (Link(each) for each in (etcd, self.port, self.api))
        self._home = owned(folder)
        self._settings = self._home / "patroni.yml"
        self._settings.write_text(json.dumps(self._configured()))  # JSON is YAML
        self._settings.chmod(0o644)
        self._process: subprocess.Popen[bytes] | None = None

    def _configured(self) -> dict[str, Any]:
        """Return Patroni's settings: others reach this node, and it reaches etcd, over links that can be cut."""
        return {
            "scope": "drill",
            "name": self.name,
            "restapi": {"listen": f"127.0.0.1:{self.api}", "connect_address": f"127.0.0.1:{self._asked.port}"},
            "etcd3": {"hosts": f"127.0.0.1:{self._etcd.port}", "use_proxies": True},
            "bootstrap": {"dcs": DCS, "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "data-checksums"]},
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}",
                "connect_address": f"127.0.0.1:{self._served.port}",
                "bin_dir": str(programs()),
                "data_dir": str(self._home / "data"),
                "pgpass": str(self._home / "pgpass"),
                "authentication": {"superuser": {"username": "postgres"}, "replication": {"username": "replicator"}},
                "parameters": {"unix_socket_directories": ""},
                "pg_hba": ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
            },
        }

    def start(self) -> None:
        self._process = start([PATRONI, str(self._settings)], self._home / "log", self._home)

    def cluster(self) -> list[dict[str, Any]]:
        """Return the members as this node knows them; none where it does not answer."""
        told = asked(f"http://127.0.0.1:{self.api}/cluster")
        return told["members"] if told else []

    def leads(self) -> bool:
        """Return whether its server takes writes."""
        return asked(f"http://127.0.0.1:{self.api}/primary") is not None

    def kill(self) -> None:
        """SIGKILL for everything on it, Patroni first, so that nobody mends what is lost."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        gone = self._server()
        for each in gone:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(gone)

    def freeze(self, *, patroni_alone: bool = False) -> None:
        """SIGSTOP for everything on it: it says nothing more, and loses no connection."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)
        for each in [] if patroni_alone else self._server():
            with suppress(psutil.NoSuchProcess):
                each.suspend()

    def thaw(self) -> None:
        """SIGCONT for everything on it: it goes on as if nothing had been, the server first."""
        assert self._process
        for each in self._server():
            with suppress(psutil.NoSuchProcess):
                each.resume()
        self._process.send_signal(signal.SIGCONT)

    def part(self) -> None:
        """Cut it off from etcd and from the other nodes; clients still reach it."""
        for each in self._links:
            each.cut()

    def mend(self) -> None:
        for each in self._links:
            each.mend()

    def end(self) -> None:
        """Kill it; nothing of it is needed again."""
        self.kill()
        for each in self._links:
            each.close()

    @property
    def _links(self) -> tuple[Link, ...]:
        return (self._etcd, self._served, self._asked)

    def _server(self) -> list[psutil.Process]:
        """Return the processes of its server, the first the one that the others are children of."""
        with suppress(FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
            server = psutil.Process(int((self._home / "data" / "postmaster.pid").read_text().split()[0]))
            if server.name() == "postgres":
                return [server, *server.children(recursive=True)]
        return []


class Cluster:
    """Three nodes and the etcd that they share."""

    def __init__(self, folder: Path) -> None:
        """Start all and wait until one leads and two follow, one of them synchronously."""
        self._etcd = Etcd(folder / "etcd")
        self.nodes: list[Node] = []
        try:
            for place in range(1, NODES + 1):
                self.nodes.append(Node(folder / f"node{place}", f"node{place}", self._etcd.port))
                self.nodes[-1].start()
            self.wait_whole()
            self._create()
        except BaseException:
            self.stop()
            raise

    def _create(self) -> None:
        """Make a database whose owner is no superuser."""
        with psycopg.connect(self._address("postgres", "postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE suyuan LOGIN")
            connection.execute("GRANT pg_read_all_stats TO suyuan")
            connection.execute("CREATE DATABASE ledger OWNER suyuan ENCODING 'UTF8' TEMPLATE template0")

    def alone(self, node: Node) -> str:
        """Return the address of the ledger's database on one node, whatever it is."""
        return f"postgresql://suyuan@127.0.0.1:{node.port}/ledger"

    def _address(self, user: str, name: str) -> str:
        hosts = ",".join(f"127.0.0.1:{each.port}" for each in self.nodes)
        return f"postgresql://{user}@{hosts}/{name}?target_session_attrs=read-write"

    @property
    def dsn(self) -> str:
        """Return the address of the ledger's database, wherever it is led."""
        return self._address("suyuan", "ledger")

    def wait_whole(self) -> None:
        """Return once every node runs on one timeline, and a synchronous one follows."""
        until(self._is_whole, "the cluster did not become whole", every=0.2)

    def _is_whole(self) -> bool:
        members = next(filter(None, (each.cluster() for each in self.nodes)), [])
        roles = sorted(each["role"] for each in members)
        states = {each["state"] for each in members}
        timelines = {each.get("timeline") for each in members}
        return (
            roles == ["leader", "replica", "sync_standby"]
            and states <= {"running", "streaming"}
            and (len(timelines) == 1)
        )

    def leader(self) -> Node:
        """Return the node that takes writes, once one does."""
        return until(lambda: next((each for each in self.nodes if each.leads()), None), "no node leads")

    def stop(self) -> None:
        """End everything; nothing of it is needed again."""
        for each in self.nodes:
            each.end()
        self._etcd.stop()
