"""Named queries: kept by owner and name, bounded, and never one that could not be asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.epcis.queries import MOST, NamedQueries
from ledger.errors import ConflictError, UnknownError
from ledger.store.postgres.queries import PostgresQueries
from ledger.store.sqlite.queries import SqliteQueries
from tests.postgres import server
from verifier.errors import MalformedError, TooLargeError

QUERY = {"EQ_bizStep": ["shipping"]}


@pytest.fixture(params=["file", "server"])
def opened(request, tmp_path):
    """Opens what each process opens for itself."""
    if request.param == "file":
        yield lambda: NamedQueries(SqliteQueries(tmp_path / "queries.db"))
        return
    database, made = server().database(), []

    def open_one():
        made.append(PostgresQueries(database))
        return NamedQueries(made[-1])

    yield open_one
    for each in made:
        each.close()
    server().drop(database)


@pytest.fixture
def queries(opened):
    return opened()


def test_a_query_is_known_to_every_process_outlives_it_and_is_its_owners_alone(queries, opened):
    again = opened()
    queries.add("urn:x:a", "mine", QUERY)
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


def test_of_many_processes_that_add_at_once_no_more_are_kept_than_may_be_and_no_name_twice(opened):
    processes = [opened() for _ in range(4)]

    def add_all(asked):
        outcomes = []
        for number in range(MOST // 2):
            try:
                asked.add("urn:x:a", f"q{number + 40 * processes.index(asked)}", QUERY)
                outcomes.append("kept")
            except (ConflictError, TooLargeError) as error:
                outcomes.append(type(error).__name__)
        return outcomes

    with ThreadPoolExecutor(4) as pool:
        outcomes = [each for told in pool.map(add_all, processes) for each in told]
    names = processes[0].names("urn:x:a")
    assert len(names) == len(set(names)) == MOST == outcomes.count("kept")


def test_a_query_with_an_unknown_parameter_is_not_kept(queries):
    with pytest.raises(MalformedError, match="EQ_nothing"):
        queries.add("urn:x:a", "q", {"EQ_nothing": ["1"]})
    assert queries.names("urn:x:a") == []
