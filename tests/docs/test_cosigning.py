"""The block of docs/cosigning.md, run before a real service."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT, blocks_of, missing_lines
from tests.ledger.endorsing.office import open_office
from tests.world import parcel_story

SECRET = "a passphrase of the test"


def test_commands_of_the_page_work_in_its_order_and_show_what_it_says(tmp_path: Path) -> None:
    blocks = blocks_of((ROOT / "docs" / "cosigning.md").read_text("utf-8"))
    (block,) = (each for each in blocks if each.language == "bash")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "suyuan").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ledger.cli "$@"\n')
    (bin_ / "suyuan").chmod(0o755)
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "secret").chmod(0o600)
    with open_office(tmp_path, SECRET.encode()) as office:
        for _, who, draft in parcel_story(office.world)[:2]:
            office.world.say(who, draft)
        environment = {**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        environment |= {"URL": office.url, "AGENCY": office.agency, "LANG": "C.UTF-8"}
        command = ["bash", "-euo", "pipefail", "-c", block.text]
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert missing_lines(block.expected or "", ran.stdout) == [], ran.stdout
