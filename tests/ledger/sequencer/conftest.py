"""A small zone for each test, copied from one that is founded once: in a file, and on a server.

Every test of a zone holds on both engines; on a server, but for some, it is one of the long batteries.
"""

from __future__ import annotations

import pytest

from tests.ledger.sequencer.zone import found

ON_A_SERVER = {
    "test_every_seal_and_root_is_what_the_formats_make_of_the_entries",
    "test_signed_again_and_in_flight_together_is_recorded_once",
    "test_event_in_another_statement_is_refused_by_position_whether_recorded_or_in_the_same_block",
    "test_of_eight_at_one_moment_exactly_what_is_there_is_spent",
    "test_type_with_a_field_that_no_server_can_keep_is_refused_and_the_writer_goes_on",
    "test_event_of_such_a_type_that_is_recorded_already_is_refused_and_the_writer_goes_on",
    "test_guard_that_a_crash_left_behind_is_moved_on_at_the_next_start",
    "test_database_older_than_its_guard_does_not_start_and_is_told_by_how_much",
}


def pytest_generate_tests(metafunc):
    if "engine" in metafunc.fixturenames:
        marks = () if metafunc.function.__name__ in ON_A_SERVER else pytest.mark.soak
        engines = ["sqlite", pytest.param("postgres", marks=marks)]
        metafunc.parametrize("engine", engines, indirect=True, scope="session")


@pytest.fixture(scope="session")
def engine(request):
    """The engine of a test's zone; of tests that ask for none, the embedded one."""
    return getattr(request, "param", "sqlite")


@pytest.fixture(scope="session")
def founded(engine, tmp_path_factory):
    """A founded zone without witnesses, closed: each checkpoint has its quorum at once."""
    small = found(tmp_path_factory.mktemp("founded") / "zone", engine=engine)
    yield small
    small.drop()


@pytest.fixture(scope="session")
def founded_witnessed(engine, tmp_path_factory):
    """A founded zone where two of three witnesses make the quorum, closed."""
    small = found(tmp_path_factory.mktemp("founded") / "zone", quorum=2, engine=engine)
    yield small
    small.drop()


@pytest.fixture
def closed(founded, tmp_path):
    """A zone whose ledger is closed."""
    small = founded.copy(tmp_path / "zone")
    yield small
    small.drop()


@pytest.fixture
def small(closed):
    """A zone whose ledger runs."""
    closed.open()
    return closed


@pytest.fixture
def witnessed(founded_witnessed, tmp_path):
    """A zone with witnesses, whose ledger runs."""
    small = founded_witnessed.copy(tmp_path / "zone")
    small.open()
    yield small
    small.drop()
