"""The commands of docs/gateway.md, run before a real service."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

from ledger.signing.keyfile import save_key
from ledger.signing.signer import generate
from tests.docs.pages import ROOT, blocks_of, missing_lines
from tests.ledger.gateway.zone import messages_of
from tests.ports import free_port
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.primitives.keys import EDDSA

SECRET = "an invented passphrase"


def firms_folder(folder, firms):
    """Put a participant's keys, trust policy and order where the page's commands look for them."""
    (folder / "suyuan").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m api.cli "$@"\n')
    (folder / "suyuan").chmod(0o755)
    (folder / "secret").write_text(f"{SECRET}\n")
    (folder / "secret").chmod(0o600)
    save_key(folder / "firm.pem", firms.cast["platform"].signer, SECRET.encode())
    save_key(folder / "ask.pem", generate(EDDSA), SECRET.encode())
    (folder / "zone.policy").write_bytes(format_trust_policy(firms.standpoint().policy))
    (folder / "order.xml").write_bytes(messages_of([70_001], ["CEB311"])[0][1])
    (folder / "outbox").mkdir()
    for place, (_, message) in enumerate(messages_of([70_001, 70_002], ["CEB311"])):
        (folder / "outbox" / f"{place}.xml").write_bytes(message)


def environment_of(folder, firms, url):
    """Return the variables that the page's commands have."""
    port = free_port()
    found = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "PORT": str(port)}
    return found | {"URL": url, "FIRM": firms.cast["platform"].uri, "SELLER": firms.cast["seller"].uri}


def test_the_commands_of_the_page_start_a_gateway_hand_a_message_over_and_import_others(firms, service, tmp_path):
    start, hand_over, import_ = (
        each for each in blocks_of((ROOT / "docs" / "gateway.md").read_text("utf-8")) if each.language == "bash"
    )
    firms_folder(tmp_path, firms)
    environment = environment_of(tmp_path, firms, service.url)
    running = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", f"exec {start.text}"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said = running.stderr.readline()
        assert missing_lines(start.expected or "", said) == [], said
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"until {hand_over.text.strip()} 2>/dev/null; do sleep 0.05; done"],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
        (item,) = json.loads(ran.stdout)["items"]
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=30)
    assert item["item"]
    assert running.returncode == 0
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", import_.text],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert missing_lines(import_.expected or "", ran.stdout) == [], ran.stdout


def test_no_option_of_the_gateway_names_a_setting_that_it_does_not_read() -> None:
    """SUYUAN_HOST and SUYUAN_PORT are the server's."""
    command = [sys.executable, "-m", "api.cli", "gateway", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "8650" in told
    assert "SUYUAN_" not in told
