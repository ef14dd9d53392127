"""Taking contents out in place: attachments that others need stay, and no page keeps what went."""

from __future__ import annotations

import json
import random
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.store.erasing import attachments_named
from ledger.store.interface import Deletion
from ledger.store.sqlite.connection import create
from ledger.store.sqlite.store import SqliteStore
from verifier.ledgerformat.disclosure import format_disclosure
from verifier.primitives.base64strict import format_base64url

CONTENT = b"the same report, named by two"
DIGEST = sha256(CONTENT).digest()


@pytest.fixture
def store(tmp_path):
    create(tmp_path / "ledger.db")
    opened = SqliteStore(tmp_path / "ledger.db")
    yield opened
    opened.close()


def name(digest: bytes, salt: int = 16, pointer: str = "/report") -> str:
    value = {"mediaType": "text/plain", "sha256": digest.hex(), "size": len(CONTENT)}
    return format_disclosure(salt=bytes(salt), pointer=pointer, value=value)


def put(store, seq: int, text: str, body: bytes = b"{}") -> None:
    connection = store._connection
    row = (seq, seq, 0, seq.to_bytes(16, "big"), 1, b"head", body)
    connection.execute("INSERT INTO event (seq, leaf, position, id, issuer, head, body) VALUES (?,?,?,?,?,?,?)", row)
    connection.execute("INSERT INTO disclosure (seq, pointer, text) VALUES (?,?,?)", (seq, "/report", text))


def deletion(seq: int, *attachments: bytes) -> Deletion:
    return Deletion(
        seq.to_bytes(32, "big"), 1, bytes(32), seq, body=True, pointers=("/report",), attachments=attachments
    )


def every(_head: bytes, _leaf: int, _pointer: str) -> bool:
    """Take every disclosure for one that names an attachment, if its value can."""
    return True


def test_what_spells_a_name_and_is_none_keeps_nothing(store):
    """Whether it is one, whoever knows the event's type says, by its head, leaf and pointer."""
    put(store, 1, name(DIGEST))
    asked = []
    found = attachments_named(store._connection, [DIGEST], lambda *place: bool(asked.append(place)))
    assert (found, asked) == (set(), [(b"head", 1, "/report")])


def test_an_attachment_stays_while_another_event_names_it_and_goes_with_the_last(store):
    for seq in (1, 2):
        put(store, seq, name(DIGEST))
    store._connection.execute("INSERT INTO attachment (sha256, content) VALUES (?,?)", (DIGEST, CONTENT))
    writer, reader = store.writer(), store.writer().reader()
    writer.erase([deletion(1, DIGEST)], 5, every)
    assert reader.attachment(DIGEST) == CONTENT
    writer.erase([deletion(2, DIGEST)], 6, every)
    assert (reader.attachment(DIGEST), reader.is_attachment_erased(DIGEST)) == (None, True)
    assert [(each.time, each.deletion.attachments) for each in reader.erasures()] == [(5, ()), (6, (DIGEST,))]


def test_an_attachment_that_two_events_name_goes_when_both_go_together(store):
    for seq in (1, 2):
        put(store, seq, name(DIGEST))
    store._connection.execute("INSERT INTO attachment (sha256, content) VALUES (?,?)", (DIGEST, CONTENT))
    store.writer().erase([deletion(1, DIGEST), deletion(2, DIGEST)], 5, every)
    assert store.writer().reader().attachment(DIGEST) is None


def test_an_attachment_without_bytes_is_not_taken_for_an_erased_one(store):
    nothing = sha256(b"").digest()
    store._connection.execute("INSERT INTO attachment (sha256, content) VALUES (?,?)", (nothing, b""))
    reader = store.writer().reader()
    assert (reader.attachment(nothing), reader.is_attachment_erased(nothing)) == (b"", False)


@settings(max_examples=20)
@given(
    salt=st.integers(16, 40),
    pointer=st.from_regex(r"/[a-z]{1,9}", fullmatch=True),
    digest=st.binary(min_size=32, max_size=32),
)
def test_a_name_is_found_wherever_it_begins_in_a_text(tmp_path_factory, salt, pointer, digest):
    path = tmp_path_factory.mktemp("store") / "ledger.db"
    create(path)
    opened = SqliteStore(path)
    try:
        put(opened, 1, name(digest, salt, pointer))
        other = sha256(digest).digest()
        assert attachments_named(opened._connection, [digest, other], every) == {digest}
    finally:
        opened.close()


def test_a_name_that_is_spelt_with_escapes_is_found(store):
    escaped = "".join(f"\\u{ord(each):04x}" for each in DIGEST.hex())
    value = {"mediaType": "text/plain", "sha256": "@", "size": 1}
    text = json.dumps([format_base64url(bytes(16)), "/report", value]).replace("@", escaped)
    put(store, 1, format_base64url(text.encode()))
    assert attachments_named(store._connection, [DIGEST], every) == {DIGEST}


@pytest.mark.parametrize("most", [5, 40, 1500])
def test_no_page_keeps_what_went_in_any_order(store, tmp_path, most):
    chance = random.Random(most)
    texts = {seq: f"marker-{seq:05d}|" * chance.randint(1, most) for seq in range(200)}
    for seq, text in texts.items():
        put(store, seq, text, body=text.replace("marker", "inside").encode())
    order = chance.sample(sorted(texts), len(texts))
    for start in range(0, len(order), 40):
        store.writer().erase([deletion(seq) for seq in order[start : start + 40]], 5, every)
        assert store.writer().scour()
        held = (tmp_path / "ledger.db").read_bytes() + (tmp_path / "ledger.db-wal").read_bytes()
        gone = order[: start + 40]
        assert not [seq for seq in gone if b"marker-%05d" % seq in held or b"inside-%05d" % seq in held]
        kept = order[start + 40 :]
        assert all(b"marker-%05d" % seq in held for seq in kept)
