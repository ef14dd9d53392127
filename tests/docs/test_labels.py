"""The blocks of docs/labels.md, run in their order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT, blocks_of, missing_lines
from tests.world import ITEM, found_world, tell_parcel
from verifier.ledgerformat.trust_policy import format_trust_policy

TYPED = [each for each in blocks_of((ROOT / "docs" / "labels.md").read_text("utf-8")) if each.language == "bash"]


def test_commands_of_the_page_work_and_show_what_it_says(tmp_path: Path) -> None:
    for name, module in (("suyuan", "api.cli"), ("suyuan-verify", "verifier")):
        (tmp_path / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (tmp_path / name).chmod(0o755)
    world = found_world(tmp_path / "world")
    try:
        tell_parcel(world)
        (tmp_path / "item.trace").write_bytes(world.trace(ITEM, walk="parties"))
        (tmp_path / "zone.policy").write_bytes(format_trust_policy(world.standpoint().policy))
        (tmp_path / "release.event").write_bytes(world.ledger.prover.event(world.events["release"].name))
    finally:
        world.ledger.close()
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    script = "".join(f"printf '\\n@@@\\n'\n{block.text}" for block in TYPED)
    command = ["bash", "-euo", "pipefail", "-c", script]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for block, said in zip(TYPED, ran.stdout.split("\n@@@\n")[1:], strict=True):
        assert missing_lines(block.expected or "", said) == [], said
