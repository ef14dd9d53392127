"""The trade beside the demonstration's parcel: it runs to its end, and what was sown is found by its code."""

import re
import subprocess

import pytest

from fixtures.demo.trade import RATE, SEED
from fixtures.trade import draw_shipments
from tests.demo.running import demo_command
from tests.ports import free_port

PARCELS = 60


@pytest.mark.soak
def test_parcels_are_told_beside_the_demonstration_and_their_faults_by_code(tmp_path):
    command = demo_command(tmp_path / "zone", free_port(), "--parcels", str(PARCELS))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sown = {each.fault.code for each in draw_shipments(SEED, PARCELS, rate=RATE) if each.fault}
    found = dict(re.findall(r"^  ([a-z.-]+): ([0-9]+)(?:  .*)?$", done.stdout, re.MULTILINE))
    assert sown <= found.keys()
    assert re.search(r"messages, [0-9]+ events recorded, [0-9]+ messages/s", done.stderr)
