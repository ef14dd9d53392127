"""A witness takes statements, forwards them, and says which the ledger leaves out while it takes others."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.errors import BusyError, StoppedError
from ledger.signing.signer import generate
from ledger.witness.outcome import COSIGNED
from ledger.witness.statements import store as statements
from ledger.witness.statements.store import LOGGED, REFUSED, WAITING, StatementStore
from tests.ledger.client.serving import Reply, problem
from tests.ledger.client.world import ORIGIN
from verifier.cli.main import main as verify
from verifier.errors import BadSignatureError, MalformedError, NotPermittedError, UntrustedError
from verifier.ledgerformat.statement import parse_entry, statement_identity
from verifier.ledgerformat.submission import format_submission, parse_submission
from verifier.ledgerformat.withheld import OPEN_INTAKE, verify_withheld
from verifier.primitives.keys import EDDSA
from verifier.primitives.note import ED25519_NOTE, NoteKey, format_vkey

BUSY = problem(BusyError("queue", came="full", expected="room"), 503)


def identity_of(submission: bytes) -> bytes:
    return statement_identity(parse_entry(parse_submission(submission).statement))


def prefix(taken) -> str:
    return "/" + sha256(taken.watched.world.ledger.origin.encode()).hexdigest()


def censor(taken, reply: Reply = BUSY) -> None:
    """Let the ledger refuse what comes through this witness, and go on with others."""
    taken.watched.service.lie("/entries", reply)


def test_a_statement_is_kept_before_it_is_answered_and_forwarded(taking):
    taken = taking()
    submission = taken.watched.world.submission()
    answer = taken.served.post(submission, "/statements")
    assert (answer.status, json.loads(answer.body)["state"]) == (202, WAITING)
    reopened = StatementStore(taken.service.store._connection.execute("PRAGMA database_list").fetchone()[2])
    assert reopened.find(identity_of(submission)).submission == submission
    reopened.close()
    taken.rounds(5)
    shown = json.loads(taken.served.get(f"{prefix(taken)}/statements/{identity_of(submission).hex()}").body)
    assert (shown["state"], shown["withheld"]) == (LOGGED, False)
    with taken.watched.world.ledger.store.read() as reader:
        assert reader.statement(shown["leaf"]).identity == identity_of(submission)
    assert taken.desk.find(identity_of(submission)).submission == b""
    again = taken.served.post(submission, "/statements")
    assert json.loads(again.body)["state"] == LOGGED


def test_what_the_ledger_leaves_out_for_ten_open_minutes_is_withheld_and_cosigning_goes_on(taking):
    taken = taking()
    submission = taken.watched.world.submission()
    assert taken.served.post(submission, "/statements").status == 202
    censor(taken)
    taken.rounds(OPEN_INTAKE - 5)
    assert taken.notice(identity_of(submission)) is None
    taken.rounds(15)
    notice = taken.notice(identity_of(submission))
    assert (notice.origin, notice.statement) == (taken.watched.world.ledger.origin, identity_of(submission))
    assert (notice.judged, notice.answer, notice.logged) == ("ledger", "busy", None)
    assert OPEN_INTAKE <= notice.open_intake <= notice.last_tried - notice.first_seen
    listed = json.loads(taken.served.get(f"{prefix(taken)}/withheld").body)
    (one,) = listed["withheld"]
    assert one["statement"] == identity_of(submission).hex()
    assert verify_withheld(one["notice"].encode(), taken.key.public) == notice
    by_name = taken.served.get(f"{prefix(taken)}/withheld/{one['statement']}")
    assert by_name.body == one["notice"].encode()
    taken.watched.grow()
    assert taken.watched.follower.step().word == COSIGNED


def test_what_comes_between_two_rounds_is_withheld_as_well_and_counts_no_time_before_it_came(taking):
    taken = taking()
    taken.rounds(20)
    taken.seconds[0] += 7
    submission = taken.watched.world.submission()
    taken.desk.take(submission)
    censor(taken)
    taken.rounds(3)
    assert taken.desk.find(identity_of(submission)).open_intake <= 3
    taken.rounds(OPEN_INTAKE + 10)
    notice = taken.notice(identity_of(submission))
    assert OPEN_INTAKE <= notice.open_intake <= notice.last_tried - notice.first_seen


def test_a_clock_that_was_set_back_delays_a_notice_and_does_not_prevent_it(taking):
    taken = taking()
    submission = taken.watched.world.submission()
    taken.desk.take(submission)
    censor(taken)
    taken.rounds(60)
    taken.lag[0] = 45.0
    taken.rounds(OPEN_INTAKE - 30)
    assert taken.notice(identity_of(submission)) is None
    taken.rounds(60)
    notice = taken.notice(identity_of(submission))
    assert OPEN_INTAKE <= notice.open_intake <= notice.last_tried - notice.first_seen


def test_once_it_is_logged_the_notice_says_so(taking):
    taken = taking()
    submission = taken.watched.world.submission()
    taken.desk.take(submission)
    censor(taken)
    taken.rounds(OPEN_INTAKE + 15)
    del taken.watched.service.lies["/entries"]
    taken.rounds(5)
    notice = taken.notice(identity_of(submission))
    with taken.watched.world.ledger.store.read() as reader:
        assert reader.statement(notice.logged).identity == identity_of(submission)
    assert notice.answer == LOGGED


def test_a_ledger_that_is_down_withholds_nothing(taking):
    taken = taking()
    submission = taken.watched.world.submission()
    taken.desk.take(submission)
    censor(taken)
    taken.watched.service.lie("/readyz", Reply(b"{}", status=503))
    taken.rounds(2 * OPEN_INTAKE)
    assert taken.desk.find(identity_of(submission)).open_intake == 0
    del taken.watched.service.lies["/readyz"]
    taken.rounds(OPEN_INTAKE / 2)
    taken.watched.service.lie("/healthz", Reply(b"{}", status=500))
    taken.rounds(OPEN_INTAKE)
    assert 0 < taken.desk.find(identity_of(submission)).open_intake < OPEN_INTAKE
    assert taken.notice(identity_of(submission)) is None


def test_a_ledger_that_claims_to_be_down_and_logs_others_is_open(taking):
    taken = taking()
    submission = taken.watched.world.submission()
    taken.desk.take(submission)
    censor(taken)
    taken.rounds(OPEN_INTAKE - 60)
    taken.watched.service.lie("/readyz", Reply(b"{}", status=503))
    taken.rounds(OPEN_INTAKE)
    assert taken.notice(identity_of(submission)) is None
    for _ in range(10):
        taken.watched.grow()
        assert taken.watched.follower.step().word == COSIGNED
        taken.rounds(10)
    assert taken.notice(identity_of(submission)).answer == "busy"


def test_a_long_sleep_of_the_witness_is_no_open_intake(taking):
    taken = taking()
    submission = taken.watched.world.submission()
    taken.desk.take(submission)
    censor(taken)
    taken.rounds(10)
    taken.seconds[0] += 10_000
    taken.rounds(5)
    assert taken.desk.find(identity_of(submission)).open_intake < 60


@pytest.mark.parametrize("reply", [
    problem(NotPermittedError("statement.kid", came="a key", expected="another"), 403),
    Reply(b"\xff", "application/cose", 201, {
        "Location": "/entries/" + "0" * 64, "Suyuan-Leaf": "1", "Suyuan-Tree-Size": "2", "Suyuan-Standing": "promised",
    }),
])  # fmt: skip
def test_a_pretext_or_a_receipt_that_is_none_does_not_help_the_ledger(taking, reply):
    taken = taking(replay=True)
    submission = taken.watched.world.submission()
    taken.desk.take(submission)
    censor(taken, reply)
    taken.rounds(OPEN_INTAKE + 15)
    notice = taken.notice(identity_of(submission))
    assert (notice.judged, notice.size) == ("replay", 7)


def test_what_became_inadmissible_meanwhile_is_not_withheld(taking):
    taken = taking(replay=True)
    submission = taken.watched.world.submission()
    taken.desk.take(submission)
    censor(taken)
    taken.rounds(OPEN_INTAKE - 10)
    taken.judges[0].fault = NotPermittedError("statement.kid", came="revoked", expected="a key that is valid")
    taken.rounds(30)
    found = taken.desk.find(identity_of(submission))
    assert (found.state, found.answer, found.notice) == (REFUSED, "not-permitted", None)


def test_a_refusal_that_is_right_settles_it(taking):
    taken = taking()
    world = taken.watched.world
    events = [world.customs.compose(world.role_draft(), world.zone.types)]
    first, second = (format_submission(world.customs.sign(events, ORIGIN)) for _ in range(2))
    taken.desk.take(first)
    world.ledger.submit(second).result()
    taken.rounds(5)
    found = taken.desk.find(identity_of(first))
    assert (found.state, found.answer, found.submission) == (REFUSED, "conflict", b"")


def test_a_signature_that_is_none_is_not_taken(taking):
    taken = taking()
    thief = parse_submission(taken.watched.world.submission())
    statement = thief.statement[:-1] + bytes([thief.statement[-1] ^ 1])
    with pytest.raises(BadSignatureError):
        taken.desk.take(format_submission(replace(thief, statement=statement)))


@pytest.mark.parametrize(("spoil", "status"), [
    (lambda _: b"", 400),
    (lambda data: data[:-1], 400),
    (lambda data: data.replace(b"ledger.example/zone", b"ledger.example/zona"), 404),
    (lambda data: format_submission(swap_body(parse_submission(data))), 403),
])  # fmt: skip
def test_what_is_not_admissible_is_not_taken(taking, spoil, status):
    taken = taking()
    submission = taken.watched.world.submission()
    assert taken.served.post(spoil(submission), "/statements").status == status
    assert taken.service.store.waiting(taken.watched.world.ledger.origin, 10) == []


def swap_body(submission):
    return replace(submission, bodies=(b"{}",))


def test_there_is_room_for_so_many_and_the_next_is_asked_to_come_again(taking, monkeypatch):
    monkeypatch.setattr(statements, "MAX_WAITING", 1)
    taken = taking()
    censor(taken)
    world = taken.watched.world
    assert taken.served.post(world.submission(), "/statements").status == 202
    refused = taken.served.post(world.submission(), "/statements")
    assert refused.status == 429


def test_a_notice_is_believed_only_from_its_key(taking):
    taken = taking()
    taken.desk.take(taken.watched.world.submission())
    censor(taken)
    taken.rounds(OPEN_INTAKE + 15)
    (found,) = taken.desk.noticed()
    with pytest.raises(UntrustedError):
        verify_withheld(found.notice, NoteKey("w0.example/notices", ED25519_NOTE, generate(EDDSA).public))
    with pytest.raises((BadSignatureError, MalformedError)):
        verify_withheld(found.notice.replace(b"answer busy", b"answer full"), taken.key.public)


def test_suyuan_verify_checks_a_notice_in_both_languages(taking, tmp_path, capsys):
    taken = taking()
    submission = taken.watched.world.submission()
    taken.desk.take(submission)
    censor(taken)
    taken.rounds(OPEN_INTAKE + 15)
    listed = json.loads(taken.served.get(f"{prefix(taken)}/withheld").body)
    notice = tmp_path / "notice"
    notice.write_text(listed["withheld"][0]["notice"], encoding="utf-8")
    assert verify(["withheld", str(notice), "--key", listed["key"], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["statement"]) == ("withheld", identity_of(submission).hex())
    for lang, word in (("en", "Withheld"), ("zh", "被扣压")):
        assert verify(["withheld", str(notice), "--key", listed["key"], "--lang", lang]) == 0
        assert word in capsys.readouterr().out
    stranger = format_vkey(NoteKey("w0.example/notices", ED25519_NOTE, generate(EDDSA).public))
    assert verify(["withheld", str(notice), "--key", stranger]) == 1
    notice.write_text(notice.read_text(encoding="utf-8").replace("answer busy", "answer"), encoding="utf-8")
    assert verify(["withheld", str(notice), "--key", listed["key"]]) == 4


def test_a_database_that_fails_is_told(taking):
    taken = taking()
    taken.service.store._connection.execute("DROP TABLE statement")
    with pytest.raises(StoppedError, match="no such table"):
        taken.service.store.pass_time("ledger.example", 1.0, now=0)
