"""etcd, one node on loopback: where Patroni keeps who leads the database."""

from __future__ import annotations

from pathlib import Path

from tests.drill.processes import asked, owned, start, until
from tests.ports import free_port


class Etcd:
    """A server in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Start it and wait until it answers."""
        self.port = free_port()
        home = owned(folder)
        here, peers = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{free_port()}"
        given = {
            "data-dir": str(home / "data"),
            "listen-client-urls": here,
            "advertise-client-urls": here,
            "listen-peer-urls": peers,
            "initial-advertise-peer-urls": peers,
            "initial-cluster": f"default={peers}",
        }
        self._process = start(["etcd", *(f"--{name}={value}" for name, value in given.items())], home / "log", home)
        try:
            until(lambda: asked(f"{here}/health"), "etcd does not answer")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
