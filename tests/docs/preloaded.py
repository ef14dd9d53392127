"""`python -m tests.docs.preloaded SOCKET`: `suyuan` loaded once; each command of a page is a fork of it.

A page's shell calls a small client (`install`), which hands over arguments, folder, environment and its three streams.
So a page with thirty commands takes seconds; each still is a process of its own.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

_CLIENT = """#!{python} -IS
import json, os, socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect({path!r})
asked = {{"argv": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
socket.send_fds(door, [json.dumps(asked).encode()], [0, 1, 2])
sys.exit(int(door.recv(16) or b"99"))
"""


def install(command: Path, door: Path) -> None:
    """Write the client that asks at a socket."""
    command.write_text(_CLIENT.format(python=sys.executable, path=str(door)))
    command.chmod(0o755)


def main() -> None:
    """Answer until the socket is taken away."""
    from typer.main import get_command  # noqa: PLC0415 - this is what is loaded once

    from ledger.cli.commands import app  # noqa: PLC0415 - as above

    assert list(get_command(app).commands.values())  # else each command would load its own

    listening = socket.socket(socket.AF_UNIX)
    listening.bind(sys.argv[1])
    listening.listen()
    print("ready", flush=True)
    while True:
        door, _ = listening.accept()
        data, streams, _, _ = socket.recv_fds(door, 1 << 20, 3)
        asked = json.loads(data)
        child = os.fork()
        if child == 0:
            _run(app, asked, streams)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for each in streams:
            os.close(each)
        door.sendall(str(code).encode())
        door.close()


def _run(app, asked, streams) -> None:
    """Be the command, and end."""
    code = 98
    try:
        for number, each in enumerate(streams):
            os.dup2(each, number)
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        sys.argv = ["suyuan", *asked["argv"]]
        app()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
