"""`suyuan-verify audit` as its users run it: over a folder, over HTTP, interrupted, and again."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.verifier.proof.audit.forge import Forge, blocks_of, flip
from verifier.cli import audit as command
from verifier.cli import server_source
from verifier.cli.main import main
from verifier.proof.audit.walk import Audit


def test_a_clean_export_exits_0_and_says_what_was_and_was_not_looked_at(run, export, rich, capsys):
    assert run(export) == 0
    said = capsys.readouterr().out
    assert f"leaves 0 to {rich.size - 1}" in said
    assert "Cosigned by witness0.test, witness1.test, witness2.test" in said
    assert "disclosures and attachments: an audit does not read them" in said
    assert "Outcome: Clean" in said


def test_a_fault_exits_1_and_is_named_first(run, export, capsys):
    path = export / "tile/0/000"
    path.write_bytes(flip(path.read_bytes(), 8 * 32 * 17))
    assert run(export) == 1
    said = capsys.readouterr().out
    assert "tile/0/000[17], leaf 17 · fault (First)" in said


def test_the_report_is_written_as_json_and_as_text(run, export, rich, tmp_path, capsys):
    path = export / "batches/60"
    path.write_bytes(flip(path.read_bytes(), 8 * len(path.read_bytes()) - 1))
    target = tmp_path / "deep" / "report.json"
    assert run(export, "--report", target, "--json") == 1
    report = json.loads(target.read_text("utf-8"))
    assert report == json.loads(capsys.readouterr().out)
    assert report["exitCode"] == 1
    assert report["outcome"] == "altered"
    assert report["firstFault"]["leaf"] == 60
    assert report["findings"] == [report["firstFault"]]
    assert report["checkpoint"]["size"] == report["scope"]["leaves"] == rich.size
    assert report["counts"]["events"] > 200
    assert "leaf 60" in Path(f"{target}.txt").read_text("utf-8")


def test_no_quorum_exits_3(run, rich, source, tmp_path):
    forged = Forge(rich, cosigners=1).build(blocks_of(source))
    assert run(_written(forged, tmp_path / "forged")) == 3


def _written(source, folder: Path) -> Path:
    for path, data in source.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def test_what_cannot_be_read_exits_4(run, export, tmp_path, capsys):
    assert run(tmp_path / "nothing") == 4
    (export / "tile/entries/000").unlink()
    assert run(export) == 4
    (export / "checkpoint").write_text("<html>")
    assert run(export) == 4
    assert "tile/entries/000" in capsys.readouterr().out


def test_wrong_usage_exits_2(run, export):
    assert run(export, "--continue", "--no-state") == 2


def test_an_export_without_its_manifest_says_so_and_one_with_another_is_altered(run, export, capsys):
    manifest = export / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"tiles": 3', b'"tiles": 4'))
    assert run(export) == 1
    assert "manifest.json" in capsys.readouterr().out
    manifest.unlink()
    assert run(export) == 0
    assert "manifest: it is not there" in capsys.readouterr().out


# Over HTTP.


def test_a_ledger_is_audited_over_http(run, served, rich):
    assert run(served.url) == 0
    assert {"/checkpoint", "/charter", "/tile/0/000", "/batches/0"} <= {path for path, _ in served.asked}


def test_the_quorum_checkpoint_is_preferred(run, served, export):
    (export / "checkpoints").mkdir()
    (export / "checkpoint").rename(export / "checkpoints" / "quorum")
    served.answers.clear()
    assert run(served.url) == 0


def test_a_quorum_that_is_ahead_of_the_published_tiles_is_not_audited_where_as_many_signed_what_is_published(
    run, served, export
):
    origin, size, rest = (export / "checkpoint").read_text("utf-8").split("\n", 2)
    (export / "checkpoints").mkdir()
    (export / "checkpoints" / "quorum").write_text(f"{origin}\n{int(size) + 1}\n{rest}", "utf-8")
    served.answers.clear()
    assert run(served.url) == 0


def test_reserved_reads_that_are_closed_are_named_and_exit_4(run, served, capsys):
    served.answers["/batches/0"] = 403
    assert run(served.url) == 4
    said = capsys.readouterr().out
    assert "batches/0, leaf 0 · not readable" in said
    assert "events from leaf 0 on: batches are not open to this reader" in said


def test_headers_for_access_are_sent(run, served):
    assert run(served.url, "--header", "Authorization: Bearer invented") == 0
    assert all(headers["Authorization"] == "Bearer invented" for _, headers in served.asked)


def test_a_server_that_is_busy_is_asked_again(run, served, monkeypatch):
    monkeypatch.setattr(server_source, "_PAUSES", (0.01, 0.01))
    answers = iter([503, 503])
    served.answers["/tile/0/000"] = lambda: next(answers, None)
    assert run(served.url) == 0


def test_a_server_that_is_gone_exits_4(run, served, monkeypatch, capsys):
    monkeypatch.setattr(server_source, "_PAUSES", (0.01,))
    served.answers["/batches/60"] = 500
    assert run(served.url) == 4
    assert "batches/60" in capsys.readouterr().err
    assert run("http://127.0.0.1:9/") == 4


def test_an_answer_that_is_too_long_is_not_read(run, served, export, monkeypatch):
    monkeypatch.setattr(server_source, "_MAX_NOTE", 100)
    assert run(served.url) == 4


# The state.


@pytest.fixture
def state(tmp_path) -> Path:
    return tmp_path / "audit.state"


@pytest.fixture
def shorter(rich, source, tmp_path) -> Path:
    """An export of the same log, one block shorter."""
    return _written(Forge(rich).build(blocks_of(source)[:-1]), tmp_path / "shorter")


def test_going_back_exits_3_and_keeps_what_was_audited(run, export, shorter, state, capsys):
    assert run(export, "--state", state) == 0
    kept = state.read_bytes()
    assert run(shorter, "--state", state) == 3
    said = capsys.readouterr()
    assert "at least" in said.out
    assert f"{state}.evidence.json" in said.err
    evidence = json.loads(Path(f"{state}.evidence.json").read_text("utf-8"))
    assert evidence["auditedBefore"]["note"] == (export / "checkpoint").read_text("utf-8")
    assert evidence["checkpoint"]["note"] == (shorter / "checkpoint").read_text("utf-8")
    assert state.read_bytes() == kept
    assert run(export, "--state", state) == 0


def test_a_fork_exits_1_and_leaves_a_file_that_convicts_the_ledger(run, rich, source, export, state):
    assert run(export, "--state", state) == 0
    kept = state.read_bytes()
    blocks = blocks_of(source)
    blocks[-1].time += 1
    forked = _written(Forge(rich).build(blocks), state.parent / "forked")
    shutil.copy(export / "charter", forked)
    assert run(forked, "--state", state) == 1
    report = json.loads(Path(f"{state}.evidence.json").read_text("utf-8"))
    assert report["fork"] is True
    assert report["auditedBefore"]["note"] == (export / "checkpoint").read_text("utf-8")
    assert report["checkpoint"]["note"] == (forked / "checkpoint").read_text("utf-8")
    assert state.read_bytes() == kept
    assert main(["evidence", f"{state}.evidence", "--policy", str(state.parent / "trust.policy")]) == 0


def test_what_was_audited_is_remembered_for_each_charter_unless_it_is_not_to_be(run, home, export, shorter):
    assert run(export, "--no-state") == 0
    assert not home.exists()
    assert run(export) == 0
    assert len(list(home.iterdir())) == 1
    assert run(shorter) == 3
    assert run(shorter, "--no-state") == 0


def test_only_what_is_new_is_read_if_asked_for(run, export, shorter, state, capsys):
    assert run(shorter, "--state", state, "--continue") == 0
    size, whole = (int((each / "checkpoint").read_text("utf-8").split("\n")[1]) for each in (shorter, export))
    capsys.readouterr()
    assert run(export, "--state", state, "--continue") == 0
    assert f"leaves {size} to {whole - 1}" in capsys.readouterr().out
    assert run(export, "--state", state) == 0
    assert f"leaves 0 to {whole - 1}" in capsys.readouterr().out


def test_a_state_file_of_another_kind_exits_4(run, export, tmp_path):
    (tmp_path / "other").write_text("{}")
    assert run(export, "--state", tmp_path / "other") == 4


def test_an_interrupted_audit_goes_on_and_gives_the_same_report(run, export, state, monkeypatch, capsys):
    assert run(export, "--json") == 0
    whole = capsys.readouterr().out
    steps = Audit.run

    def interrupted(self):
        for step in steps(self):
            os.kill(os.getpid(), signal.SIGINT)
            yield step

    with monkeypatch.context() as patched:
        patched.setattr(Audit, "run", interrupted)
        assert run(export, "--state", state) == 130
    assert "Run the same command to go on" in capsys.readouterr().err
    assert run(export, "--state", state, "--json") == 0
    assert capsys.readouterr().out == whole


def test_an_audit_that_is_killed_goes_on_from_what_was_saved(run, export, tmp_path, monkeypatch, capsys):
    state, steps = tmp_path / "audit.state", Audit.run

    def killed(self):
        for number, step in enumerate(steps(self)):
            if number == 256:
                raise OSError("power")
            yield step

    with monkeypatch.context() as patched:
        patched.setattr(Audit, "run", killed)
        assert run(export, "--state", state, "--save-every", "0") == 70
    assert state.exists()
    assert not list(tmp_path.glob(".audit.state.*"))
    (export / "tile/0/000").unlink()  # what was taken before is not read again
    assert run(export, "--state", state) == 0


# The second opinion, and the rest.


def test_the_second_opinion_says_what_it_compared(run, export, capsys):
    assert run(export, "--second-opinion") == 0
    assert "Second opinion (merkly): " in capsys.readouterr().out


def test_without_the_plug_in_it_is_said_what_to_install(run, export, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "merkly.mtree", None)
    monkeypatch.delitem(sys.modules, "ledger.second_opinion.merkly_roots", raising=False)
    assert run(export, "--second-opinion") == 2
    assert "pip install --no-deps --require-hashes -r requirements/yardstick.txt" in capsys.readouterr().err
    monkeypatch.setattr(command, "GROUP", "suyuan.nothing")
    assert run(export, "--second-opinion") == 2


def test_it_runs_as_a_program_and_shows_no_bar_where_there_is_no_terminal(export, policy):
    arguments = [sys.executable, "-m", "verifier", "--lang", "zh", "audit", str(export), "--policy", policy]
    done = subprocess.run(arguments, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "未核验" in done.stdout.decode()


def test_a_bar_is_drawn_on_a_terminal(run, export, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run(export) == 0
    assert "#" in capsys.readouterr().err
    assert run(export, "--quiet") == 0
    assert capsys.readouterr().err == ""
