"""The blocks of docs/keys.md, run in their order, and what the page says of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.signing.command import MAX_LINE, PATIENCE, CommandSigner
from ledger.signing.possession import MAX_CHALLENGE
from ledger.signing.signer import MAX_MESSAGE
from ledger.signing.token_uri import parse_token_uri
from tests.docs.pages import ROOT, Block, blocks_of, missing_lines
from verifier.primitives.keys import EDDSA

PAGE = (ROOT / "docs" / "keys.md").read_text("utf-8")
BLOCKS = blocks_of(PAGE)
TYPED = [block for block in BLOCKS if block.language == "bash"]
LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.mark.skipif(not LIBRARY.exists(), reason="needs the Debian package softhsm2")
def test_commands_of_the_page_work_in_its_order_and_show_what_it_says(tmp_path: Path) -> None:
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "suyuan").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ledger.cli "$@"\n')
    (bin_ / "suyuan").chmod(0o755)
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in (("secret", "a passphrase"), ("newer", "another one"), ("pin", "271828")):
        (folder / name).write_text(f"{content}\n")
    environment = {name: value for name, value in os.environ.items() if name != "SOFTHSM2_CONF"}
    environment |= {"PATH": f"{bin_}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    script = "".join(f"printf '\\n@@@\\n'\n{block.text}" for block in TYPED)
    command = ["bash", "-euo", "pipefail", "-c", script]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    said = ran.stdout.split("\n@@@\n")[1:]
    for block, each in zip(TYPED, said, strict=True):
        assert missing_lines(block.expected or "", each) == [], each
    assert json.loads((folder / "statement.proof").read_text())["challenge"] in PAGE


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the Debian package openssl")
def test_program_of_the_page_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program: Block
    (program,) = (block for block in BLOCKS if block.language == "python")
    path = tmp_path / "signer"
    path.write_text(program.text.replace("/usr/bin/env python3", sys.executable))
    path.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    (command,) = (line.partition("# ")[2] for line in program.text.splitlines() if "genpkey" in line)
    subprocess.run(command.split(), check=True, capture_output=True)
    signer = CommandSigner(path)
    try:
        assert signer.public.alg == EDDSA
        for message in (b"message", bytes(MAX_MESSAGE)):
            signer.public.verify(signer.sign(message), message)
    finally:
        signer.close()


def test_numbers_and_references_of_the_page_are_those_of_the_code() -> None:
    for number in (
        f"{MAX_LINE:,} bytes",
        f"{MAX_MESSAGE:,} bytes",
        f"{PATIENCE:g}\nseconds",
        f"{MAX_CHALLENGE} printable",
    ):
        assert number in PAGE, number
    shown = [line.strip() for line in PAGE.splitlines() if line.startswith("    pkcs11:")]
    assert [parse_token_uri(each).label for each in shown] == ["statement"]
