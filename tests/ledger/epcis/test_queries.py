"""Named queries: kept by owner and name, bounded, and never one that could not be asked."""

from __future__ import annotations

import pytest

from ledger.epcis.queries import MOST, NamedQueries
from ledger.errors import ConflictError, UnknownError
from verifier.errors import MalformedError, TooLargeError

QUERY = {"EQ_bizStep": ["shipping"]}


@pytest.fixture
def queries(tmp_path):
    return NamedQueries(tmp_path / "queries.db")


def test_a_query_outlives_the_process_and_is_its_owners_alone(queries, tmp_path):
    queries.add("urn:x:a", "mine", QUERY)
    again = NamedQueries(tmp_path / "queries.db")
    assert again.find("urn:x:a", "mine") == QUERY
    assert again.names("urn:x:b") == []
    for act in (again.find, again.delete):
        with pytest.raises(UnknownError):
            act("urn:x:b", "mine")
    again.delete("urn:x:a", "mine")
    assert again.names("urn:x:a") == []


def test_a_name_is_given_once(queries):
    queries.add("urn:x:a", "mine", QUERY)
    queries.add("urn:x:b", "mine", QUERY)
    with pytest.raises(ConflictError):
        queries.add("urn:x:a", "mine", {})


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "名", "a/b"])
def test_a_name_that_no_address_could_have_is_refused(queries, name):
    with pytest.raises(MalformedError, match="name"):
        queries.add("urn:x:a", name, QUERY)


def test_nobody_keeps_too_many(queries):
    for number in range(MOST):
        queries.add("urn:x:a", f"q{number}", QUERY)
    with pytest.raises(TooLargeError):
        queries.add("urn:x:a", "more", QUERY)


def test_a_query_with_an_unknown_parameter_is_not_kept(queries):
    with pytest.raises(MalformedError, match="EQ_nothing"):
        queries.add("urn:x:a", "q", {"EQ_nothing": ["1"]})
    assert queries.names("urn:x:a") == []
