"""In Chromium as in Node; and what a browser cannot check it does not pass."""

import json

import pytest

from tests.vectors.proof_readers import edited_file, standpoint
from tests.vectors.recipe import ROOT
from tests.web.comparing import python_says

ITEM = json.loads((ROOT / "trace-proof/valid/item.json").read_text())
GIVEN = {"file", "edit", "policy", "at"}
WITHOUT = """name => {
  const own = crypto.subtle.importKey.bind(crypto.subtle);
  crypto.subtle.importKey = (format, data, algorithm, ...rest) => {
    if ((algorithm.name ?? algorithm) === name) throw new DOMException("not here", "NotSupportedError");
    return own(format, data, algorithm, ...rest);
  };
}"""


def vectors():
    found = [json.loads(path.read_text()) for path in sorted((ROOT / "trace-proof").glob("*/*.json"))]
    return [{name: value for name, value in vector.items() if name in GIVEN} for vector in found]


def test_every_vector_of_a_trace_gets_the_same_verdict_in_chromium(judged):
    for vector in vectors():
        assert judged(vector) == python_says(edited_file(vector), standpoint(vector)) | {"cannotCheck": ""}


@pytest.mark.parametrize(("theirs", "ours"), [("Ed25519", "EdDSA"), ("ML-DSA-44", "ML-DSA-44")])
def test_a_browser_without_an_algorithm_says_that_it_cannot_check(page, judged, theirs, ours):
    page.evaluate(WITHOUT, theirs)
    said = judged(ITEM)
    assert (said["outcome"], said["exit"], said["cannotCheck"]) == ("unsupported", 5, ours)
    assert said["steps"] == [None] * 9, "neither passed nor failed"
    assert said["story"] is None


def test_a_page_without_webcrypto_says_that_it_cannot_check(page, judged):
    page.evaluate("() => Object.defineProperty(globalThis.crypto, 'subtle', {value: undefined})")
    assert judged(ITEM)["cannotCheck"] == "EdDSA"


def test_time_on_a_slow_phone_is_measured(page, record_property):
    """A figure and no promise: machines that run tests are as they are."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    taken = page.evaluate("vector => verifier.measure(vector, 9)", ITEM)
    record_property("milliseconds of a trace of 18 events, Chromium with 6x CPU throttling", round(taken))
    print(f"{taken:.0f} ms")
