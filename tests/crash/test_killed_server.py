"""kill -9 of the running server under load: what it acknowledged stays, and no size ever has two roots."""

from __future__ import annotations

import random
import time

import pytest

from ledger.client.client import LedgerClient
from ledger.opening import open_ledger
from tests.crash.checking import check_all
from tests.crash.journal import Journal, read_journal
from tests.crash.served import PASSPHRASE, ServerProcess, Submitters, found_served
from tests.postgres import server
from verifier.ledgerformat.statement import parse_entry, statement_identity
from verifier.ledgerformat.submission import parse_submission


def kill_again_and_again(folder, kills, database=None):
    world = found_served(folder, database)
    server, journal = ServerProcess(folder, allow_async="true"), Journal(folder / "journal")
    rnd = random.Random(kills)
    answered = 0
    for round_ in range(kills):
        server.start()
        told = read_journal(folder / "journal")
        ask_again(LedgerClient(server.url), told, rnd)
        submitters = Submitters(world, server.url, journal, round_)
        time.sleep(rnd.uniform(0.05, 1.0))
        server.kill()
        submitters.stop()
        answered += len(read_journal(folder / "journal").acknowledged) - len(told.acknowledged)
    assert answered
    server.start()
    assert server.stop() == 0
    journal.close()
    ledger = open_ledger(folder / "ledger", PASSPHRASE, allow_async=True)
    try:
        check_all(ledger, read_journal(folder / "journal"))
    finally:
        ledger.close()


def ask_again(client, told, rnd):
    """Ask for some of what was acknowledged, by its identity and by sending it again."""
    for number in rnd.sample(sorted(told.acknowledged), min(5, len(told.acknowledged))):
        leaf, promise = told.acknowledged[number]
        statement = parse_entry(parse_submission(told.sent[number]).statement)
        assert client.receipt(statement_identity(statement)).leaf == leaf
        assert client.submit(told.sent[number]).data == promise


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_server_is_killed_under_load(tmp_path):
    kill_again_and_again(tmp_path / "zone", 5)


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_when_the_server_is_killed_sixty_times(tmp_path):
    kill_again_and_again(tmp_path / "zone", 60)


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_when_the_server_is_killed_over_a_database_server(tmp_path):
    database = server().database(empty=True)
    kill_again_and_again(tmp_path / "zone", 20, database)
    server().drop(database)
