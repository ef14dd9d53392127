"""The block of docs/page.md, run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT, blocks_of


def test_the_command_of_the_page_writes_the_single_file(tmp_path: Path) -> None:
    (tmp_path / "suyuan").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m api.cli "$@"\n')
    (tmp_path / "suyuan").chmod(0o755)
    (tmp_path / "trust.policy").write_text(f"suyuan trust policy v1\ncharter {'5a' * 32}\n")
    (typed,) = [each for each in blocks_of((ROOT / "docs" / "page.md").read_text("utf-8")) if each.language == "bash"]
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    command = ["bash", "-euo", "pipefail", "-c", typed.text]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "suyuan-verify.html").read_text("utf-8").startswith("<!doctype html>")
