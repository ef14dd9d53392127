"""A link between two machines that can be cut: nothing passes, and nobody is told; once mended, what waited goes on."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from tests.ports import free_port

_MOST = 65_536  # bytes passed on at once


class Link:
    """Listens on loopback and passes on what comes, both ways.

    Attributes:
        port: where it listens.
    """

    def __init__(self, target: int) -> None:
        """Pass on to a port, which need not be listened at yet."""
        self.port = free_port()
        self._target = target
        self._whole = threading.Event()
        self._whole.set()
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Let nothing pass: connections stay open, new ones open and are silent."""
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    def close(self) -> None:
        """End; nothing of it is needed again."""
        self._listening.close()
        self.mend()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        self._whole.wait()
        try:
            far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        threading.Thread(target=self._pass_on, args=(far, near), daemon=True).start()
        self._pass_on(near, far)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_MOST):
                self._whole.wait()
                target.sendall(data)
        self._whole.wait()
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
