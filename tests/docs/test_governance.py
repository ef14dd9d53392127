"""The page about governance: its commands found a ledger, change its charter, and admit an agency, in this order."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from ledger.opening import open_ledger
from tests.docs.pages import ROOT
from tests.docs.preloaded import install
from tests.ledger.client.serving import Service

PAGE = (ROOT / "docs" / "governance.md").read_text("utf-8")
BLOCKS = re.findall(r"<!-- tests/docs/test_governance\.py runs.*?-->\n```bash\n(.*?)```", PAGE, re.DOTALL)
PASSPHRASE = b"a passphrase of your own"  # as the page has it


@pytest.fixture
def shell(tmp_path):
    """Run a block of the page in one folder, where `suyuan` is this checkout's."""
    (tmp_path / "bin").mkdir()
    folder = tmp_path / "folder"
    folder.mkdir()
    install(tmp_path / "bin" / "suyuan", tmp_path / "door")
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    loaded = subprocess.Popen(
        [sys.executable, "-m", "tests.docs.preloaded", str(tmp_path / "door")],
        cwd=ROOT, env={**os.environ, "LANG": "C.UTF-8"}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert loaded.stdout.readline() == "ready\n"

    def run(block: str, **variables: str) -> str:
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "LANG": "C.UTF-8", **variables}
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    run.folder = folder
    yield run
    loaded.terminate()
    loaded.wait()
    loaded.stdout.close()


@pytest.mark.slow
def test_the_page_s_commands_work_in_this_order(shell):
    founding, *others = BLOCKS
    assert len(others) == 4
    assert "2 approvals of 2" in shell(founding)
    ledger = open_ledger(shell.folder / "zone", PASSPHRASE)
    service = Service(ledger)
    try:
        said = []
        for block in others:
            said.append(shell(block, SERVER=service.url))
            ledger.writer.call(ledger.writer.sequencer.publish).result()
        assert "charter version 1" in said[0]
        assert ledger.head.replay.registry.charters[-1].threshold == 3
        assert "urn:suyuan:agency:port: admitted" in said[3]
        assert ": valid" in said[3]
    finally:
        service.close()
        ledger.close()
