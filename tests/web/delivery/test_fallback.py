"""Browsers without Ed25519 or ML-DSA check by code of the release, or say that they cannot."""

import json
import random
import subprocess
from pathlib import Path

import pytest

from api.page_releases import PageReleases
from api.web.fallback.build import build, npm
from api.web.release.sources import BUILT, FALLBACKS
from ledger.signing.signer import generate
from tests.api.conftest import GOOD
from tests.vectors.recipe import ROOT
from tests.web.node import NODE
from verifier.primitives.keys import EDDSA, ML_DSA_44, format_key

WITHOUT = """names => {
  const own = crypto.subtle.importKey.bind(crypto.subtle);
  crypto.subtle.importKey = (format, data, algorithm, ...rest) =>
    names.includes(algorithm.name ?? algorithm)
      ? Promise.reject(new DOMException("not here", "NotSupportedError"))
      : own(format, data, algorithm, ...rest);
}"""
NAMES = ["Ed25519", "ML-DSA-44"]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the folder of what `make web` builds; built here, where it did not run before."""
    if all((BUILT / name).is_file() for name in FALLBACKS.values()):
        return BUILT
    work = tmp_path_factory.mktemp("npm")
    try:
        build(work / "work", work / "web")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(reason="needs npm's registry")
    return work / "web"


def say(built, cases):
    """Return what the fallback says of each key, signature and message."""
    lines = "".join(json.dumps(each) + "\n" for each in cases)
    command = [str(NODE), "--no-warnings", str(Path(__file__).with_name("fallback.mjs")), str(built)]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_where_the_machine_has_no_npm_the_wheels_is_taken(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    done = subprocess.run([*npm(), "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_fallback_accepts_and_refuses_what_webcrypto_and_the_python_do(built):
    """Mixed orders, equations that hold only with the cofactor, S beyond the order, points at the edge."""
    found = {path: json.loads(path.read_text()) for path in sorted((ROOT / "signature").glob("*/*.json"))}
    ours = {path: each for path, each in found.items() if each["key"]["alg"] in FALLBACKS}
    assert len(ours) > 20
    said = say(built, [{name: each[name] for name in ("key", "signature", "message")} for each in ours.values()])
    for path, each in zip(ours, said, strict=True):
        assert (each == "accepted") == (path.parent.name == "valid"), (path, each)


@pytest.mark.parametrize("algorithm", [EDDSA, ML_DSA_44], ids=["Ed25519", "ML-DSA-44"])
def test_signatures_made_here_hold_and_bent_ones_do_not(built, algorithm):
    draw, cases = random.Random(20), []
    for size in (0, 1, 200):
        signer, message = generate(algorithm), draw.randbytes(size)
        signature, key = signer.sign(message), format_key(signer.public)
        bent = bytearray(signature)
        bent[draw.randrange(len(bent))] ^= 1 << draw.randrange(8)
        cases += [{"key": key, "signature": each.hex(), "message": message.hex()} for each in (signature, bytes(bent))]
    said = say(built, cases)
    assert said[::2] == ["accepted"] * 3
    assert "accepted" not in said[1::2]


def state(page):
    page.wait_for_selector("#verdict")
    return page.locator("#verdict").get_attribute("data-state")


@pytest.mark.parametrize("lacking", [NAMES, NAMES[:1], NAMES[1:]], ids=["both", "Ed25519", "ML-DSA-44"])
def test_a_browser_that_lacks_algorithms_loads_what_it_lacks_and_verifies(page, world, serve, built, lacking):
    server = serve(world.ledger, world.folder)
    server.app.state.page = PageReleases(world.ledger, None, built=built)
    asked = []
    page.on("request", lambda each: asked.append(each.url.rsplit("/", 1)[1]))
    page.add_init_script(f"({WITHOUT})({json.dumps(lacking)})")
    page.goto(f"{server.base}/01/{GOOD}")
    assert state(page) == "verified"
    wanted = {FALLBACKS[{"Ed25519": "EdDSA"}.get(name, name)] for name in lacking}
    assert {each for each in asked if each.startswith("noble")} == wanted


def test_a_browser_that_lacks_none_loads_nothing_more(page, world, serve, built):
    server = serve(world.ledger, world.folder)
    server.app.state.page = PageReleases(world.ledger, None, built=built)
    asked = []
    page.on("request", lambda each: asked.append(each.url))
    page.goto(f"{server.base}/01/{GOOD}")
    assert state(page) == "verified"
    assert [each for each in asked if "noble" in each] == []


@pytest.mark.parametrize("lacking", NAMES)
def test_without_the_fallback_it_says_that_it_cannot_check(page, world, serve, lacking):
    server = serve(world.ledger, world.folder)
    server.app.state.page = PageReleases(world.ledger, None, built=None)
    page.add_init_script(f"({WITHOUT})({json.dumps([lacking])})")
    page.goto(f"{server.base}/01/{GOOD}")
    assert state(page) == "cannot"
    assert "cannot check" in page.locator("#verdict").inner_text()
    assert page.locator("#timeline").count() <= 1, "only the server's, marked as its word"


def test_a_fallback_that_cannot_be_fetched_is_none(page, world, serve, built):
    server = serve(world.ledger, world.folder)
    server.app.state.page = PageReleases(world.ledger, None, built=built)
    page.route("**/noble_*.js", lambda route: route.abort())
    page.add_init_script(f"({WITHOUT})({json.dumps(NAMES)})")
    page.goto(f"{server.base}/01/{GOOD}")
    assert state(page) == "cannot"
