import pytest

import ledger.errors as ledgers
import verifier.errors as verifiers
from ledger.cli.speaking import exit_code_of, render_error
from ledger.errors import StaleError, UnreachableError
from verifier.errors import SuyuanError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (verifiers.MalformedError, 2),
        (verifiers.TooLargeError, 2),
        (verifiers.UnsupportedError, 5),
        (verifiers.BadSignatureError, 1),
        (verifiers.InconsistentError, 1),
        (verifiers.NotPermittedError, 1),
        (verifiers.IncompleteError, 3),
        (verifiers.NotRecognisedError, 3),
        (ledgers.ConflictError, 1),
        (ledgers.StoppedError, 1),
        (ledgers.BusyError, 3),
        (ledgers.OverloadError, 3),
        (StaleError, 3),
        (UnreachableError, 4),
        (ledgers.KeyFileError, 4),
        (ledgers.SetupError, 4),
    ],
)
def test_exit_codes(error, code):
    assert exit_code_of(error("field")) == code


def test_every_error_has_an_exit_code():
    for module in (verifiers, ledgers):
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, SuyuanError):
                assert exit_code_of(each("field")) in range(1, 6)


def test_an_error_is_one_sentence_in_either_language():
    error = SuyuanError("guard", came="size 9", expected="at most 8", todo="Look.")
    assert render_error(error, "en") == "guard: came size 9, expected at most 8. Look."
    assert "size 9" in render_error(error, "zh")
    assert render_error(SuyuanError("guard"), "en") == "guard"


def test_a_fault_of_ours_is_70_and_no_traceback(run, monkeypatch):
    def fail(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("ledger.cli.ledgers.create_ledger", fail)
    ran = run("init", "zone", "--origin", "ledger.example", "--passphrase-env", "PASS")
    assert ran.code == 70
    assert "ZeroDivisionError" in ran.err
    assert "Traceback" not in ran.err


def test_quiet_keeps_progress_back_and_data_goes_to_standard_output(run):
    told = run("init", "zone", "--origin", "ledger.example", "--passphrase-env", "PASS")
    quiet = run("init", "other", "--origin", "ledger.example", "--passphrase-env", "PASS", "--quiet")
    assert told.err
    assert quiet.err == ""
    assert [line.split()[0] for line in quiet.out.splitlines()] == ["log", "log"]
