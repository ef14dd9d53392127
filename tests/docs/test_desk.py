"""The block of docs/desk.md, run before a real service."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT, blocks_of, missing_lines
from tests.ledger.endorsing.office import open_office

SECRET = "a passphrase of the test"


def test_the_command_of_the_page_prints_an_address_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    blocks = blocks_of((ROOT / "docs" / "desk.md").read_text("utf-8"))
    (block,) = (each for each in blocks if each.language == "bash")
    (tmp_path / "suyuan").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m api.cli "$@"\n')
    (tmp_path / "suyuan").chmod(0o755)
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "secret").chmod(0o600)
    with open_office(tmp_path, SECRET.encode()) as office:
        environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        environment |= {"URL": office.url, "AGENCY": office.agency, "LANG": "C.UTF-8"}
        running = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", f"exec {block.text}"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = "".join(running.stdout.readline() for _ in range(2))
        running.send_signal(signal.SIGTERM)
        _, errors = running.communicate(timeout=30)
    assert not errors
    assert missing_lines(block.expected or "", said) == [], said
