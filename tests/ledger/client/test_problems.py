import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledger.errors as ledgers
import verifier.errors as verifiers
from ledger.client.problems import error_of, fault_of
from ledger.client.transport import Answer
from ledger.errors import BusyError, ConflictError, LedgerError, StoppedError, UnknownError, UnreachableError
from verifier.errors import MalformedError, SuyuanError
from verifier.primitives.cbor import format_cbor

ERRORS = sorted(
    {
        each
        for module in (verifiers, ledgers)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, SuyuanError)
    },
    key=lambda each: each.__name__,
)


def as_json(error: SuyuanError, status: int = 400) -> Answer:
    members = {"type": f"urn:suyuan:problem:{error.code}", "title": "t", "status": status, "detail": str(error)}
    told = {"field": error.field, "came": error.came, "expected": error.expected, "todo": error.todo}
    return Answer(status, {"content-type": "application/problem+json"}, json.dumps(members | told).encode())


@pytest.mark.parametrize("error", ERRORS, ids=lambda each: each.__name__)
def test_json_problems_come_back_as_the_error_they_tell_of(error):
    sent = error("heads[3].joins", came="nothing", expected="one", todo="Try.")
    got = error_of(as_json(sent), "http://ledger")
    assert type(got) is error
    assert (got.field, got.came, got.expected, got.todo) == ("heads[3].joins", "nothing", "one", "Try.")


def test_concise_problems_come_back_too():
    own = {"field": "events[0].id", "expected": "another", "todo": ""}
    body = format_cbor({-1: "Conflict", -2: "recorded already", "urn:suyuan:problem:conflict": own})
    got = error_of(Answer(409, {"content-type": "application/concise-problem-details+cbor"}, body), "http://ledger")
    assert type(got) is ConflictError
    assert (got.field, got.expected) == ("events[0].id", "another")


def test_concise_problems_without_members_of_ours_tell_at_least_their_detail():
    body = format_cbor({-1: "Bad request", -2: "no such thing"})
    got = error_of(Answer(400, {"content-type": "application/concise-problem-details+cbor"}, body), "http://ledger")
    assert type(got) is MalformedError
    assert got.came == "no such thing"


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, MalformedError), (404, UnknownError), (409, ConflictError), (418, LedgerError), (500, StoppedError),
     (502, UnreachableError), (503, BusyError), (504, UnreachableError)],
)  # fmt: skip
def test_without_problem_details_the_status_decides(status, error):
    got = error_of(Answer(status, {"content-type": "text/html"}, b"<h1>proxy</h1>"), "http://ledger")
    assert type(got) is error
    assert got.came == f"status {status}"


def test_busy_says_when_to_come_back():
    got = error_of(Answer(503, {"content-type": "text/plain", "retry-after": "17"}, b""), "http://ledger")
    assert isinstance(got, BusyError)
    assert got.retry_after == 17


@given(
    st.sampled_from(["application/problem+json", "application/concise-problem-details+cbor", "", "text/plain"]),
    st.binary(max_size=200),
    st.integers(300, 599),
)
def test_whatever_comes_is_an_error_of_the_tree(kind, body, status):
    assert isinstance(error_of(Answer(status, {"content-type": kind}, body), "http://ledger"), SuyuanError)


@given(st.dictionaries(st.sampled_from(["type", "code", "field", "came", "detail"]), st.integers() | st.text()))
def test_members_of_other_kinds_are_passed_over(members):
    answer = Answer(400, {"content-type": "application/problem+json"}, json.dumps(members).encode())
    assert isinstance(error_of(answer, "http://ledger"), SuyuanError)
    assert isinstance(fault_of(members), SuyuanError)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("body", [b"", b"<html>Service Unavailable</html>"])
def test_what_a_proxy_answers_in_the_ledgers_place_says_what_to_do(status, body):
    got = error_of(Answer(status, {"content-type": "text/html"}, body), "http://ledger")
    assert (got.field, got.came) == ("http://ledger", f"status {status}")
    assert "Try again later" in got.todo
    assert "not the ledger" in got.todo


def test_what_the_ledger_says_to_do_is_not_added_to():
    sent = BusyError("intake", came="full", expected="room")
    assert error_of(as_json(sent, 503), "http://ledger").todo == ""
