"""`suyuan-verify recompute` over proofs of a real ledger: what is recorded follows from its inputs, or it does not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fixtures.zone.actors import enterprise
from ledger.compose.event import ComposedEvent, Draft
from tests.docs.pages import ROOT, blocks_of
from tests.verifier.results.paperwork import PAPERS
from tests.world import DECLARATION, ORDER, PARCEL, PRODUCT, found_world, handle, now, uscc
from verifier.cli.main import main
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import State, parse_head
from verifier.ledgerformat.index import HistoryEntry, history_root
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.results.documents import read_document
from verifier.results.matching import match
from verifier.results.recomputation import Input
from verifier.results.recomputed_matches import record_match
from verifier.vocabulary import type_files

SAYS = {"order": "platform", "payment": "payer", "waybill": "carrier", "list": "seller"}
TYPES = {"order": "order.placed", "payment": "order.payment", "waybill": "transport.waybill", "list": "clearance.list"}
LISTED = {"customs": "2244", "port": "2244", "origin": "601", "lineCount": 2}
LINE, BOOK = "urn:suyuan:book-line:H2244A000001:1", "urn:suyuan:book:H2244A000001"


@dataclass
class Office:
    """A world, and files of what was said in it."""

    world: object
    folder: object
    said: dict[str, ComposedEvent] = field(default_factory=dict)

    def say(self, name: str, who: str, draft: Draft) -> ComposedEvent:
        (self.said[name],) = self.world.say(who, draft)
        return self.said[name]

    def disclosures(self, name: str, *, without: tuple[str, ...] = ()) -> str:
        """Write a file as the ledger answers disclosures; return its path."""
        event = self.said[name]
        texts = {parse_disclosure(each).pointer: each for each in event.disclosures}
        answer = {
            "event": event.name.hex(),
            "disclosures": {each: texts[each] for each in texts if each not in without},
        }
        path = self.folder / f"{name.replace(' ', '-')}{len(without)}.json"
        path.write_text(json.dumps(answer))
        return str(path)

    def body(self, name: str) -> str:
        path = self.folder / f"{name}.body"
        path.write_bytes(self.said[name].body)
        return str(path)

    def trace(self, subject: str, walk: str = "parties") -> str:
        path = self.folder / f"{subject_name(subject).hex()[:8]}-{walk}.trace"
        path.write_bytes(self.world.trace(subject, walk=walk))
        return str(path)

    def state_of(self, subject: str, kind: str = "member") -> State:
        """Return what a history has come to, from the store's own entries."""
        pair = (kind, subject_name(subject))
        with self.world.ledger.store.read() as reader:
            placed = [(each, reader.find_event(each.name)) for each in self.said.values()]
        entries = [HistoryEntry(each.name, at.leaf, at.position) for each, at in placed
                   if pair in parse_head(each.head).joins]  # fmt: skip
        entries.sort(key=lambda each: (each.leaf, each.position))
        return State(*pair, len(entries), history_root(entries))


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    world = found_world(folder / "world", policies=False)
    office = Office(world, folder)
    pinned = world.standpoint().policy.charter
    (folder / "trust.policy").write_bytes(format_trust_policy(TrustPolicy(pinned)))
    _file(office)
    _trade(office, "", ORDER, PARCEL, DECLARATION)
    _match(office, "match")
    _trade(office, "bent ", handle("order", "2"), handle("parcel", "2"), handle("declaration", "2"))
    _match(office, "bent match", prefix="bent ", lie=True)
    _summarise(office, "summary", {"lists": "2", "goods": "541.94"})
    _trade(office, "bare ", handle("order", "3"), handle("parcel", "3"), handle("declaration", "3"))
    _summarise(office, "summary of too much", {"lists": "2", "goods": "270.97"})
    _keep_book(office)
    yield office
    world.ledger.close()


def _file(office: Office) -> None:
    seller = {"enterprise": office.world.cast["seller"].uri}
    names = {"zh": "示例奶粉", "en": "Example milk powder"}
    office.say(
        "filing", "seller", Draft("filing.enterprise", now(), seller, {"names": names, "customsCode": "3301000001"})
    )
    filed = {"names": names, "hsCode": "1901101000", "origin": "NZ"}
    office.say("product", "seller", Draft("filing.product", now(), {"product": PRODUCT, **seller}, filed))


def _trade(office: Office, prefix: str, order: str, parcel: str, declaration: str) -> None:
    seller = office.world.cast["seller"].uri
    month = _month(office)
    subjects = {
        "order": {"order": order},
        "payment": {"order": order},
        "waybill": {"parcel": parcel, "order": order},
        "list": {
            "declaration": declaration,
            "order": order,
            "products": [PRODUCT],
            "enterprise": seller,
            "month": month,
        },
    }
    receivers = {"order": seller}  # so that the seller may declare for it
    for source, who in SAYS.items():
        stated = dict(PAPERS[source])
        data = stated.pop("data") | (LISTED if source == "list" else {})
        if prefix == "bent " and source == "waybill":
            stated["/consignee"] = {**stated["/consignee"], "name": "赵六"}
        office.say(
            f"{prefix}{source}",
            who,
            Draft(TYPES[source], now(), subjects[source], data, stated, to=receivers.get(source)),
        )


def _month(office: Office) -> str:
    return f"urn:suyuan:set:lists:{office.world.cast['seller'].uri.rpartition(':')[2]}:2026-11"


def _summarise(office: Office, name: str, totals: dict[str, str]) -> None:
    """Let the seller declare all lists of the month that are there by now."""
    firm = {"code": "3301960002", "name": "示例电商"}
    data = {"customs": "2244", "agent": firm, "seller": firm, "declarant": firm, "groupedBy": "1"}
    subjects = {
        "summary": handle("summary", name), "enterprise": office.world.cast["seller"].uri, "period": _month(office)
    }  # fmt: skip
    state = office.state_of(_month(office))
    office.say(name, "seller", Draft("clearance.summary", now(), subjects, data, {"/totals": totals}, state=state))


def _input(event: ComposedEvent) -> Input:
    return Input(Event(event.name, 0, 0, parse_head(event.head), None, b""), None,
                 tuple(parse_disclosure(each) for each in event.disclosures))  # fmt: skip


def _match(office: Office, name: str, *, prefix: str = "", lie: bool = False) -> None:
    """Let customs record a match of the four papers; a lie says that they agree."""
    events = {source: office.said[f"{prefix}{source}"] for source in SAYS}
    stated = {}
    for source, event in events.items():
        shown = {each.pointer: each.value for each in map(parse_disclosure, event.disclosures)}
        stated[source] = read_document(source, json.loads(event.body)["data"], shown)
    data = record_match(match(stated), {source: _input(event) for source, event in events.items()})
    if lie:
        assert data["outcome"] == "differs"
        data["outcome"] = "agrees"
        data["findings"] = [{**each, "outcome": "agrees", "fields": []} for each in data["findings"]]
    about = tuple(each.name for each in events.values())
    office.say(name, "customs", Draft("clearance.match", now(), data=data, about=about))


def _keep_book(office: Office) -> None:
    subjects = {"line": LINE, "book": BOOK}
    code = uscc("91330100MA2TEXT06")
    keeper = enterprise(code, "示例保税仓", "Example Bonded Warehouse", ["warehouse"], subjects=[BOOK])
    office.world.cast["keeper"] = keeper
    office.world.zone.admit_enterprises(office.world.cast["customs"], [keeper])
    opened = Draft("book.opened", now(), {"book": BOOK, "enterprise": keeper.uri},
                   {"customs": "2244", "kind": "bonded-retail"})  # fmt: skip
    filed = Draft("filing.enterprise", now(), {"enterprise": keeper.uri},
                  {"names": {"zh": "示例仓", "en": "Example Warehouse"}, "customsCode": "3301000009"})  # fmt: skip
    office.say("keeper", "keeper", filed)
    office.say("opened", "keeper", opened)
    for name, kind, quantity in (("credit", "book.credited", "100"), ("debit", "book.debited", "2.5")):
        office.say(name, "keeper", Draft(kind, now(), subjects, {"unit": "007"}, {"/quantity": quantity}))
    for name, balance in (("reconciled", "97.5"), ("reconciled again", "97.5")):
        state = office.state_of(LINE)
        draft = Draft(
            "book.reconciled", now(), subjects, {"unit": "007", "outcome": "agrees"}, {"/balance": balance}, state=state
        )
        office.say(name, "customs", draft)


@pytest.fixture
def recompute(office, capsys):
    def called(*files: str, lang: str = "en"):
        code = main(["--lang", lang, "recompute", *files, "--policy", str(office.folder / "trust.policy"), "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out)["results"] if out else err

    return called


PAPER_NAMES = tuple(SAYS)


def test_a_recorded_match_that_follows_from_its_documents_is_confirmed(office, recompute):
    code, (found,) = recompute(office.trace(PARCEL), *(office.disclosures(each) for each in PAPER_NAMES))
    assert (code, found["outcome"], found["missing"]) == (0, "confirmed", [])
    assert found["recorded"] == office.said["match"].name.hex()
    assert set(found["rules"].values()) == {"confirmed"}
    assert found["result"]["outcome"] == "agrees"
    assert sorted(found["inputs"]) == sorted(office.said[each].name.hex() for each in PAPER_NAMES)


def test_a_recorded_match_that_does_not_follow_is_refuted_and_the_values_are_shown(office, recompute):
    files = (office.disclosures(f"bent {each}") for each in PAPER_NAMES)
    code, (found,) = recompute(office.trace(handle("parcel", "2")), *files)
    assert (code, found["outcome"]) == (1, "refuted")
    assert [rule for rule, status in found["rules"].items() if status != "confirmed"] == ["match.consignee"]
    assert found["differences"]["differences"] == [
        {"rule": "match.consignee", "values": {"order/consignee/name": "张三", "waybill/consignee/name": "赵六"}}
    ]


def test_without_what_the_recorder_saw_the_command_says_what_it_lacks(office, recompute):
    code, (found,) = recompute(office.trace(PARCEL))
    assert (code, found["outcome"]) == (3, "untold")
    assert "order/buyer" in found["missing"]
    files = [office.disclosures(each) for each in PAPER_NAMES[1:]]
    code, (found,) = recompute(office.trace(PARCEL), office.disclosures("order", without=("/buyer",)), *files)
    assert (code, found["missing"]) == (3, ["order/buyer"])
    assert [rule for rule, status in found["rules"].items() if status != "confirmed"] == ["match.buyer"]


def test_an_order_without_a_recorded_match_is_matched_all_the_same(office, recompute):
    files = (office.disclosures(f"bare {each}") for each in PAPER_NAMES)
    code, (found,) = recompute(office.trace(handle("parcel", "3")), *files)
    assert (code, found["outcome"], found["recorded"]) == (0, "unrecorded", None)
    assert found["result"]["outcome"] == "agrees"


def test_event_proofs_are_recomputed_by_the_registry_of_a_trace(office, recompute):
    world, files = office.world, []
    for name in (*PAPER_NAMES, "match"):
        path = office.folder / f"{name}.event"
        world.cosign()
        path.write_bytes(world.ledger.prover.event(office.said[name].name))
        files += [str(path), office.body(name)]
    shown = [office.disclosures(each) for each in PAPER_NAMES]
    code, answer = recompute(office.trace(handle("parcel", "2")), *files, *shown)
    assert code in (1, 3), "the trace's own match cannot be told without its disclosures"
    found = {each["recorded"]: each["outcome"] for each in answer}
    assert found[office.said["match"].name.hex()] == "confirmed"


def test_disclosures_of_another_event_are_refused(office, recompute):
    foreign = json.loads(Path(office.disclosures("bent waybill")).read_text())
    foreign["event"] = office.said["waybill"].name.hex()
    path = office.folder / "foreign.json"
    path.write_text(json.dumps(foreign))
    code, error = recompute(office.trace(PARCEL), str(path))
    assert code == 1
    assert "_sd" in error
    code, error = recompute(office.trace(PARCEL), office.disclosures("bent waybill"))
    assert code == 1
    assert "disclosures" in error


def test_a_file_of_another_kind_is_refused(office, recompute):
    path = office.folder / "other.txt"
    path.write_text("no proof")
    assert recompute(str(path))[0] == 4


def test_a_reconciliation_follows_from_the_line_s_events(office, recompute):
    names = ("credit", "debit", "reconciled", "reconciled again")
    code, answer = recompute(office.trace(LINE, walk="member"), *(office.disclosures(each) for each in names))
    assert code == 0
    assert [(each["recorded"], each["outcome"]) for each in answer] == [
        (office.said["reconciled"].name.hex(), "confirmed"),
        (office.said["reconciled again"].name.hex(), "confirmed"),
        (None, "unrecorded"),
    ]
    assert (answer[-1]["line"], answer[-1]["amount"]) == (LINE, "97.5")


def test_a_summary_covers_each_list_once_and_its_totals_follow_or_not(office, recompute):
    names = ("list", "bent list", "bare list", "summary", "summary of too much")
    code, answer = recompute(office.trace(_month(office), walk="member"), *(office.disclosures(each) for each in names))
    found = {each["recorded"]: each for each in answer if each["what"] == "summary"}
    right, wrong = (found[office.said[each].name.hex()] for each in names[3:])
    assert code == 1
    assert (right["outcome"], right["inputs"]) == ("confirmed", [office.said[each].name.hex() for each in names[:2]])
    assert (wrong["outcome"], wrong["inputs"]) == ("refuted", [office.said["bare list"].name.hex()])
    assert wrong["rules"] == {"summary.coverage": "confirmed", "summary.totals": "refuted"}
    assert wrong["differences"]["differences"] == [
        {"rule": "summary.totals", "values": {"summary/totals/lists": "2", "expected": "1"}}
    ]


def test_of_a_summary_whose_history_is_not_here_nothing_is_told(office, recompute):
    code, answer = recompute(office.trace(handle("summary", "summary")), office.disclosures("summary"))
    (found,) = (each for each in answer if each["what"] == "summary")
    assert (code, found["outcome"], found["missing"]) == (3, "untold", ["summary/state"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_people_read_every_rule_and_the_outcome_in_their_language(office, capsys, lang):
    files = [office.trace(handle("parcel", "2")), *(office.disclosures(f"bent {each}") for each in PAPER_NAMES)]
    assert main(["--lang", lang, "recompute", *files, "--policy", str(office.folder / "trust.policy")]) == 1
    told = capsys.readouterr().out
    assert {"zh": "收货人", "en": "Consignee"}[lang] in told
    assert {"zh": "与单证不符", "en": "does not follow"}[lang] in told
    assert "赵六" in told
    assert "clearance.match" in type_files()


def test_the_command_of_the_page_says_that_the_match_is_as_recorded(office, capsys, monkeypatch):
    (block,) = (each for each in blocks_of((ROOT / "docs/matching.md").read_text()) if each.language == "sh")
    Path(office.trace(PARCEL)).rename(office.folder / "parcel.trace")
    for name in PAPER_NAMES:
        Path(office.disclosures(name)).rename(office.folder / f"{name}.json")
    monkeypatch.chdir(office.folder)
    program, *words = block.text.split()
    assert (program, main(["--lang", "en", *words])) == ("suyuan-verify", 0)
    assert "as recorded" in capsys.readouterr().out
