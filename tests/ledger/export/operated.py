"""The log of the audit's tests as an operator's folder, and the programs over it as processes."""

from __future__ import annotations

import http.client
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

from ledger.opening import LedgerFolder
from ledger.signing.ledger_keys import save_ledger_keys
from tests.ports import free_port
from tests.verifier.proof.audit.rich import Rich

PASSPHRASE = "invented for tests"
SUYUAN, VERIFY = ("-m", "api.cli"), ("-m", "verifier", "--lang", "en")


def operate(rich: Rich, root: Path) -> Path:
    """Return a ledger's folder as `suyuan init` and its life since would have left it."""
    parts = LedgerFolder(root)
    root.mkdir(parents=True)
    shutil.copy(rich.folder / "ledger.db", parts.database)
    shutil.copytree(rich.folder / "tiles", parts.tiles)
    shutil.copy(rich.folder / "guard", parts.usual_guard)
    save_ledger_keys(parts.keys, rich.keys, PASSPHRASE.encode())
    with closing(sqlite3.connect(parts.database, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'guard'", (str(parts.usual_guard),))
    return root


def run(*command: object, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; what it remembers lies below `home`."""
    return subprocess.run(
        [sys.executable, "-W", "error", *map(str, command)],
        capture_output=True, text=True, check=False, timeout=120, env=environment(home),
    )  # fmt: skip


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUYUAN_")}
    return kept | {"XDG_STATE_HOME": str(home), "LANG": "C.UTF-8"}


@contextmanager
def served(root: Path, home: Path, *options: object, **settings: str):
    """Serve a ledger with its reserved reads open, and what else is set; yield the address."""
    port = free_port()
    secret = root.with_name("passphrase")
    secret.write_text(PASSPHRASE)
    secret.chmod(0o600)
    command = [*SUYUAN, "serve", root, "--port", port, "--open-reads", "--passphrase-file", secret, *options]
    with subprocess.Popen(
        [sys.executable, *map(str, command)],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home) | {f"SUYUAN_{name.upper()}": value for name, value in settings.items()},
    ) as process:
        try:
            _wait(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.communicate(timeout=120)


def _wait(process: subprocess.Popen[str], port: int) -> None:
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    process.kill()
    raise AssertionError(process.communicate()[1])
