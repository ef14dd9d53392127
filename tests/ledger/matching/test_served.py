"""Declarations and lists over HTTP: what the service tells of them, and where it is proved."""

from __future__ import annotations

import json
import urllib.request
from urllib.parse import quote

import pytest

from ledger.client.client import LedgerClient
from ledger.compose.event import Draft
from ledger.errors import UnknownError
from ledger.trade.listed import ListReader
from tests.verifier.results.paperwork import PAPERS
from tests.world import PRODUCT, now
from verifier.cli.main import main
from verifier.errors import IncompleteError, MalformedError, SuyuanError
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.trust_policy import format_trust_policy

TEXT = {"zh": "示例", "en": "Example"}
META = "urn:suyuan:list:retail-import:meta"


def ask(office, path):
    with urllib.request.urlopen(
        urllib.request.Request(office.service.url + path, headers={"Accept": "application/json"})
    ) as answer:
        return json.loads(answer.read())


def asked(office, path):
    """Ask as customs does, with a signed request."""
    return json.loads(office.client("customs")._get(path, "application/json").body)


def entry_draft(entry, type_="reference.entry", about=(), **more):
    subjects = {"entry": f"urn:suyuan:list:retail-import:{entry}", "list": META}
    return Draft(type_, now(), subjects, {"version": "2019", "basis": TEXT, **more}, about=about)


@pytest.fixture(scope="module")
def goods(office):
    """A positive list with two entries, one of which was removed."""
    listed = {"names": TEXT, "listed": "positive", "of": "hs-code", "version": "2019", "basis": TEXT,
              "since": "20200101"}  # fmt: skip
    (version,) = office.world.say("commerce", Draft("reference.list", now(), {"list": META}, listed))
    office.world.say("commerce", entry_draft("1901101000", names=TEXT))
    (gone,) = office.world.say("commerce", entry_draft("2106909090", names=TEXT))
    office.world.say(
        "commerce", entry_draft("2106909090", "reference.entry-removed", about=(gone.name,), reason="amended")
    )
    return version


def test_presence_and_absence_name_version_event_and_proved_position(office, goods):
    told = ask(office, "/lists/retail-import/1901101000")
    assert (told["listed"], told["kind"], told["computedBy"]) == (True, "positive", "server")
    assert told["version"]["event"] == goods.name.hex()
    for entry in ("2106909090", "0000000000"):
        absent = ask(office, f"/lists/retail-import/{entry}")
        assert absent["listed"] is False
        assert absent["size"] >= told["size"] > 0
    assert absent["event"] is None, "nothing was ever said of it"


def test_presence_and_absence_verify_without_the_service(office, goods):
    reader = ListReader(LedgerClient(office.service.url), office.world.standpoint())
    assert reader.presence("retail-import", "1901101000").listed
    assert not reader.presence("retail-import", "2106909090").listed
    assert reader.presence("retail-import", "0000000000").event is None
    assert reader.version("retail-import").event == goods.name
    with pytest.raises(IncompleteError, match="no-such-list"):
        reader.version("no-such-list")
    with pytest.raises(MalformedError):
        reader.presence("retail-import", "a b")


def test_a_list_that_is_not_recorded_is_unknown(office, goods):
    with pytest.raises(UnknownError, match="no-such-list"):
        asked(office, "/lists/no-such-list/1")


def test_a_parcels_declaration_stands_where_receipts_and_agencies_left_it(office):
    purchase = office.purchase().say("order", "waybill", "list")
    name = purchase.said["list"].name
    for code in ("2", "3"):
        data = {"code": code, "document": {"message": "CEB622", "guid": code}}
        office.world.say("customs", Draft("clearance.status", now(), data=data, about=(name,)))
    path = f"/declarations?subject={quote(purchase.parcel, safe='')}"
    (told,) = ask(office, path)["declarations"]
    assert (told["standing"], told["code"], told["mode"]) == ("open", "3", "9610")
    assert told["lacks"] == [], "the public trace cannot show a payment"
    (whole,) = asked(office, path + "&walk=parties")["declarations"]
    assert whole["lacks"] == ["order.payment"]
    assert {each["verdict"] for each in told["steps"]} == {"regular"}
    purchase.say("payment")
    office.world.say("customs", Draft("clearance.inspection", now(), data={"result": "conformant"}, about=(name,)))
    office.world.say("customs", Draft("clearance.release", now(), data={"code": "800"}, about=(name,)))
    (told,) = asked(office, path + "&walk=parties&lang=zh")["declarations"]
    assert (told["standing"], told["lacks"]) == ("released", [])
    assert "已放行" in told["text"]


def test_the_trace_tells_of_its_declarations_as_json_and_as_a_page(office):
    purchase = office.purchase().say("order", "waybill", "list")
    subject = quote(purchase.parcel, safe="")
    (told,) = ask(office, f"/trace?subject={subject}")["declarations"]
    assert told["event"] == purchase.said["list"].name.hex()
    with urllib.request.urlopen(f"{office.service.url}/trace?subject={subject}&format=page&lang=en") as answer:
        page = answer.read().decode()
    assert "Mode 9610: in progress." in page
    with urllib.request.urlopen(f"{office.service.url}/trace?subject={subject}&format=page&lang=zh") as answer:
        assert "监管方式 9610: 办理中." in answer.read().decode()


def test_a_case_is_judged_by_the_version_in_force_and_names_it(office, goods, tmp_path):
    desk = office.fresh_desk(tmp_path / "listed.db", lists=("retail-import",))
    office.purchase().say()
    other = office.purchase()
    lines = {"packages": "1", "items": [
        {"number": "1", "name": "示例奶粉", "quantity": "2", "price": "120.5", "total": "241", "unit": "142",
         "hsCode": "2106909090"},
        {"number": "2", "name": "Example soap", "quantity": "3", "price": "9.99", "total": "29.97", "unit": "011",
         "hsCode": "1901101000"},
    ]}  # fmt: skip
    other.say(list={"/lines": lines})
    done = desk.run()
    assert [each.differs for each in done.told] == [(), ("retail-import",)]
    first, second = (each["lists"][0] for each in office.recorded("clearance.match")[-2:])
    assert (first["event"], first["outcome"], first["fields"]) == (goods.name.hex(), "agrees", [])
    assert (second["outcome"], second["fields"]) == ("differs", ["list/lines/items/1/hsCode"])
    assert "2106909090" not in json.dumps(second)
    assert second["size"] > second["leaf"]


def test_a_negative_list_of_products_is_asked_for_the_bar_code_of_each_line_however_it_is_spelt(
    office, tmp_path, capsys
):
    meta, gtin = "urn:suyuan:list:kept-out:meta", PRODUCT.rpartition("/")[2]
    listed = {"names": TEXT, "listed": "negative", "of": "product", "version": "1", "basis": TEXT, "since": "20260101"}
    office.world.say("commerce", Draft("reference.list", now(), {"list": meta}, listed))
    entry = {"entry": f"urn:suyuan:list:kept-out:{gtin}", "list": meta}
    said = {"version": "1", "basis": TEXT, "names": TEXT}
    office.world.say("commerce", Draft("reference.entry", now(), entry, said))
    desk = office.fresh_desk(tmp_path / "products.db", lists=("kept-out",))
    items = PAPERS["list"]["/lines"]["items"]
    for code in (gtin.removeprefix("0"), "6901234567885"):
        lines = [{**each, "barCode": code} for each in items]
        purchase = office.purchase().say(list={"/lines": {"items": lines}})
    desk.run()
    first, second = (each["lists"][0] for each in office.recorded("clearance.match")[-2:])
    assert (first["outcome"], first["fields"][0]) == ("differs", "list/lines/items/1/barCode")
    assert second["outcome"] == "agrees"
    files = list_files(office, tmp_path, purchase, ("meta", "06901234567885"), label="kept-out")
    told = recompute(office, tmp_path, files, capsys)
    assert (told["list"], told["outcome"]) == ("kept-out", "confirmed"), "absence is proved, and enough"


def test_whoever_holds_the_declaration_recomputes_by_which_version_it_was_judged(office, goods, tmp_path, capsys):
    """The proof shows which one: the version's history, the entries' presence and absence, offline."""
    desk = office.fresh_desk(tmp_path / "again.db", lists=("retail-import",))
    purchase = office.purchase().say()
    desk.run()
    files = list_files(office, tmp_path, purchase, ("meta", "1901101000"))
    told = recompute(office, tmp_path, files, capsys)
    assert (told["version"], told["outcome"]) == ("2019", "confirmed")
    assert told["rules"] == {"list.version": "confirmed", "list.presence": "confirmed"}
    assert recompute(office, tmp_path, files[:-1], capsys)["missing"] == ["retail-import/1901101000"]
    (true,) = [each for each in office.recorded("clearance.match") if each["lists"]][-1:]
    about = tuple(bytes.fromhex(each["event"]) for each in true["documents"].values())
    for wrong, rule in (
        ({"event": "00" * 32}, "list.version"),
        ({"size": true["lists"][0]["leaf"] + 1}, "list.version"),  # as the list stood before there was a declaration
        ({"outcome": "differs", "fields": ["list/lines/items/1/hsCode"]}, "list.presence"),
    ):
        said = {**true, "lists": [{**true["lists"][0], **wrong}]}
        office.world.say("customs", Draft("clearance.match", now(), data=said, about=about))
        files = list_files(office, tmp_path, purchase, ("meta", "1901101000"))
        assert recompute(office, tmp_path, files, capsys)["rules"][rule] == "refuted"


def list_files(office, folder, purchase, entries, label="retail-import"):
    """Write what the ledger answers of a purchase and of a list's histories; return the files."""
    client = office.client("customs")
    shown = {"trace": client.trace(purchase.parcel, walk="parties")}
    for source, event in purchase.said.items():
        texts = {parse_disclosure(each).pointer: each for each in event.disclosures}
        answer = {"event": event.name.hex(), "disclosures": texts}
        shown[source] = json.dumps(answer).encode()
    for entry in entries:
        shown[f"list-{entry}"] = client.history("list", f"urn:suyuan:list:{label}:{entry}")
    for name, data in shown.items():
        (folder / name).write_bytes(data)
    return [str(folder / each) for each in shown]


def recompute(office, folder, files, capsys):
    """Return what `suyuan-verify recompute` says of the newest result about a list."""
    (folder / "trust.policy").write_bytes(format_trust_policy(office.world.standpoint().policy))
    capsys.readouterr()
    main(["recompute", *files, "--policy", str(folder / "trust.policy"), "--json"])
    results = json.loads(capsys.readouterr().out)["results"]
    return [each for each in results if each["what"] == "lists"][-1]


def test_what_cannot_be_judged_by_a_list_is_left_open_with_its_reason(office, tmp_path):
    desk = office.fresh_desk(tmp_path / "unknown.db", lists=("no-such-list",))
    purchase = office.purchase().say()
    done = desk.run()
    reasons = dict(done.open)
    assert isinstance(reasons[purchase.order], SuyuanError)
    assert done.sent == 0
