"""Files that are not there, cannot be read, or are not what they should be: exit 4, and the file is named."""

from __future__ import annotations

import json

import pytest

from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.proof.bundle import MAX_FILE


@pytest.mark.parametrize("which", ["file", "policy"])
def test_a_missing_file_is_named(call, tmp_path, which):
    gone = str(tmp_path / "gone")
    done = call(
        "trace", gone if which == "file" else "parcel.trace", policy="trust.policy" if which == "file" else gone
    )
    assert (done.returncode, done.stdout) == (4, b"")
    assert done.stderr.decode() == f"cannot read {gone}: No such file or directory\n"


@pytest.mark.parametrize("which", ["file", "policy"])
def test_a_directory_is_no_file(call, tmp_path, which):
    done = (
        call("trace", str(tmp_path), policy="trust.policy")
        if which == "file"
        else call("trace", "parcel.trace", policy=str(tmp_path))
    )
    assert (done.returncode, done.stdout) == (4, b"")
    assert "Is a directory" in done.stderr.decode()


@pytest.mark.parametrize("which", ["file", "policy"])
def test_a_file_that_cannot_be_opened_is_named(call, tmp_path, which):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    done = call("trace", str(loop)) if which == "file" else call("trace", "parcel.trace", policy=str(loop))
    assert (done.returncode, done.stdout) == (4, b"")
    assert str(loop) in done.stderr.decode()


@pytest.mark.parametrize("content", [b"", b"\0", b"\xff" * 64, "示例".encode()])
def test_a_file_that_is_no_proof_is_unreadable(call, tmp_path, content):
    file = tmp_path / "stray.trace"
    file.write_bytes(content)
    done = call("trace", str(file), "--json")
    assert (done.returncode, done.stderr) == (4, b"")
    assert json.loads(done.stdout)["outcome"] == "unreadable"


@pytest.mark.parametrize("command", ["receipt", "event", "checkpoint", "consistency", "evidence"])
def test_an_empty_file_is_unreadable_to_every_command(call, tmp_path, command):
    file = tmp_path / "empty"
    file.write_bytes(b"")
    more = {
        "receipt": ["--statement", "list.statement", "--charter", "zone.charter"],
        "event": ["--registry", "parcel.trace"],
        "checkpoint": ["--charter", "zone.charter"],
        "consistency": ["new.checkpoint", "early-new.path", "--charter", "zone.charter"],
    }.get(command, [])
    done = call(command, str(file), *more)
    assert (done.returncode, done.stdout) == (4, b"")
    assert done.stderr


def test_a_file_beyond_the_limit_is_not_looked_at(call, tmp_path):
    file = tmp_path / "huge.trace"
    with file.open("wb") as made:
        made.truncate(MAX_FILE + 1)
    done = call("trace", str(file), "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (4, "too-large")


def test_a_file_without_end_is_read_up_to_the_limit(ask):
    assert ask("trace", "/dev/zero", "--json").returncode == 4


def test_a_proof_may_come_on_standard_input(ask, cabinet):
    assert ask("trace", "-", stdin=cabinet.get("parcel.trace")).returncode == 0


@pytest.mark.parametrize(
    "text", [b"", b"suyuan trust policy v1\n", b"trust me\n", b"\xff\xfe", b"suyuan trust policy v1\ncharter 00\n"]
)
def test_a_policy_that_makes_no_sense_is_refused(call, cabinet, text):
    cabinet.put("bad.policy", text)
    done = call("trace", "parcel.trace", policy="bad.policy")
    assert (done.returncode, done.stdout) == (4, b"")
    assert "trust policy" in done.stderr.decode()


# What was seen before.


def test_a_proof_older_than_what_was_seen_is_incomplete(call, tmp_path):
    state = str(tmp_path / "seen.json")
    assert call("trace", "parcel.trace", "--state", state).returncode == 0
    older = call("trace", "early.trace", "--state", state, "--json")
    assert (older.returncode, json.loads(older.stdout)["error"]["field"]) == (3, "checkpoint")
    assert call("trace", "early.trace", "--no-state", "--json").returncode == 3, "nothing is recorded of it so early"


def test_a_proof_that_contradicts_what_was_seen_is_never_verified(call, cabinet, tmp_path):
    state = tmp_path / "seen.json"
    charter = cabinet.get("trust.policy").decode().split()[5]
    state.write_text(json.dumps({charter: {"size": cabinet.size, "root": "ab" * 32}}))
    done = call("trace", "parcel.trace", "--state", str(state), "--json")
    assert done.returncode != 0
    assert json.loads(done.stdout)["error"]["code"] == "inconsistent"


def test_what_was_seen_is_remembered_in_the_users_folder_unless_judged_as_of_another_time(call, tmp_path, cabinet):
    kept = tmp_path / ".local" / "state" / "suyuan" / "seen.json"
    for words in (("--no-state",), ("--at", "2126-01-01T00:00:00Z")):
        assert call("trace", "parcel.trace", *words).returncode in (0, 3)
        assert not kept.exists()
    assert call("trace", "altered.trace").returncode == 1
    assert not kept.exists(), "what is not verified is not remembered"
    assert call("trace", "parcel.trace").returncode == 0
    (seen,) = json.loads(kept.read_text()).values()
    assert seen["size"] == cabinet.size


SPOILT = ["[]", "{", '{"C": 1}', '{"C": {}}', '{"C": {"size": 1, "root": "x"}}', '{"C": {"size": "x", "root": null}}']


@pytest.mark.parametrize("entry", SPOILT)
def test_a_spoilt_state_file_is_named_and_nothing_is_taken_for_seen(call, cabinet, tmp_path, entry):
    state = tmp_path / "seen.json"
    charter = cabinet.get("trust.policy").decode().split()[5]
    state.write_text(entry.replace('"C"', f'"{charter}"'))
    done = call("trace", "parcel.trace", "--state", str(state))
    assert (done.returncode, done.stdout) == (4, b"")
    assert str(state) in done.stderr.decode()


def test_a_policy_pins_the_charter_and_nothing_else_is_needed(cabinet):
    assert cabinet.get("trust.policy") == format_trust_policy(
        TrustPolicy(bytes.fromhex(cabinet.get("trust.policy").decode().split()[5]))
    )
