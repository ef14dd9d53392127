"""`/search`: every identifier that is open to everybody, and nothing that is not."""

import html
import re
import secrets
from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.search.readings import EVENT, LEAF, STATEMENT, SUBJECT, Reading, read_text
from verifier.errors import MalformedError
from verifier.ledgerformat.statement import parse_entry, statement_identity
from verifier.ledgerformat.subject import form_of

PAGE = "text/html"
GTIN = "06901234567892"


def search(server, typed, lang="en"):
    return server.get(f"/search?q={quote(typed, safe='')}&lang={lang}", PAGE)


@given(st.text())
def test_whatever_is_typed_is_read_or_refused(text):
    with suppress(MalformedError):
        for each in read_text(text):
            assert each.kind in (SUBJECT, EVENT, STATEMENT, LEAF)
            if each.kind == SUBJECT:
                form_of(each.value)


@pytest.mark.parametrize(
    ("typed", "subjects"),
    [
        (f"(01){GTIN}", [f"https://id.gs1.org/01/{GTIN}"]),
        (f"(01){GTIN}(10)L/1", [f"https://id.gs1.org/01/{GTIN}/10/L%2F1"]),
        (f"(01){GTIN}(21)A0001", [f"https://id.gs1.org/01/{GTIN}/21/A0001"]),
        (f"01{GTIN}21A0001", [f"https://id.gs1.org/01/{GTIN}/21/A0001"]),
        ("(00)069012345000000011", ["https://id.gs1.org/00/069012345000000011"]),
        ("(414)6901234500004", ["https://id.gs1.org/414/6901234500004"]),
        ("069012345000000011", ["https://id.gs1.org/00/069012345000000011"]),
        ("urn:epc:id:sgtin:6901234.056789.A1", [f"https://id.gs1.org/01/{GTIN}/21/A1"]),
        ("91330100MA27XF6Q0J", ["urn:suyuan:enterprise:91330100MA27XF6Q0J"]),
        ("91330100ma27xf6q0j", ["urn:suyuan:enterprise:91330100MA27XF6Q0J"]),
        ("customs", ["urn:suyuan:agency:customs", "urn:suyuan:policy:customs", "urn:suyuan:kind:customs"]),
        ("filing.product", ["urn:suyuan:type:filing.product"]),
        (f"urn:suyuan:order:{'0' * 32}", [f"urn:suyuan:order:{'0' * 32}"]),
    ],
)
def test_an_identifier_is_read_in_each_spelling_that_people_have_of_it(typed, subjects):
    assert [each.value for each in read_text(typed) if each.kind == SUBJECT] == subjects


def test_thirteen_digits_may_be_a_barcode_a_place_a_party_or_a_position():
    found = read_text("6901234567892")
    forms = [form_of(each.value) if each.kind == SUBJECT else each.kind for each in found]
    assert forms == ["product", "place", "party", LEAF]


def test_a_hash_may_be_an_event_a_statement_or_a_key():
    name = "AB" * 32
    readings = {Reading(SUBJECT, f"urn:suyuan:key:{'ab' * 32}"), Reading(EVENT, "ab" * 32)}
    assert set(read_text(name)) == {*readings, Reading(STATEMENT, "ab" * 32)}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("06901234567893", "a right check digit"), ("069012345000000012", "a right check digit"), ("x", "barcode number"),
     (f"(01){GTIN}(10){'L' * 21}", "1 to 20"), ("urn:suyuan:order:1", "barcode number")],
)  # fmt: skip
def test_a_refusal_says_what_was_expected(server, typed, expected):
    answer = search(server, typed)
    assert answer.status == 400
    assert expected in html.unescape(answer.text)
    problem = server.get(f"/search?q={quote(typed, safe='')}", "application/json")
    assert (problem.status, problem.json["field"]) == (400, "q")
    assert expected in problem.json["expected"]


def test_names_of_events_statements_keys_and_positions_lead_to_their_pages(server, world):
    name, stored = world.event.name.hex(), None
    with world.ledger.store.read() as reader:
        stored = reader.statement(reader.find_event(world.event.name).leaf)
    identity = statement_identity(parse_entry(stored.entry)).hex()
    expected = {
        name: f"/events/{name}",
        f"https://other.example/events/{name}?lang=zh": f"/events/{name}",
        identity: f"/statements/{identity}",
        str(stored.leaf): f"/statements/{stored.leaf}",
        stored.kid.hex(): f"/trace?subject=urn:suyuan:key:{stored.kid.hex()}&walk=registry",
        "customs": "/trace?subject=urn:suyuan:agency:customs&walk=registry",
        world.seller.uri.rpartition(":")[2]: f"/trace?subject={world.seller.uri}",
        "filing.product": "/trace?subject=urn:suyuan:type:filing.product&walk=registry",
    }
    for typed, path in expected.items():
        answer = search(server, typed)
        assert answer.status == 303, typed
        assert answer.headers["Location"] in (f"{path}?lang=en", f"{path}&lang=en")
        assert server.get(answer.headers["Location"], PAGE).status == 200, path


def test_several_matches_are_listed_with_their_addresses(server, world, zone_terms):
    world.zone.adopt_policy("customs", ["filing.batch"], {"role": "customs"}, "示范", "Of the same name")
    answer = search(server, "customs")
    assert answer.status == 200
    assert "2 things" in answer.text
    links = [html.unescape(each) for each in re.findall(r'href="(/trace[^"]*)"', answer.text)]
    assert [each.split("&")[0] for each in links] == [
        "/trace?subject=urn:suyuan:agency:customs", "/trace?subject=urn:suyuan:policy:customs",
    ]  # fmt: skip
    assert all(server.get(each, PAGE).status == 200 for each in links)


def test_nothing_found_says_so_and_where_absence_is_proved(server):
    answer = search(server, "6901234500004")
    assert answer.status == 404
    assert "Nothing found" in answer.text
    links = [html.unescape(each) for each in re.findall(r'href="([^"]*format=proof)"', answer.text)]
    assert len(links) == 3
    for each in links:
        proof = server.get(each)
        assert (proof.status, proof.headers["Content-Type"]) == (200, "application/vnd.suyuan.trace+cbor")
    unknown = search(server, "ab" * 32)
    assert unknown.status == 404
    assert "as far as this server says" in unknown.text


def test_what_only_parties_may_read_is_answered_like_what_is_not_there(server, world, zone_terms):
    """The number of a recorded order, and the subject of a claim, whose history is reserved."""
    number, handle, claim = "20261123000777", f"urn:suyuan:order:{secrets.token_hex(16)}", secrets.token_hex(32)
    firm = {"code": "1", "name": "firm"}
    data = {
        "platform": firm, "seller": firm, "lineCount": 1, "sourceSignature": "not-checked",
        "document": {"message": "CEB311", "guid": "1", "appType": "1"},
    }  # fmt: skip
    order = zone_terms.Draft("order.placed", zone_terms.now(), {"order": handle}, data, disclosed={"/number": number})
    invoice = zone_terms.Draft(
        "finance.invoice", zone_terms.now(), {"invoice": f"urn:suyuan:claim:customs:{claim}"}, {"kind": "other"}
    )
    world.zone.say(world.seller, [order])
    world.zone.say(world.seller, [invoice])
    assert search(server, handle).status == 303
    for recorded, unknown in (
        (number, "20261123000778"),
        (f"NO-{number}", "NO-20261123000778"),
        (f"urn:suyuan:claim:customs:{claim}", f"urn:suyuan:claim:customs:{'ab' * 32}"),
        (claim, "ab" * 32),
    ):
        answers = [search(server, typed) for typed in (recorded, unknown)]
        assert answers[0].status == answers[1].status
        said = [
            "\n".join([each.text, each.headers.get("Location") or ""]).replace(typed, "…").replace(quote(typed), "…")
            for each, typed in zip(answers, (recorded, unknown), strict=True)
        ]
        assert said[0] == said[1]


def test_hostile_words_are_shown_as_text(server):
    for typed in ('"><script>alert(1)</script>', "x' onmouseover='alert(1)", "{{ 7919*7907 }}", "javascript:alert(1)"):
        answer = search(server, typed)
        assert answer.status == 400
        assert "<script>" not in answer.text
        assert "62615533" not in answer.text
        assert " onmouseover='" not in answer.text
        assert f'value="{html.escape(typed)}"'.replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in answer.text


def test_what_cannot_be_looked_up_is_said_in_the_language_of_the_page(server):
    refused = {lang: search(server, "<none of these>", lang) for lang in ("zh", "en")}
    assert [each.status for each in refused.values()] == [400, 400]
    texts = {lang: each.body.decode() for lang, each in refused.items()}
    assert "可查询的写法见下表" in texts["zh"]
    assert "barcode" not in texts["zh"]
    assert "a barcode number of 8, 12, 13 or 14 digits" in texts["en"]


def test_a_mistyped_label_says_what_to_do_in_the_language_of_the_page(server):
    for lang, advice in (("zh", "请核对标签上的编码"), ("en", "Check the code on the label")):
        for path in ("/01/123", "/01/06901234567891/21/A", "/00/06901234500000001"):
            answer = server.get(f"{path}?lang={lang}", PAGE)
            assert answer.status == 400, path
            assert advice in answer.body.decode(), path
    assert "请核对标签上的编码" not in server.get(f"/events/{'0' * 64}?lang=zh", PAGE).body.decode()
