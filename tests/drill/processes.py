"""Servers as processes of a drill: started as a user who is not root, known to answer, killed without warning."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.postgres import other_user

PATIENCE = 300.0  # seconds for what must come to be


def owned(folder: Path) -> Path:
    """Return a folder, made and given to the user whom servers run as."""
    folder.mkdir(mode=0o700)
    if user := other_user():
        os.chown(folder, *user)
    return folder


def start(command: Sequence[str], log: Path, home: Path) -> subprocess.Popen[bytes]:
    """Start a server; what it says goes to `log`."""
    user = other_user()
    as_user: dict[str, Any] = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
    with log.open("ab") as file:
        return subprocess.Popen(command, stdout=file, stderr=file, cwd=home, env=environment, **as_user)


def asked(url: str) -> Any:
    """Return what a server's JSON says, whatever its status; None where it does not answer."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return None
    except (OSError, ValueError):
        return None


def until(condition: Callable[[], Any], what: str, *, every: float = 0.05) -> Any:
    """Return what a condition gives, once that is something."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, what
        time.sleep(every)
    return found
