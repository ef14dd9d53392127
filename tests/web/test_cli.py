"""The verifier's command in Node ends as suyuan-verify does."""

import json
import subprocess

import pytest

from tests.vectors.recipe import ROOT
from tests.web.node import NODE
from tests.web.test_size import FOLDER

ITEM = json.loads((ROOT / "trace-proof/valid/item.json").read_text())


def vector(name):
    return json.loads((ROOT / f"{name}.json").read_text())


@pytest.fixture
def verify(tmp_path):
    """Run the command over a vector's recorded file."""

    def run(vector, *more):
        (tmp_path / "policy").write_text(vector["policy"])
        file = str(ROOT / "files" / vector["file"])
        line = [str(NODE), "--no-warnings", str(FOLDER / "cli.mjs"), file, "--policy", str(tmp_path / "policy")]
        return subprocess.run([*line, *more], capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def command(verify):
    return lambda *more: verify(ITEM, *more)


def test_a_trace_is_verified_as_of_a_time(command):
    done = command("--at", str(ITEM["at"]))
    said = json.loads(done.stdout)
    assert (done.returncode, said["exitCode"], said["outcome"]) == (0, 0, "verified")
    assert [each["passed"] for each in said["steps"]] == [True] * 9


def test_the_proof_of_another_subject_is_no_answer(command):
    done = command("--at", str(ITEM["at"]), "--subject", "https://id.gs1.org/01/06901234567892")
    said = json.loads(done.stdout)
    assert (done.returncode, said["outcome"], said["error"]["field"]) == (4, "unreadable", "subject")


def test_wrong_usage_ends_with_two(command):
    assert command("--at", "yesterday").returncode == 2


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("evidence-bundle/valid/with-an-attachment", 0, {"outcome": "verified", "purpose": "dispute"}),
        ("statement-evidence/valid/no-mandate", 0, {"kind": "inadmissible statement", "reason": "right"}),
        ("charter-file/valid/approved-by-three-of-five", 0, {"kind": "charter", "version": 1}),
        ("broken-seal-evidence/refused/sound-seal", 1, {}),
        ("broken-seal-evidence/refused/seal-of-mapping-2", 5, {}),
    ],
)
def test_a_file_is_known_by_its_word(verify, name, code, told):
    given = vector(name)
    done = verify(given, "--at", str(given["at"]))
    said = json.loads(done.stdout)
    assert done.returncode == said["exitCode"] == code
    assert said == said | told
    assert bool(said.get("error")) == (code != 0)


def test_another_file_is_unreadable(verify):
    done = verify(ITEM | {"file": "zone.json"})
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (4, "malformed")
