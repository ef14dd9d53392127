"""Verifying the same trace in Chromium, with the page's processor throttled six times."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks.browser import ROOT, is_there
from benchmarks.trace import traced
from verifier.ledgerformat.trust_policy import format_trust_policy


@pytest.mark.skipif(not is_there(), reason="needs the Debian package chromium")
def test_browser_verify(benchmark, scale, yardstick, figures, tmp_path):
    with traced(tmp_path / "zone", size=scale.leaves, keys=scale.keys) as made:
        (tmp_path / "trace").write_bytes(made.data)
        (tmp_path / "policy").write_bytes(format_trust_policy(made.standpoint.policy))
        now = made.standpoint.now
    given = [tmp_path / "trace", tmp_path / "policy", now, scale.rounds, scale.rounds]
    # In a process of its own: Playwright allows one of its kind a thread.
    command = [sys.executable, "-m", "benchmarks.browser", *map(str, given)]
    taken = json.loads(benchmark.pedantic(subprocess.check_output, args=(command,), kwargs={"cwd": ROOT}))
    figures.append(yardstick.seconds("browser_verify", taken["later"]))
    figures.append(yardstick.seconds("browser_verify_first", taken["first"]))
    assert taken["later"] > 0
    assert taken["first"] > 0
