"""`suyuan page` writes the same file for everybody who asks for the same."""

import json
from hashlib import sha256

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.web.release.release import make_release, parse_policy

POLICY = f"suyuan trust policy v1\ncharter {'5a' * 32}\n"


def run(*words):
    return CliRunner().invoke(app, ["page", *map(str, words)])


@pytest.fixture
def policy(tmp_path):
    file = tmp_path / "trust.policy"
    file.write_text(POLICY)
    return file


def test_the_page_is_written_with_its_hashes(tmp_path, policy):
    out = tmp_path / "suyuan-verify.html"
    ran = run("--out", out, "--policy", policy, "--json")
    assert ran.exit_code == 0, ran.output
    said = json.loads(ran.output)
    release = make_release(parse_policy(POLICY.encode(), own=False))
    assert out.read_bytes() == release.single
    assert said == {
        "file": str(out),
        "sha256": sha256(release.single).hexdigest(),
        "release": release.fingerprint,
        "policy": sha256(POLICY.encode()).hexdigest(),
    }


def test_without_a_policy_it_says_that_the_reader_must_bring_one(tmp_path):
    ran = run("--out", tmp_path / "page.html", "--lang", "en")
    assert "whoever opens the page must bring one" in ran.output
    assert '"policy":""' in (tmp_path / "page.html").read_text()


def test_nothing_is_overwritten_and_what_is_no_policy_is_refused(tmp_path, policy):
    out = tmp_path / "page.html"
    out.write_text("mine")
    assert run("--out", out, "--policy", policy).exit_code != 0
    assert out.read_text() == "mine"
    policy.write_text("trust me\n")
    assert run("--out", tmp_path / "new.html", "--policy", policy).exit_code != 0
    assert not (tmp_path / "new.html").exists()
