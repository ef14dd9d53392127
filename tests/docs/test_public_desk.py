"""The commands of docs/public-desk.md, before a real service: a desk starts, takes a complaint, its receipt holds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from ledger.signing.keyfile import save_key
from tests.docs.pages import ROOT, blocks_of, missing_lines
from tests.ledger.publicdesk.counter import close_counter, open_counter
from tests.ports import free_port
from tests.world import PRODUCT
from verifier.ledgerformat.trust_policy import format_trust_policy

START, CHECK = (
    each for each in blocks_of((ROOT / "docs" / "public-desk.md").read_text("utf-8")) if each.language == "bash"
)
SECRET = "an invented passphrase"


def fill(folder, counter):
    """Put programs, the desk's key and a trust policy where the page's commands look for them."""
    for name, module in (("suyuan", "api.cli"), ("suyuan-verify", "verifier")):
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (folder / name).chmod(0o755)
    (folder / "secret").write_text(f"{SECRET}\n")
    (folder / "secret").chmod(0o600)
    save_key(folder / "desk.pem", counter.official.signer, SECRET.encode())
    (folder / "zone.policy").write_bytes(format_trust_policy(counter.world.standpoint().policy))


def post(url, **members):
    """Return the answer to a request, asked again until somebody listens."""
    request = urllib.request.Request(url, json.dumps(members).encode(), {"Content-Type": "application/json"})
    for _ in range(2400):
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.read()
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            time.sleep(0.05)
    raise AssertionError(f"nobody listens at {url}")


def test_the_commands_of_the_page_start_a_desk_whose_receipts_verify(tmp_path):
    counter = open_counter(tmp_path / "zone")
    fill(tmp_path, counter)
    port = str(free_port())
    found = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "PORT": port, "LANG": "C.UTF-8"}
    environment = {**os.environ, **found, "URL": counter.service.url}
    bash = ["bash", "-euo", "pipefail", "-c"]
    running = subprocess.Popen(
        [*bash, f"exec {START.text}"], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        said = running.stderr.readline()
        assert missing_lines(START.expected or "", said) == [], said + running.stderr.read()
        desk = f"http://127.0.0.1:{port}/desk"
        told = json.loads(post(f"{desk}/complaints", goods=PRODUCT, category="quality", text="an invented complaint"))
        receipt = post(f"{desk}/receipts", event=told["event"], secret=told["secret"])
        (tmp_path / "receipt.promise").write_bytes(receipt)
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=30)
        close_counter(counter)
    assert running.returncode == 0
    ran = subprocess.run(
        [*bash, CHECK.text], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert missing_lines(CHECK.expected or "", ran.stdout) == [], ran.stdout
    assert "an invented complaint" in ran.stdout
