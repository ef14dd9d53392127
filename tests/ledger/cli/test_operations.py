import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import api.cli  # noqa: F401 - adds the commands that need a server
from ledger.signing.keyfile import save_key
from ledger.witness.keys import load_cosigner_keys
from tests.ledger.client.serving import Service
from tests.ledger.client.world import World

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
BLOCKS = re.findall(r"<!-- tests/ledger/cli/test_operations\.py runs.*?-->\n```bash\n(.*?)```", PAGE, re.DOTALL)
PASSPHRASE = b"a passphrase of your own"  # as the page has it


@pytest.fixture
def shell(tmp_path):
    """Run a block of the page in an empty folder, where `suyuan` is this checkout's."""
    command = tmp_path / "bin" / "suyuan"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ledger.cli "$@"\n')
    command.chmod(0o755)
    folder = tmp_path / "folder"
    folder.mkdir()

    def run(block: str, **variables: str) -> str:
        path = f"{command.parent}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **variables}
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    run.folder = folder
    return run


def test_the_page_s_commands_work_in_this_order(shell, tmp_path):
    first, second = BLOCKS
    shell(first)
    keys = load_cosigner_keys(shell.folder / "w1" / "keys", "customs.example/w1", PASSPHRASE)
    world = World(tmp_path / "served", keys.note_keys, quorum=1)
    world.found()
    service = Service(world.ledger)
    try:
        save_key(shell.folder / "customs.pem", world.customs.signer, PASSPHRASE)
        (shell.folder / "customs.pem.sequence").write_text(
            f"suyuan sequence v1\n{world.customs.signer.public.kid.hex()} 1000\n"
        )
        (shell.folder / "zone.policy").write_bytes(world.policy_file)
        draft = world.role_draft()
        event = {"type": draft.type, "subjects": dict(draft.subjects), "data": dict(draft.data)}
        (shell.folder / "events.json").write_text(json.dumps(event))
        out = shell(second, SERVER=service.url, ISSUER=world.customs.uri)
    finally:
        service.close()
        world.ledger.close()
    assert "cosigned" in out
    assert json.loads(out.splitlines()[-1])["checked"] is True


def test_every_command_of_the_page_is_one(run):
    named = set(re.findall(r"\bsuyuan ((?:key|witness) \w+|\w+)", PAGE))
    assert named
    for command in named:
        assert run(*command.split(), "--help").code == 0, command
