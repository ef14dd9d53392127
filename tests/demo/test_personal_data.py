"""Personal data stands in disclosures and attachments, which can be erased, and nowhere else.

The values are drawn again from the seed of the demonstration's messages; no reader says which of them count.
"""

from __future__ import annotations

import json
import sqlite3
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from contextlib import closing
from hashlib import sha256

import pytest

from ledger.compose.event import Draft
from tests.demo.told import Told, tell
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.submission import MEDIA_TYPE, format_submission

pytestmark = pytest.mark.slow
ERASABLE = {("disclosure", "text"), ("attachment", "content")}
SHORT = 4  # signs; a name of two or three is looked for as it is written, not in other encodings


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Told:
    with tell(tmp_path_factory.mktemp("told")) as told:
        yield told


def spellings(value: str) -> set[bytes]:
    """Return how a value could be written: text, escapes, hex, base64 at each of three places, names made of it."""
    raw = value.encode()
    found = {raw, value.encode("utf-16-le"), json.dumps(value)[1:-1].encode(), urllib.parse.quote(value).encode()}
    found |= {raw.hex().encode(), sha256(raw).digest(), sha256(raw).hexdigest().encode(), subject_name(value)}
    if len(raw) > SHORT:
        for shift in range(3):
            for encode in (b64encode, urlsafe_b64encode):
                whole = encode(b"\0" * shift + raw)
                found.add(whole[-(-shift * 8 // 6) : len(whole) - 4])
    return {each for each in found if len(each) > SHORT}


def kept(told: Told) -> dict[tuple[str, str], bytes]:
    """Return every column of every table, its values one after the other."""
    columns = {}
    with closing(sqlite3.connect(f"file:{told.folder / 'ledger.db'}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for _, column, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
                values = [value for (value,) in connection.execute(f"SELECT {column} FROM {table}")]
                columns[table, column] = b"\n".join(_bytes(each) for each in values)
    return columns


def _bytes(value) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def found_in(content: bytes, told: Told) -> set[str]:
    return {value for value in told.people() if any(each in content for each in spellings(value))}


def get(told: Told, path: str, accept: str) -> bytes:
    request = urllib.request.Request(told.url + path, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def test_messages_and_what_can_be_erased_hold_every_value_so_that_this_battery_can_find_them(told):
    people, columns = told.people(), kept(told)
    assert len(people) == 12
    assert found_in(b"".join(told.messages.values()), told) == people
    assert found_in(columns["attachment", "content"], told) == people
    assert people <= disclosed(columns["disclosure", "text"])
    longer = {value for value in people if len(value.encode()) > 2 * SHORT}
    assert longer <= found_in(columns["disclosure", "text"], told), "also as they are written in disclosures"


def disclosed(texts: bytes) -> set[str]:
    """Return every text in the values of disclosures."""
    found: set[str] = set()

    def walk(value):
        if isinstance(value, dict | list):
            for each in value.values() if isinstance(value, dict) else value:
                walk(each)
        else:
            found.add(str(value))

    for text in texts.split(b"\n"):
        walk(json.loads(urlsafe_b64decode(text + b"=" * (-len(text) % 4)))[2])
    return found


def test_no_row_but_disclosures_and_attachments_holds_a_value(told):
    columns = kept(told)
    assert columns.keys() >= ERASABLE
    assert {("event", "head"), ("event", "body"), ("statement", "entry"), ("history_key", "key")} <= columns.keys()
    leaks = {place: found for place, content in columns.items() if (found := found_in(content, told))}
    assert set(leaks) <= ERASABLE, leaks


def test_no_disclosure_is_kept_a_second_time(told):
    columns = kept(told)
    texts = [text for text in columns["disclosure", "text"].split(b"\n") if text]
    assert len(texts) > 30
    rest = b"\n".join(content for place, content in columns.items() if place not in ERASABLE)
    assert not [text for text in texts if text in rest]


def test_no_tile_bundle_or_checkpoint_holds_a_value(told):
    files = [path for path in (told.folder / "log").rglob("*") if path.is_file()]
    assert {"checkpoint"} < {path.name for path in files}
    assert not {path: found for path in files if (found := found_in(path.read_bytes(), told))}


def test_nothing_that_is_served_to_whoever_names_a_subject_holds_a_value(told):
    item, product = (f"/01/{each.split('/01/')[1]}" for each in (told.parcel.item, told.parcel.product))
    walk = f"/trace?walk=parties&subject={urllib.parse.quote(told.parcel.item, safe='')}"
    answers = {
        (path, accept): get(told, path, accept)
        for path in (item, product, walk)
        for accept in ("text/html", "application/json", "application/vnd.suyuan.trace+cbor")
    }
    answers |= {path: get(told, path, "*/*") for path in ("/checkpoint", "/metrics", "/healthz", "/openapi.json")}
    for name, event in told.parcel.events.items():
        for accept in ("text/html", "application/json", "*/*"):
            answers[name, accept] = get(told, f"/events/{event.name.hex()}", accept)
    assert all(b"A1B2C3D4E5" in answers[item, accept] for accept in ("text/html", "application/json"))
    assert not {path: found for path, answer in answers.items() if (found := found_in(answer, told))}


def test_no_line_of_the_log_holds_a_value_though_submissions_and_refusals_did(told):
    """What is refused is logged too: with values in clear, in broken bytes, in paths and queries."""
    values = sorted(told.people())
    assert found_in(b"".join(told.submissions), told) == set(values)
    for submission in told.submissions[-12:]:
        refuse(told, "/entries", submission[: len(submission) * 2 // 3])
    refuse(told, "/entries", in_clear(told, values))
    request = urllib.request.Request(f"{told.url}/validate", in_clear(told, values), {"Content-Type": MEDIA_TYPE})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert b"body.data" in answer.read()
    for value in values:
        quoted = urllib.parse.quote(value)
        for path in (f"/trace?subject={quoted}", f"/{quoted}", f"/events/{quoted}", f"/01/{quoted}"):
            refuse(told, path)
    log = told.log.read_bytes()
    assert log.count(b"/entries") > len(told.submissions)
    assert found_in(log, told) == set()


def in_clear(told: Told, values: list[str]) -> bytes:
    """Return a submission whose body has values in clear, where the type forbids them."""
    handle = f"urn:suyuan:order:{'0' * 32}"
    firm = {"code": values[0], "name": values[1]}
    data = {"platform": firm, "seller": firm, "people": values, "lineCount": 1}
    draft = Draft("order.placed", told.parcel.begins, {"order": handle}, data, {}, to=told.parcel.cast.seller.uri)
    platform = told.parcel.cast.platform
    event = platform.compose(draft, told.parcel.zone.types)
    return format_submission(platform.sign([event], told.parcel.zone.ledger.origin))


def refuse(told: Told, path: str, body: bytes | None = None) -> None:
    request = urllib.request.Request(told.url + path, body, headers={"Content-Type": MEDIA_TYPE} if body else {})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert 400 <= refused.value.code < 500
    refused.value.close()
