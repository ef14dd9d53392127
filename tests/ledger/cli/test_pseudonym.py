"""`suyuan pseudonym`: numbers go in by a file or standard input, and come out nowhere."""

import os
import stat
import subprocess
import sys

import pytest

from ledger.trade.pseudonym_file import load_pseudonym_key
from tests.ledger.cli.conftest import SECRET
from tests.ledger.trade.numbers import ID_NUMBER, INVOICE

ENV = ("--passphrase-env", "PASS")
CUSTOMS = "urn:suyuan:agency:customs"


@pytest.fixture
def quota_key(run, tmp_path):
    assert run("pseudonym", "new", "q.key", "--agency", CUSTOMS, "--use", "quota", "--year", 2026, *ENV).code == 0
    return tmp_path / "q.key"


@pytest.fixture
def claim_key(run, tmp_path):
    assert run("pseudonym", "new", "c.key", "--agency", CUSTOMS, "--use", "claim", *ENV).code == 0
    return tmp_path / "c.key"


def test_a_new_key_is_private_and_shown_without_its_secret(run, quota_key):
    assert stat.S_IMODE(quota_key.stat().st_mode) == 0o600
    shown = run("pseudonym", "show", "q.key", "--json", *ENV)
    assert shown.answer == {"agency": CUSTOMS, "use": "quota", "year": 2026}
    assert load_pseudonym_key(quota_key, SECRET.encode()).secret.hex() not in shown.out + shown.err


def test_a_dry_run_makes_nothing(run, tmp_path):
    assert run("pseudonym", "new", "d.key", "--agency", CUSTOMS, "--use", "claim", "--dry-run", *ENV).code == 0
    assert not (tmp_path / "d.key").exists()


@pytest.mark.parametrize("wrong", [("--use", "quota"), ("--use", "claim", "--year", 2026), ("--use", "other")])
def test_a_key_that_does_not_fit_its_use_is_not_made(run, tmp_path, wrong):
    assert run("pseudonym", "new", "w.key", "--agency", CUSTOMS, *wrong, *ENV).code == 2
    assert not (tmp_path / "w.key").exists()


def test_each_line_of_a_file_gives_its_subject_in_order(run, tmp_path, quota_key):
    (tmp_path / "buyers.txt").write_text(f"1 {ID_NUMBER}\n2\t{ID_NUMBER}\n1\t{ID_NUMBER.lower()}\n")
    named = run("pseudonym", "quota", "q.key", "--from", "buyers.txt", *ENV)
    key = load_pseudonym_key(quota_key, SECRET.encode())
    expected = [key.name_quota(id_type=kind, id_number=ID_NUMBER) for kind in "121"]
    assert named.out.splitlines() == expected
    assert run("pseudonym", "quota", "q.key", "--from", "buyers.txt", "--json", *ENV).answer == {"subjects": expected}


def test_claims_are_named_by_class_and_number(run, tmp_path, claim_key):
    (tmp_path / "numbers.txt").write_text(f"{INVOICE}\n", encoding="utf-8-sig")
    named = run("pseudonym", "claim", "c.key", "--class", "invoice", "--from", "numbers.txt", *ENV)
    key = load_pseudonym_key(claim_key, SECRET.encode())
    assert named.out.splitlines() == [key.name_claim(class_="invoice", number=INVOICE)]


def test_a_number_on_the_command_line_is_refused_and_not_repeated(run, claim_key, quota_key):
    for arguments in (
        ("claim", "c.key", INVOICE, "--class", "invoice"),
        ("claim", "c.key", f"--number={INVOICE}", "--class", "invoice"),
        ("quota", "q.key", "1", ID_NUMBER),
    ):
        refused = run("pseudonym", *arguments, *ENV)
        assert refused.code == 2
        assert refused.out == ""
        assert "standard input" in refused.err
        assert INVOICE not in refused.err
        assert ID_NUMBER not in refused.err


@pytest.mark.parametrize(
    "content",
    [
        f"1 {ID_NUMBER}\n\n",  # an empty line
        f"1 {ID_NUMBER}\n{ID_NUMBER}\n",  # no type
        f"1 {ID_NUMBER}\n1|1 {ID_NUMBER}\n",
        f"1 {ID_NUMBER}\n1 {ID_NUMBER * 9}\n",
        f"1 {ID_NUMBER}\n1 {ID_NUMBER}\u200b\n",
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_one_wrong_line_is_told_by_its_place_and_nothing_is_named(run, tmp_path, quota_key, content, form):
    (tmp_path / "buyers.txt").write_text(content)
    refused = run("pseudonym", "quota", "q.key", "--from", "buyers.txt", *form, *ENV)
    assert refused.code == 2
    assert "line 2" in refused.err
    assert "urn:suyuan:quota" not in refused.out
    assert ID_NUMBER not in refused.out + refused.err


def test_what_is_no_utf8_or_not_there_is_refused(run, tmp_path, quota_key):
    (tmp_path / "latin").write_bytes(ID_NUMBER.encode() + b"\xff")
    (tmp_path / "empty").write_bytes(b"")
    for source in ("latin", "empty", "absent"):
        refused = run("pseudonym", "quota", "q.key", "--from", source, *ENV)
        assert refused.code == 2
        assert ID_NUMBER not in refused.err


def test_no_number_is_in_anything_that_the_program_writes(tmp_path, claim_key):
    """A process of its own: standard input, outputs, every file that it leaves."""
    command = [sys.executable, "-m", "ledger.cli", "pseudonym", "claim", "c.key", "--class", "invoice", "--json", *ENV]
    environment = {**os.environ, "PASS": SECRET, "TMPDIR": str(tmp_path)}
    numbers = f"{INVOICE}\n".encode()
    ran = subprocess.run(command, cwd=tmp_path, input=numbers, env=environment, check=True, capture_output=True)
    assert b"urn:suyuan:claim:customs:" in ran.stdout
    written = [ran.stdout, ran.stderr, *(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())]
    assert not any(INVOICE.encode() in each for each in written)
