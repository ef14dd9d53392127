"""The official samples are signed for show (their digests and signatures do not verify): none of them is authentic."""

import os
from pathlib import Path

import pytest

from ledger.readers.ceb.signature import Reason, State, Trust, check_signature
from tests.ledger.readers.ceb.signature.place import NOW

SAMPLES = Path(os.environ.get("SUYUAN_CORPUS") or "no corpus") / "ceb/202205/samples"

pytestmark = pytest.mark.outside("SUYUAN_CORPUS")


def test_no_official_sample_is_authentic_and_all_have_the_form_of_the_profile():
    trust = Trust(int(NOW.timestamp() * 1000))
    found = {path.name: check_signature(path.read_bytes(), trust, sender="") for path in SAMPLES.glob("*/*.xml")}
    signed = {name: each.reason for name, each in found.items() if each.state is not State.ABSENT}
    assert len(signed) == 19
    # SM2 by name, RSA by certificate; the one that says RSA-SHA1 has another message's digest.
    assert {name for name, reason in signed.items() if reason is not Reason.KEY} == {"CEB701Message.xml"}
    assert signed["CEB701Message.xml"] in {Reason.SIGNATURE, Reason.DIGEST}
