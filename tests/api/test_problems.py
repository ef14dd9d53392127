import importlib
import json
import re
from pathlib import Path

import pytest

import api
import ledger
import verifier
from api.problems import PROBLEM_CBOR, PROBLEM_JSON, STATUSES, status_of
from api.texts import LANGUAGES, PAGES
from ledger.errors import BusyError, KeyFileError, OverloadError, SetupError, StoppedError
from verifier.errors import MismatchError, SuyuanError, VerificationError
from verifier.primitives.cbor import parse_cbor

_DEFINES = re.compile(r"^class \w+\(\w*Error\)", re.MULTILINE)


def every_error():
    """Every class below SuyuanError, from whatever module of the three packages defines one."""
    for package in (verifier, ledger, api):
        root = Path(package.__path__[0])
        for file in root.rglob("*.py"):
            if _DEFINES.search(file.read_text("utf-8")):
                importlib.import_module(".".join([root.name, *file.relative_to(root).with_suffix("").parts]))
    found, todo = set(), [SuyuanError]
    while todo:
        new = todo.pop().__subclasses__()
        found.update(new)
        todo += new
    return sorted(found, key=lambda each: each.__name__)


def test_every_error_class_has_a_status():
    classes = every_error()
    assert len(classes) > 25
    for each in classes:
        assert next(STATUSES[base] for base in each.__mro__ if base in STATUSES) in range(400, 504), each


def test_every_error_class_of_the_three_trees_is_placed_by_somebody_and_has_a_title():
    trees = ("verifier.errors", "ledger.errors", "api.errors")
    classes = [each for each in every_error() if each.__module__ in trees]
    assert len(classes) > 25
    for each in classes:
        assert next(base for base in each.__mro__ if base in STATUSES) is not SuyuanError, each
        for language in LANGUAGES:
            assert f"problem.{each.code}" in PAGES.texts(language), each


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (verifier.errors.MalformedError("a"), 400),
        (verifier.errors.TooLargeError("a"), 413),
        (verifier.errors.UnsupportedError("a"), 422),
        (verifier.errors.BadSignatureError("a"), 400),
        (verifier.errors.MismatchError("a"), 400),
        (verifier.errors.UntrustedError("a"), 400),
        (verifier.errors.NotPermittedError("a"), 403),
        (verifier.errors.ContradictionError("a"), 400),
        (ledger.errors.ConflictError("a"), 409),
        (ledger.errors.UnknownError("a"), 404),
        (ledger.errors.PrivateError("a"), 403),
        (BusyError("a"), 503),
        (OverloadError("a"), 429),
        (StoppedError("a"), 503),
        (SetupError("a"), 500),
        (KeyFileError("a"), 500),
        (api.errors.MediaTypeError("a"), 415),
        (api.errors.NotAcceptableError("a"), 406),
        (api.errors.SlowError("a"), 408),
    ],
)
def test_statuses(error, status):
    assert status_of(error) == status


def test_a_class_that_the_table_does_not_know_takes_the_status_of_the_nearest_above():
    class NewError(VerificationError):
        code = "not-verified"

    assert status_of(NewError("a")) == 400
    assert status_of(SuyuanError("a")) == 500


def test_problem_details_name_the_field(server):
    answer = server.get("/01/6901234567892", "application/json")
    assert answer.status == 400
    assert answer.headers["Content-Type"] == PROBLEM_JSON
    problem = answer.json
    assert problem["type"] == "urn:suyuan:problem:malformed"
    assert problem["status"] == 400
    assert problem["field"] == "gtin"
    assert "06901234567892" in problem["expected"]
    assert problem["todo"] == "Ask for /01/06901234567892."


@pytest.mark.parametrize(
    ("accepted", "title"), [("zh-CN,zh;q=0.9,en;q=0.8", "格式有误"), ("en-GB,en;q=0.9,zh;q=0.1", "Malformed request")]
)
def test_titles_speak_the_language_asked_for(server, accepted, title):
    answer = server.get("/01/1", "application/json", **{"Accept-Language": accepted})
    assert answer.json["title"] == title
    assert answer.headers["Content-Language"] in ("zh", "en")


def test_scrapi_addresses_answer_concise_problem_details(server):
    for path in ("/entries/zz", "/entries/" + "0" * 64, "/.well-known/scitt-keys/zz", "/entries/a/b/c"):
        answer = server.get(path, "application/json")
        assert 400 <= answer.status < 500
        assert answer.headers["Content-Type"] == PROBLEM_CBOR
        content = parse_cbor(answer.body)
        assert isinstance(content[-1], str)
        assert isinstance(content[-2], str)
    assert content[-1] == "Not Found"


def test_a_refused_statement_names_its_field_in_cbor(server):
    answer = server.post("/entries", b"\x00", "application/cose")
    assert answer.status == 400
    content = parse_cbor(answer.body)
    assert content[-1] == "Malformed request"
    assert content["urn:suyuan:problem:malformed"]["field"] == "statement"


def test_browsers_get_a_page(server):
    answer = server.get("/01/6901234567892", "text/html,application/xhtml+xml,*/*;q=0.8")
    assert answer.status == 400
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "/01/06901234567892" in answer.text


def test_an_unforeseen_error_tells_nothing_and_is_logged_without_its_text(make_world, serve):
    world = make_world()
    server = serve(world.ledger, world.folder)

    class Broken:
        def report(self):
            raise RuntimeError("secret text")

    server.app.state.health = Broken()
    answer = server.get("/readyz", "application/json")
    assert answer.status == 500
    assert answer.json["type"] == "urn:suyuan:problem:fault"
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text
    line = server.logged(lambda line: line["event"] == "fault")
    assert line["fault"][0] == "RuntimeError"
    assert line["request"] == answer.headers["Suyuan-Request"]
    assert "secret" not in json.dumps(server.lines)


def test_a_stopped_ledger_says_so_but_not_why(make_world, serve):
    world = make_world()
    server = serve(world.ledger, world.folder)
    world.ledger.writer._stopped = StoppedError("/private/path", came="a full disk", expected="space")
    note = world.cosign()
    stopped = server.post("/cosignatures", note, "text/plain", Accept="application/json")
    assert stopped.status == 503
    assert stopped.headers["Retry-After"] == "60"
    assert "private" not in stopped.text
    assert server.logged(lambda line: "full disk" in str(line.get("fault")))
    ready = server.get("/readyz")
    assert ready.status == 503
    assert "private" not in ready.text
    assert [each["name"] for each in ready.json["checks"] if not each["passed"]] == ["writer"]
    world.ledger.writer._stopped = None


def test_a_proof_of_ours_that_does_not_verify_is_our_fault(make_world, serve, monkeypatch):
    world = make_world()
    server = serve(world.ledger, world.folder)

    def fail(*_, **__):
        raise MismatchError("log root", came="other bytes", expected="the same")

    monkeypatch.setattr(world.ledger.prover, "consistency", fail)
    answer = server.get("/consistency/2/4", "application/json")
    assert answer.status == 503
    assert answer.json["type"] == "urn:suyuan:problem:stopped"
    assert "log root" not in answer.text
    assert server.logged(lambda line: "log root" in str(line.get("fault")))
