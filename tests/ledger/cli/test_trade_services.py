"""`suyuan match`, `list` and `summary` before a real service: what they say is recorded, verified and recomputed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fixtures.messages import export_messages
from ledger.compose.event import Draft
from ledger.trade.summaries import draft_summary, read_period
from tests.ledger.cli.participants import open_street
from tests.ledger.matching.office import Office, Purchase
from tests.world import handle, now
from verifier.cli.main import main
from verifier.errors import SuyuanError
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.head import event_name, parse_head

GOODS = "entry,zh,en,until\n1901101000,婴儿配方奶粉,Infant formula,\n3401110000,香皂,Soap,\n"
TEXT = ("--name", "zh=示例清单", "--name", "en=Example list", "--basis", "zh=示例公告", "--basis", "en=Example notice")
FIRM = {"code": "3301960002", "name": "示例电商"}
DECLARED = {"data": {"customs": "2244", "agent": FIRM, "seller": FIRM, "declarant": FIRM, "groupedBy": "1"}}


@pytest.fixture
def street(tmp_path, run):
    with open_street(tmp_path) as made:
        yield made


@pytest.fixture
def office(street):
    made = Office(street.world, street.service, street.folder)
    made.file()
    return made


def as_(street, who):
    """The options with which somebody speaks and asks."""
    asking = street.asking(who)[:2]
    return (*street.speaking(who), *asking)


def test_match_says_once_what_it_finds_and_says_it_in_words(run, street, office):
    agreeing, bent = office.purchase().say(), office.purchase().say(waybill={"/consignee": {"name": "赵六"}})
    office.purchase().say("order")
    ran = run("match", "match.db", *as_(street, "customs"))
    assert ran.code == 0, ran.err
    told = {each["order"]: each for each in ran.answer["judged"]}
    assert told[agreeing.order]["outcome"] == "agrees"
    assert told[bent.order] == {"order": bent.order, "outcome": "differs", "differs": ["match.consignee"], "said": True}
    assert [each["said"] for each in told.values()].count(False) == 1, "an order alone is not worth an event"
    assert ran.answer["sent"] == 2
    street.publish()
    again = run("match", "match.db", *as_(street, "customs"))
    assert (again.answer["judged"], again.answer["sent"]) == ([], 0)
    words = [each for each in as_(street, "customs") if each not in ("--json", "--quiet")]
    assert "记录 0 个事件" in run("match", "other.db", *words, "--lang", "zh").out, (
        "what the ledger has is not said again"
    )


def test_match_needs_the_request_key_of_an_agency(run, street, office):
    office.purchase().say()
    street.service.open_reads(open_=False)
    ran = run("match", "match.db", *as_(street, "seller"))
    assert ran.code == 1
    assert "agency" in ran.err
    assert run("match", "match.db", *as_(street, "customs"), "--rules", "9").code == 2
    assert run("match", "match.db", *as_(street, "customs"), "--dry-run").code == 2


def import_(street, run, *options, version="2019", file="goods.csv"):
    given = ("--version", version, "--since", "20200101", *TEXT, *options)
    return run("list", "import", "retail-import", file, *given, *as_(street, "commerce"))


def check(street, run, *entries):
    street.publish()
    return run("list", "check", "retail-import", *entries, *street.to, "--json")


def test_a_list_is_brought_to_its_file_and_what_is_on_it_is_proved(run, street):
    (street.folder / "goods.csv").write_text(GOODS)
    rehearsed = import_(street, run, "--dry-run")
    assert (rehearsed.code, rehearsed.answer["added"], rehearsed.answer["batches"]) == (0, 2, []), rehearsed.err
    ran = import_(street, run)
    assert (ran.code, ran.answer["added"], ran.answer["removed"]) == (0, 2, 0), ran.err
    assert check(street, run, "1901101000", "3401110000").code == 0
    absent = check(street, run, "1901101000", "2106909090")
    assert (absent.code, [each["listed"] for each in absent.answer["entries"]]) == (1, [True, False])
    first = absent.answer["event"]
    assert import_(street, run).answer == {"added": 0, "removed": 0, "before": 2, "batches": []}, "nothing is new"
    (street.folder / "goods.csv").write_text(GOODS.replace("3401110000", "2106909090"))
    street.publish()
    changed = import_(street, run, version="2022")
    assert (changed.answer["added"], changed.answer["removed"]) == (1, 1), changed.err
    told = check(street, run, "3401110000", "2106909090").answer
    assert (told["version"], [each["listed"] for each in told["entries"]]) == ("2022", [False, True])
    assert told["event"] != first
    words = run("list", "check", "retail-import", "2106909090", *street.to, "--lang", "zh").out
    assert "在清单上" in words
    assert "2022" in words


def test_a_negative_list_refuses_what_is_on_it(run, street):
    (street.folder / "goods.csv").write_text(GOODS)
    assert import_(street, run, "--kind", "negative").code == 0
    assert check(street, run, "1901101000").code == 1
    assert check(street, run, "2106909090").code == 0


def test_a_list_that_nobody_recorded_is_told_as_none(run, street):
    ran = check(street, run, "1901101000")
    assert (ran.code, ran.answer["error"]["field"]) == (3, "list retail-import")


def summaries(street, run, office, *words, who="seller"):
    street.publish()
    return run("summary", *words, *as_(street, who))


def period(office):
    return f"urn:suyuan:set:lists:{office.uri('seller').rpartition(':')[2]}:2026-11"


def declare(street, run, office, *options):
    (street.folder / "summary.json").write_text(json.dumps(DECLARED))
    return summaries(street, run, office, "declare", period(office), "--data", "summary.json", *options)


def test_each_summary_covers_the_lists_that_none_covered_and_is_recomputed(run, street, office, capsys):
    bought = [office.purchase().say("order", "list") for _ in range(2)]
    rehearsed = declare(street, run, office, "--dry-run")
    names = [each.said["list"].name.hex() for each in bought]
    assert (rehearsed.code, rehearsed.answer["lists"]) == (0, names), rehearsed.err
    assert rehearsed.answer["totals"] == {"lists": "2", "goods": "541.94"}
    first = declare(street, run, office)
    assert first.code == 0, first.err
    third = office.purchase().say("order", "list")
    street.publish()
    shown = run("summary", "show", period(office), *street.to, *street.asking("seller"), "--json")
    assert shown.answer["lists"] == [third.said["list"].name.hex()]
    second = declare(street, run, office)
    assert (second.answer["lists"], second.answer["totals"]["lists"]) == ([third.said["list"].name.hex()], "1")
    nothing = declare(street, run, office)
    assert nothing.code == 1
    assert "no list" in nothing.err
    street.publish()
    found = recompute(street, office, [*bought, third], capsys)
    assert [each["outcome"] for each in found] == ["confirmed", "confirmed"]


def test_a_cancelled_list_is_in_no_summary_and_one_that_is_cancelled_afterwards_is_named(run, street, office, capsys):
    bought = [office.purchase().say("order", "list") for _ in range(3)]
    names = [each.said["list"].name for each in bought]
    cancel(office, names[1])
    first = declare(street, run, office)
    assert (first.code, first.answer["lists"]) == (0, [names[0].hex(), names[2].hex()]), first.err
    assert (first.answer["cancelled"], first.answer["totals"]["lists"]) == ([names[1].hex()], "2")
    cancel(office, names[0])
    street.publish()
    shown = run("summary", "show", period(office), *street.to, *street.asking("seller"))
    assert f"{names[0].hex()}  cancelled after" in shown.out
    with pytest.raises(SuyuanError, match="cancelled-twice"):
        cancel(office, names[0])
    (told,) = recompute(street, office, bought, capsys)
    assert (told["outcome"], told["inputs"]) == ("confirmed", [names[0].hex(), names[2].hex()])
    assert (told["cancelled"], told["cancelledSince"]) == (names[1].hex(), names[0].hex())


def test_a_list_that_was_changed_is_counted_once_by_its_newest_event_and_in_one_summary(run, street, office, capsys):
    bought = [office.purchase().say("order", "list") for _ in range(2)]
    changed = change(office, bought[0])
    shown = declare(street, run, office)
    kept = [bought[1].said["list"].name.hex(), changed.said["list"].name.hex()]
    assert (shown.code, shown.answer["lists"], shown.answer["totals"]["lists"]) == (0, kept, "2"), shown.err
    assert shown.answer["changed"] == [bought[0].said["list"].name.hex()]
    late = change(office, bought[1])
    after = declare(street, run, office)
    assert (after.code, "no list" in after.err) == (1, True), after.out
    third = office.purchase().say("order", "list")
    second = declare(street, run, office)
    assert (second.answer["lists"], second.answer["totals"]["lists"]) == ([third.said["list"].name.hex()], "1")
    assert second.answer["changed"] == [late.said["list"].name.hex()]
    street.publish()
    found = recompute(street, office, [*bought, changed, late, third], capsys)
    assert [each["outcome"] for each in found] == ["confirmed", "confirmed"]


def change(office, bought):
    """Return the same purchase, whose list was declared again, changed."""
    document = {"message": "CEB621", "guid": "0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1AA", "appType": "2"}
    return Purchase(office, bought.seed).say("list", list={"data": {"document": document}})


def cancel(office, name):
    month = {"month": period(office)}
    office.world.say("customs", Draft("clearance.list-cancelled", now(), month, {"customs": "2244"}, about=(name,)))


def recompute(street, office, bought, capsys):
    """Recompute the summaries of the month, from its history, bodies and disclosures, as its owner holds them."""
    folder, client = street.folder, office.client("seller")
    history = folder / "month.trace"
    history.write_bytes(client.history("member", period(office)))
    files = [str(history)]
    for each in bought:
        event = each.said["list"]
        texts = {parse_disclosure(one).pointer: one for one in event.disclosures}
        path = folder / f"{event.name.hex()[:8]}.json"
        path.write_text(json.dumps({"event": event.name.hex(), "disclosures": texts}))
        files.append(str(path))
    with street.world.ledger.store.read() as reader:
        rows = list(reader.events_from(0, street.size))
    for row in rows:
        if parse_head(row.head).type == "clearance.summary":
            with street.world.ledger.store.read() as reader:
                texts = reader.disclosures(row.seq)
            path = folder / f"summary{row.leaf}.json"
            path.write_text(json.dumps({"event": event_name(row.head).hex(), "disclosures": dict(texts)}))
            files.append(str(path))
    capsys.readouterr()
    main(["recompute", *files, "--policy", str(folder / "zone.policy"), "--json"])
    return [each for each in json.loads(capsys.readouterr().out)["results"] if each["what"] == "summary"]


def test_a_summary_whose_totals_leave_a_list_out_is_refuted_and_one_that_covers_nothing_new_refused(
    run, street, office, capsys
):
    bought = [office.purchase().say("order", "list") for _ in range(2)]
    street.publish()
    found = read_period(office.client("seller"), period(office), street.world.standpoint())
    draft = draft_summary(
        found, summary=handle("summary", "short"), enterprise=office.uri("seller"), data=DECLARED["data"],
        disclosed={}, time=now(),
    )  # fmt: skip
    short = {**draft.disclosed, "/totals": {"lists": "1", "goods": "270.97"}}
    office.world.say("seller", replace(draft, disclosed=short))
    double = {**draft.subjects, "summary": handle("summary", "double")}
    with pytest.raises(SuyuanError, match="summary-covers-nothing-new"):
        office.world.say("seller", replace(draft, subjects=double))
    wrong = replace(found.state, count=found.state.count + 1, root=bytes(32))
    with pytest.raises(SuyuanError, match=r"head\.state"):
        office.world.say("seller", replace(draft, subjects=double, state=wrong))
    street.publish()
    (told,) = recompute(street, office, bought, capsys)
    assert (told["outcome"], told["rules"]["summary.totals"]) == ("refuted", "refuted")


def test_a_result_of_a_summary_is_recorded_from_customs_message_as_its_answer(run, street, office):
    office.purchase().say("order", "list")
    declared = declare(street, run, office)
    assert declared.code == 0, declared.err
    (street.folder / "CEB792.xml").write_bytes(export_messages(1)["CEB792"])
    name = last_name(street, "clearance.summary")
    ran = run("summary", "result", name.hex(), "CEB792.xml", *street.speaking("customs"))
    assert ran.code == 0, ran.err
    assert office.recorded("clearance.summary-result")[-1]["document"]["message"] == "CEB792"
    (street.folder / "other.xml").write_bytes(export_messages(1)["CEB603"])
    refused = run("summary", "result", name.hex(), "other.xml", *street.speaking("customs"))
    assert refused.code == 2
    assert "CEB792" in refused.err


def test_a_joint_release_counts_once_the_desk_of_inspection_has_answered_it(run, street, office):
    joint = {"k": 2, "of": [{"role": "customs"}, {"role": "inspection-quarantine"}]}
    street.world.zone.adopt_policy("joint", ["clearance.joint-release"], joint, "关检联合放行", "Joint release")
    listed = office.purchase().say("order", "waybill", "list").said["list"]
    said = street.world.say
    said("inspection", Draft("clearance.inspection", now(), data={"result": "conformant"}, about=(listed.name,)))
    (release,) = said("customs", Draft("clearance.joint-release", now(), data={"code": "800"}, about=(listed.name,)))
    street.register("inspection")
    desk = ("--agency", street.uri("inspection"), *street.asking("inspection"))
    key = ("--key", street.folder / "inspection-statement.pem", "--yes", "--json")
    street.publish()
    client = office.client("customs")
    assert client.recognition(release.name)["outcome"] == "not yet recognised"
    ran = run("endorse", "recognise", release.name.hex(), *street.to, *desk, *key)
    assert ran.code == 0, ran.err
    street.publish()
    assert client.recognition(release.name)["outcome"] == "recognised"


def last_name(street, type_):
    with street.world.ledger.store.read() as reader:
        rows = list(reader.events_from(0, street.size))
    return [event_name(row.head) for row in rows if parse_head(row.head).type == type_][-1]


def test_what_was_declared_is_told_oldest_first_with_what_it_lacks(run, street, office):
    first, second = (office.purchase().say("order", "waybill", "list") for _ in range(2))
    street.publish()
    to = ("--to", street.service.url)
    names = [each.said["list"].name.hex() for each in (first, second)]
    told = run("declarations", *to, *street.asking("customs"), "--json").answer["items"]
    assert [each["event"] for each in told if each["event"] in names] == names
    words = run("declarations", "--state", "open", "--kind", "list", *to, *street.asking("seller"), "--lang", "zh")
    assert (words.code, words.out.count("尚缺的单证: order.payment")) == (0, len(told))
    assert "Nothing stands so." in run("declarations", "--older", "2d", *to, *street.asking("customs")).out
    assert run("declarations", "--limit", "1", *to, *street.asking("customs"), "--json").answer["items"] == told[:1]
    assert run("declarations", "--older", "soon", *to, *street.asking("customs")).code != 0
