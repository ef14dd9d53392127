"""What an answer says: JSON for programs, Chinese and English for people, and everything that was not checked."""

from __future__ import annotations

import json

import pytest

from tests.world import ITEM, ORIGIN
from verifier.texts import VERDICTS

VERDICT = ["outcome", "exitCode", "text", "error", "steps", "notices", "notChecked", "story"]
STEP = ["number", "name", "passed", "established", "error"]
STORY = [
    "subject", "walk", "ledger", "size", "root", "ledgerTime", "cosignedBy", "events", "outside", "rest",
]  # fmt: skip
EVENT = [
    "name", "type", "title", "stage", "leaf", "position", "claimedTime", "ledgerTime", "issuer", "agent", "successor",
    "subjects", "about", "recognition", "zones", "recognisedBy", "met", "needed", "reasons", "cosignedBy", "body",
    "erasedBy", "data", "disclosed",
]  # fmt: skip
ALONE = {
    "receipt recorded.receipt --statement list.statement --charter zone.charter": [
        "outcome", "ledger", "leaf", "size", "ledgerTime", "notChecked",
    ],
    "event delivery.event --registry parcel.trace": [
        "outcome", "name", "type", "issuer", "leaf", "claimedTime", "ledgerTime", "data", "notChecked",
    ],
    "checkpoint new.checkpoint --charter zone.charter": ["outcome", "ledger", "size", "root", "cosignedBy"],
    "consistency early.checkpoint new.checkpoint early-new.path --charter zone.charter": ["outcome", "first", "second"],
    "evidence later.evidence": ["outcome", "ledger", "sizes", "roots"],
}  # fmt: skip


@pytest.mark.parametrize("file", ["parcel.trace", "alone.trace", "altered.trace", "list.statement", "version.trace"])
def test_json_has_the_same_members_whatever_the_outcome(call, file):
    answer = json.loads(call("trace", file, "--json").stdout)
    assert list(answer) == VERDICT
    assert [step["number"] for step in answer["steps"]] == list(range(1, 10))
    assert all(list(step) == STEP for step in answer["steps"])
    assert all(list(each) == ["key", "values", "text"] for each in (*answer["notices"], *answer["notChecked"]))


def test_steps_behind_the_first_failure_are_not_reached(call):
    steps = json.loads(call("trace", "altered.trace", "--json").stdout)["steps"]
    assert [step["passed"] for step in steps] == [True, True, False] + [None] * 6
    assert list(steps[2]["error"]) == ["code", "field", "came", "expected", "todo", "text"]
    assert (steps[2]["error"]["code"], steps[2]["error"]["field"]) == ("mismatch", "log root")


def test_json_tells_the_whole_story(call, cabinet):
    answer = json.loads(call("trace", "parties.trace", "--json").stdout)
    story = answer["story"]
    assert list(story) == STORY
    assert (story["subject"], story["walk"], story["ledger"]["origin"]) == (ITEM, "parties", ORIGIN)
    assert story["size"] == cabinet.size
    assert all(list(each) == EVENT for each in story["events"])
    assert {each["name"] for each in story["events"]} == {each.name.hex() for each in cabinet.events.values()}


def test_what_is_not_checked_is_listed_by_key_and_said_to_people(call):
    answer = json.loads(call("trace", "parcel.trace", "--no-state", "--json").stdout)
    keys = [each["key"] for each in answer["notChecked"]]
    assert keys[-1] == "unchecked.truth"
    assert {"unchecked.replay", "unchecked.age", "unchecked.first-sight"} <= set(keys)
    told = call("trace", "parcel.trace", "--no-state").stdout.decode()
    assert all(f"  - {each['text']}" in told for each in answer["notChecked"])


def test_notices_stand_beside_the_outcome(call, cabinet):
    answer = json.loads(call("trace", "refused.trace", "--json").stdout)
    assert [each["key"] for each in answer["notices"]] == ["notice.refused"]
    assert answer["notices"][0]["values"] == {
        "type": "clearance.release",
        "event": cabinet.events["release"].name.hex(),
    }
    told = call("trace", "refused.trace").stdout.decode()
    assert all(f"  - {each['text']}" in told for each in answer["notices"])


@pytest.mark.parametrize("line", ALONE)
def test_json_of_a_file_checked_alone_has_stable_members(call, line):
    assert list(json.loads(call(*line.split(), "--json").stdout)) == ALONE[line]


def test_json_is_the_same_bytes_each_time(call):
    at = ("--at", "2126-01-01T00:00:00Z", "--no-state", "--json")
    assert call("trace", "parcel.trace", *at).stdout == call("trace", "parcel.trace", *at).stdout


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("file", ["parcel.trace", "alone.trace"])
def test_people_read_every_step_and_the_outcome_in_their_language(call, lang, file):
    told = call("trace", file, lang=lang).stdout.decode()
    names = [VERDICTS.text(f"step.{number}", lang) for number in range(1, 10)]
    places = [told.index(f"  {number} ") for number in range(1, 10)]
    assert places == sorted(places)
    assert all(name in told for name in names)
    outcome = {"parcel.trace": "verified", "alone.trace": "incomplete"}[file]
    assert VERDICTS.text(f"outcome.{outcome}", lang) in told


@pytest.mark.parametrize("line", ALONE)
def test_a_file_checked_alone_is_told_in_chinese_and_english(call, line):
    told = {lang: call(*line.split(), lang=lang).stdout.decode() for lang in ("zh", "en")}
    assert told["en"].isascii() or "event" in line
    assert any("\u4e00" <= sign <= "\u9fff" for sign in told["zh"])


def test_the_timeline_says_who_signed_and_who_cosigned(call):
    told = call("trace", "parcel.trace").stdout.decode()
    assert "Import list · issued by Example Seller" in told
    assert "co-signed by Example Inspection · recognised" in told


def test_the_language_may_be_asked_for_before_the_command_or_after_it(run, cabinet):
    words = ["trace", str(cabinet.folder / "parcel.trace"), "--policy", str(cabinet.folder / "trust.policy")]
    for lang in ("zh", "en"):
        for told in (run("--lang", lang, *words), run(*words, "--lang", lang)):
            assert VERDICTS.text("outcome.verified", lang) in told.stdout.decode()


@pytest.mark.parametrize(("locale", "lang"), [("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("C.UTF-8", "en")])
def test_the_locale_chooses_the_language_unless_one_is_asked_for(run, cabinet, locale, lang):
    words = ("checkpoint", "new.checkpoint", "--charter", "zone.charter", "--policy", "trust.policy")
    paths = [str(cabinet.folder / each) if "." in each else each for each in words]
    done = run(*paths, LANG=locale, PYTHONUTF8="1")
    assert done.returncode == 0
    assert VERDICTS.text("label.ledger", lang) in done.stdout.decode()
