"""What reaches a terminal, a pipe or a file: signs that are shown, and none that are obeyed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.zone.actors import enterprise
from ledger.compose.event import Draft
from tests.attacks.conftest import smuggle
from tests.verifier.cli.cabinet import PROJECT
from tests.world import ITEM, UNIT, found_world, tell_parcel, uscc

FORGED = "Outcome: Verified"
ESCAPES = {"zh": "假\x1b[2J\u009b31m公司", "en": f"Evil\x1b]0;owned\x07\u202e\x7f\n{FORGED}\n"}
FAR = 2**53 - 1


@pytest.fixture(scope="module")
def hostile(cabinet):
    """A carrier whose name drives terminals, and that claims a time that no calendar has."""
    world = found_world(cabinet.folder / "hostile")
    carrier = enterprise(uscc("91330100MA2TEXT88"), ESCAPES["zh"], ESCAPES["en"], ["carrier"], prefixes=["69012345"])
    world.cast["carrier"] = carrier
    with pytest.MonkeyPatch.context() as patch:
        world.zone.admit_enterprises(world.cast["customs"], [carrier])
        tell_parcel(world)
        late = Draft("transport.object", FAR, {"epcs": [UNIT]}, {"action": "OBSERVE"})
        smuggle(world, carrier, [carrier.compose(late, world.zone.types)], patch)
    cabinet.put("hostile.trace", world.trace(ITEM))
    pinned = world.standpoint().policy.charter.hex()
    cabinet.put("hostile.policy", f"suyuan trust policy v1\ncharter {pinned}\n".encode())
    world.ledger.close()
    return cabinet


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_sign_that_drives_a_terminal_leaves(ask, hostile, lang, form):
    done = ask("trace", "hostile.trace", *form, policy="hostile.policy", lang=lang)
    assert (done.returncode, done.stderr) == (0, b"")
    told = done.stdout.decode()
    assert [each for each in told if not each.isprintable() and each != "\n"] == []
    assert {"zh": "31m公司", "en": "]0;owned"}[lang] in told, "the name itself is told"


def test_a_name_adds_no_line_to_the_verdict(ask, hostile):
    told = ask("trace", "hostile.trace", policy="hostile.policy").stdout.decode()
    assert FORGED in told
    assert FORGED not in told.split("\n")


def test_json_keeps_the_value_of_what_it_escapes(ask, hostile):
    events = json.loads(ask("trace", "hostile.trace", "--json", policy="hostile.policy").stdout)["story"]["events"]
    assert ESCAPES["en"] in {each["issuer"]["name"] for each in events}


def test_a_claimed_time_past_every_calendar_is_told_as_its_number(ask, hostile):
    assert f"{FAR} ms" in ask("trace", "hostile.trace", policy="hostile.policy").stdout.decode()


@pytest.mark.parametrize("name", ["\x1b[31mred", "\u202egnp", "a\nb"])
def test_a_file_name_that_drives_terminals_is_told_without_its_escapes(ask, tmp_path, name):
    done = ask("trace", str(tmp_path / name))
    assert done.returncode == 4
    assert all(each.isprintable() or each == "\n" for each in done.stderr.decode())


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}, {"TERM": "xterm-256color"}, {"FORCE_COLOR": "1"}])
def test_there_is_no_colour_in_a_pipe(ask, environment):
    assert b"\x1b" not in ask("trace", "parcel.trace", **environment).stdout


def test_there_is_no_colour_on_a_terminal_either(cabinet, tmp_path):
    """The verdict is told in words: what colour adds, a name could forge."""
    code, shown = _on_a_terminal("trace", "parcel.trace", cabinet=cabinet, home=tmp_path)
    assert code == 0
    assert b"\x1b" not in shown
    assert b"Verified" in shown


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_reader_that_goes_away_gets_no_complaint_and_no_verdict_by_mistake(cabinet, tmp_path, form):
    """`suyuan-verify … | head -1`: neither a traceback, nor exit 0 for an answer that nobody has read."""
    reader, writer = os.pipe()
    os.close(reader)
    done = _start("trace", "parcel.trace", *form, cabinet=cabinet, home=tmp_path, stdout=writer)
    os.close(writer)
    _, complaint = done.communicate(timeout=60)
    assert (done.returncode, complaint) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_answer_that_cannot_be_written_does_not_exit_0(cabinet, tmp_path):
    with Path("/dev/full").open("wb") as full:
        done = _start("trace", "parcel.trace", cabinet=cabinet, home=tmp_path, stdout=full)
        done.communicate(timeout=60)
    assert done.returncode not in (0, 1, 2, 3, 4, 5)


def test_an_encoding_that_lacks_a_sign_does_not_change_the_verdict(ask):
    done = ask("trace", "parcel.trace", lang="zh", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()


def _start(*words: str, cabinet, home, stdout) -> subprocess.Popen[bytes]:
    files = [str(cabinet.folder / each) if (cabinet.folder / each).is_file() else each for each in words]
    command = [
        sys.executable,
        "-m",
        "verifier",
        "--lang",
        "en",
        *files,
        "--policy",
        str(cabinet.folder / "trust.policy"),
    ]
    settings = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(PROJECT), "LANG": "C.UTF-8"}
    return subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, cwd=home, env={**settings, "TERM": "xterm"})


def _on_a_terminal(*words: str, cabinet, home) -> tuple[int, bytes]:
    ours, theirs = pty.openpty()
    process = _start(*words, cabinet=cabinet, home=home, stdout=theirs)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65_536):
            shown += chunk
    except OSError:  # as Linux says that the other end is closed
        pass
    os.close(ours)
    process.communicate(timeout=60)
    return process.returncode, shown
