"""Every row of the design's table, as a process answers it: outcome on standard output, and exit code."""

from __future__ import annotations

import json

import pytest

from tests.verifier.cli.cabinet import UNKNOWN

TRACES = {
    "parcel.trace": (0, "verified", None),
    "parties.trace": (0, "verified", None),
    "altered.trace": (1, "altered", 3),
    "contradictory.trace": (1, "contradictory", 8),
    "alone.trace": (3, "incomplete", 2),
    "refused.trace": (3, "not-recognised", 7),
    "unknown.trace": (3, "not-recorded", None),
    "list.statement": (4, "unreadable", None),
    "version.trace": (5, "unsupported", None),
}
ALONE = [
    ("receipt promise.receipt --statement list.statement --charter zone.charter", 0, "promised"),
    ("receipt recorded.receipt --statement list.statement --charter zone.charter", 0, "promised"),
    (
        "receipt recorded.receipt --statement list.statement --charter parcel.trace --checkpoint new.checkpoint",
        0,
        "recorded",
    ),
    (
        "receipt recorded.receipt --statement list.statement --charter zone.charter --checkpoint promised.checkpoint",
        0,
        "promised",
    ),
    ("event delivery.event --registry parcel.trace", 0, "verified"),
    ("checkpoint new.checkpoint --charter zone.charter", 0, "recorded"),
    ("checkpoint new.checkpoint --charter parcel.trace", 0, "recorded"),
    ("checkpoint promised.checkpoint --charter zone.charter", 3, "promised"),
    ("consistency early.checkpoint new.checkpoint early-new.path --charter zone.charter", 0, "verified"),
    ("evidence same.evidence", 0, "fork"),
    ("evidence later.evidence", 0, "fork"),
]
REFUSED = [
    ("receipt recorded.receipt --statement other.statement --charter zone.charter", 1, "receipt"),
    (
        "receipt promise.receipt --statement list.statement --charter zone.charter --checkpoint new.checkpoint",
        1,
        "checkpoint",
    ),
    ("receipt list.statement --statement list.statement --charter zone.charter", 4, "receipt"),
    ("receipt promise.receipt --statement list.statement --charter list.statement", 4, "suyuan trace"),
    ("event altered.event --registry parcel.trace", 1, "log root"),
    ("event uncosigned.event --registry parcel.trace", 3, "quorum"),
    ("event delivery.event --registry early.trace", 3, "registry"),
    ("event parcel.trace --registry parcel.trace", 4, "suyuan event"),
    ("event delivery.event --registry version.trace", 5, "version"),
    ("checkpoint list.statement --charter zone.charter", 4, "checkpoint"),
    ("consistency new.checkpoint early.checkpoint early-new.path --charter zone.charter", 1, "sizes"),
    ("consistency early.checkpoint new.checkpoint short.path --charter zone.charter", 1, "consistency path"),
    ("consistency early.checkpoint new.checkpoint list.statement --charter zone.charter", 4, "path"),
    ("evidence false.evidence", 1, "agree"),
    ("evidence stray.evidence", 1, "receipt signature"),
    ("evidence zone.charter", 4, "suyuan evidence"),
]


@pytest.mark.parametrize("file", TRACES)
def test_a_trace_has_the_outcome_and_the_exit_code_of_the_table(ask, file):
    code, outcome, failed = TRACES[file]
    done = ask("trace", file, "--json")
    assert (done.returncode, done.stderr) == (code, b"")
    answer = json.loads(done.stdout)
    assert (answer["outcome"], answer["exitCode"]) == (outcome, code)
    assert next((step["number"] for step in answer["steps"] if step["passed"] is False), None) == failed
    assert (answer["error"] is None) == (outcome in ("verified", "not-recorded"))


@pytest.mark.parametrize(("line", "code", "outcome"), ALONE)
def test_a_file_checked_alone_has_its_outcome(ask, line, code, outcome):
    done = ask(*line.split(), "--json")
    assert (done.returncode, done.stderr) == (code, b"")
    assert json.loads(done.stdout)["outcome"] == outcome


@pytest.mark.parametrize(("line", "code", "field"), REFUSED)
def test_a_file_that_is_refused_alone_names_the_field_and_prints_no_verdict(ask, line, code, field):
    done = ask(*line.split())
    assert (done.returncode, done.stdout) == (code, b"")
    assert field in done.stderr.decode()


@pytest.mark.parametrize("line", [line for line, *_ in ALONE])
def test_no_file_is_confirmed_under_another_ledgers_policy(ask, line):
    done = ask(*line.split(), policy="other.policy")
    assert (done.returncode, done.stdout) == (1, b"")
    assert "charter" in done.stderr.decode()


def test_a_trace_of_another_ledger_is_altered_at_step_1(ask):
    done = ask("trace", "parcel.trace", "--json", policy="other.policy")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["outcome"], answer["steps"][0]["passed"]) == (1, "altered", False)
    assert answer["story"] is None, "nothing is told of a ledger that is not the trusted one"


def test_a_proof_about_another_subject_than_was_asked_for_is_unreadable(ask):
    done = ask("trace", "parcel.trace", "--subject", UNKNOWN)
    assert (done.returncode, done.stderr) == (4, b"")
    assert "subject" in done.stdout.decode()


def test_a_policy_of_another_version_is_unsupported(ask):
    done = ask("trace", "parcel.trace", policy="next.policy")
    assert (done.returncode, done.stdout) == (5, b"")


def test_a_policy_that_names_a_replay_group_which_nobody_defines_is_not_met(ask):
    done = ask("trace", "parcel.trace", "--json", policy="replay.policy")
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (3, "incomplete")


def test_a_stale_proof_is_incomplete_and_an_archived_one_says_as_of_when(ask):
    later = ask("trace", "parcel.trace", "--at", "2126-01-01T00:00:00Z", "--json", policy="hourly.policy")
    assert (later.returncode, json.loads(later.stdout)["outcome"]) == (3, "incomplete")
    fresh = ask("trace", "parcel.trace", "--json", policy="hourly.policy")
    assert fresh.returncode == 0
    time = json.loads(fresh.stdout)["story"]["ledgerTime"] // 1000 + 1
    archived = ask("trace", "parcel.trace", "--at", _iso(time), "--json", policy="hourly.policy")
    assert archived.returncode == 0
    assert "unchecked.archived" in {each["key"] for each in json.loads(archived.stdout)["notChecked"]}


@pytest.mark.parametrize(
    "arguments",
    [[], ["trace"], ["trace", "x.trace"], ["forge"], ["trace", "a", "b", "--policy", "p"], ["--lang", "fr", "trace"]],
)
def test_wrong_usage_exits_2_and_says_how_to_use_it(run, arguments):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"usage: suyuan-verify" in done.stderr


@pytest.mark.parametrize(
    "command", [[], ["trace"], ["receipt"], ["event"], ["checkpoint"], ["consistency"], ["evidence"]]
)
def test_help_is_given(run, command):
    done = run(*command, "--help")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"usage: suyuan-verify" in done.stdout


def test_a_time_that_is_none_is_refused(ask):
    done = ask("trace", "parcel.trace", "--at", "yesterday")
    assert (done.returncode, done.stdout) == (4, b"")
    assert b"--at" in done.stderr


def _iso(seconds: int) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415

    return datetime.fromtimestamp(seconds, UTC).isoformat()
