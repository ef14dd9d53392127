"""The blocks of docs/pseudonyms.md, run in their order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT, blocks_of, missing_lines
from tests.ledger.trade.numbers import ID_NUMBER, INVOICE

TYPED = [each for each in blocks_of((ROOT / "docs" / "pseudonyms.md").read_text("utf-8")) if each.language == "bash"]


def test_commands_of_the_page_work_and_show_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "suyuan").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ledger.cli "$@"\n')
    (tmp_path / "suyuan").chmod(0o755)
    (tmp_path / "secret").write_text("a passphrase\n")
    (tmp_path / "buyers.txt").write_text(f"1 {ID_NUMBER}\n2 {ID_NUMBER}\n")
    (tmp_path / "invoices.txt").write_text(f"{INVOICE}\n")
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    script = "".join(f"printf '\\n@@@\\n'\n{block.text}" for block in TYPED)
    command = ["bash", "-euo", "pipefail", "-c", script]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for block, said in zip(TYPED, ran.stdout.split("\n@@@\n")[1:], strict=True):
        assert missing_lines(block.expected or "", said) == [], said
    assert ID_NUMBER not in ran.stdout + ran.stderr
    assert INVOICE not in ran.stdout + ran.stderr
