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
from tests.ledger.cli.conftest import SECRET
from tests.ledger.cli.participants import open_street
from tests.ledger.client.serving import Service
from tests.world import tell_parcel

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
    founding, *others, _ = BLOCKS
    assert len(others) == 5
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
        assert "clearance.*" in said[4]
        assert ": revoked" in said[4]
    finally:
        service.close()
        ledger.close()


@pytest.mark.slow
def test_a_bank_is_granted_a_payment_as_the_page_says(shell):
    with open_street(shell.folder) as street:
        tell_parcel(street.world, until="payment")
        for use, name in (("statement", "payer.pem"), ("request", "desk.pem")):
            street.register("payer", use).rename(shell.folder / name)
        (shell.folder / "secret").write_text(SECRET)
        street.publish()
        event = street.world.events["payment"].name.hex()
        said = shell(
            BLOCKS[-1], SERVER=street.service.url, EVENT=event, BANK=street.uri("warehouse"), PAYER=street.uri("payer")
        )
        assert "valid" in said
        assert "body, /amount" in said
