"""Reading aside: the same as reading here, in the order of asking, whatever becomes of the process."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.trade import draw_shipments
from fixtures.trade.sending import messages_sent
from fixtures.zone.actors import all_types
from ledger.errors import StoppedError
from ledger.gateway.intake import CEB, DRAFTS, EPCIS
from ledger.gateway.passing import format_questions, parse_questions
from ledger.gateway.reader import Reader
from ledger.gateway.received import EVENT, Received
from ledger.readers.ceb import Facts, Mode, Trust
from tests.ledger.gateway.zone import until
from tests.world import now
from verifier.errors import SuyuanError, UnsupportedError

TYPES = all_types()
# Reads like the true one, but ends itself, or does not answer, where a message holds a word.
STUMBLING = """
import os, signal, time
from ledger.gateway import aside
read = aside.Received.read
def stumble(self):
    if b"<!--END-->" in self.data: os.kill(os.getpid(), signal.SIGKILL)
    if b"<!--HANG-->" in self.data: time.sleep(600)
    return read(self)
aside.Received.read = stumble
aside.main()
"""
TRADE = list(islice(draw_shipments(5, 40, begins=now()), 40))


def received(sent) -> Received:
    return Received(
        sent.kind, sent.data, Mode.LENIENT if sent.lenient else Mode.STRICT, sent.facts, now=1_770_000_000_000
    )


MESSAGES = [received(sent) for shipment in TRADE for sent in messages_sent(shipment)]
ORDERS = [each for each in MESSAGES if b"CEB311Message" in each.data][:9]


def plain(message: Received):
    try:
        return message.read()
    except SuyuanError as error:
        return error


def shown(outcome):
    """Return what can be compared of an outcome."""
    if isinstance(outcome, Exception):
        return str(outcome), type(outcome)
    documents = [
        (each.path, each.digest, each.source, each.reported, each.answers, tuple(each.names))
        for each in outcome.documents
    ]
    faults = [(each.path, str(each.error)) for each in outcome.faults]
    referred = (outcome.referred.wrong, outcome.referred.removed, outcome.referred.emptied)
    return (
        outcome.kind, outcome.digest, documents, faults, tuple(outcome.departures), dict(outcome.notes),
        tuple(outcome.about), referred,
    )  # fmt: skip


def stumbling(**given) -> Reader:
    return Reader(TYPES, program=(sys.executable, "-c", STUMBLING), **given)


def with_word(message: Received, word: bytes) -> Received:
    return Received(message.kind, message.data + word, message.mode, message.facts)


@pytest.fixture(scope="module")
def reader():
    with closing(Reader(TYPES)) as made:
        yield made


def test_what_is_read_aside_is_what_is_read_here_in_the_order_of_asking(reader):
    faulty = [
        Received(CEB, ORDERS[0].data.replace(b"<ceb:currency>142", b"<ceb:currency>CNY", 1)),
        Received(CEB, b"<no message"),
        Received(EPCIS, b'{"type": "EPCISDocument"}'),
        Received(EVENT, b"[]"),
        Received(DRAFTS, b"{"),
    ]
    asked = [*faulty, *MESSAGES, *faulty]
    assert [shown(each) for each in reader.read_all(asked)] == [shown(plain(each)) for each in asked]


def test_most_of_a_trade_comes_with_its_events_prepared(reader):
    arrivals = list(reader.read_all(each for each in MESSAGES if each.kind != DRAFTS))
    documents = [document for each in arrivals for document in each.documents]
    assert sum(each.prepared is not None for each in documents) > 0.9 * len(documents)


def test_many_threads_get_the_answers_to_their_own_questions(reader):
    asked = [(each, reader.read(each)) for each in MESSAGES[:60]]
    for message, answer in reversed(asked):
        assert [shown(each) for each in answer.result(30)] == [shown(plain(message))]


def test_a_process_that_is_killed_is_begun_again_and_nothing_is_lost():
    with closing(Reader(TYPES)) as reader:
        answers = reader.read_all(MESSAGES * 3)
        found = [next(answers)]
        os.kill(reader.pid, signal.SIGKILL)
        found += answers
        assert [shown(each) for each in found] == [shown(plain(each)) for each in MESSAGES] * 3


def test_a_process_that_is_killed_while_nobody_asks_is_begun_again_for_the_next_question():
    with closing(Reader(TYPES)) as reader:
        list(reader.read_all(ORDERS[:1]))
        first = reader.pid
        os.kill(first, signal.SIGKILL)
        (outcome,) = reader.read(ORDERS[1]).result(30)
        assert shown(outcome) == shown(plain(ORDERS[1]))
        until(lambda: reader.pid not in (0, first))


def test_a_message_over_which_the_process_ends_is_refused_and_no_other():
    asked = [*ORDERS[:4], with_word(ORDERS[4], b"<!--END-->"), *ORDERS[5:], with_word(ORDERS[0], b"<!--END-->")]
    with closing(stumbling()) as reader:
        outcomes = list(reader.read_all(asked))
    refused = [place for place, each in enumerate(outcomes) if isinstance(each, Exception)]
    assert refused == [4, len(asked) - 1]
    assert all(isinstance(outcomes[place], UnsupportedError) for place in refused)
    for place, each in enumerate(asked):
        assert place in refused or shown(outcomes[place]) == shown(plain(each))


def test_a_message_that_is_not_answered_in_time_is_refused_and_no_other():
    with closing(stumbling(patience=1.0)) as reader:
        hanging, other = reader.read(with_word(ORDERS[0], b"<!--HANG-->")), reader.read(ORDERS[1])
        assert isinstance(hanging.result(60)[0], UnsupportedError)
        assert shown(other.result(60)[0]) == shown(plain(ORDERS[1]))


def test_where_no_process_can_be_begun_everybody_is_told_and_nothing_waits():
    for program in ((sys.executable, "-c", "raise SystemExit(1)"), ("/nonexistent/reader",)):
        with closing(Reader(TYPES, program=program)) as reader:
            try:
                (outcome,) = reader.read(ORDERS[0]).result(30)
            except StoppedError as error:
                outcome = error
            assert isinstance(outcome, StoppedError)
            until(lambda: not reader._thread.is_alive())
            with pytest.raises(StoppedError):
                reader.read(ORDERS[0])


def test_a_closed_reader_answers_whoever_still_waits_and_takes_nothing_more():
    reader = stumbling()
    waiting = reader.read(with_word(ORDERS[0], b"<!--HANG-->"))
    reader.close()
    assert isinstance(waiting.result(10)[0], StoppedError)
    with pytest.raises(StoppedError):
        reader.read(ORDERS[0])
    reader.close()


def test_a_message_whose_signature_is_to_be_checked_is_read_here(reader):
    signed = next(each for each in MESSAGES if b"<ds:Signature" in each.data)
    trusted = Received(CEB, signed.data, signed.mode, signed.facts, Trust(at=now()))
    (outcome,) = reader.read(trusted).result(30)
    assert shown(outcome) == shown(plain(trusted))
    assert outcome.notes["signature"] != plain(signed).notes["signature"]


TEXT = st.none() | st.text(max_size=5)
FACTS = st.builds(
    Facts, to=TEXT, platform=TEXT, unit=TEXT, order=TEXT, warehouse=TEXT, consignment=TEXT, enterprise=TEXT,
    products=st.dictionaries(st.integers(0, 1 << 70), st.text(max_size=4), max_size=2), month=TEXT, item=TEXT,
    about=st.lists(st.text(max_size=4), max_size=2).map(tuple), covers=st.none() | st.tuples(st.integers(), st.text()),
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(st.builds(Received, st.just(CEB), st.binary(), st.sampled_from(Mode), FACTS), max_size=3))
def test_questions_come_over_as_they_were_asked(asked):
    assert parse_questions(format_questions(asked)) == asked


def test_reading_lets_keeping_and_sending_go_first():
    with closing(Reader(TYPES)) as reader:
        list(reader.read_all(ORDERS[:1]))
        own, beside = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (0, reader.pid))
    assert beside == min(own + 3, 19)
