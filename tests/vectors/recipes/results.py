"""Papers of an import that agree, or differ as official samples do; results that nobody may record (docs/matching.md).

Who and what is in them is invented; what is wrong with them is what is wrong with published samples of customs.
"""

from copy import deepcopy
from typing import Any

from tests.vectors.recipe import Book

results = Book("results")
SOURCES = ("order", "payment", "waybill", "list")
PLATFORM, SELLER = {"code": "3301960001", "name": "示例平台"}, {"code": "3301960002", "name": "示例电商"}
CARRIER, FIRM = {"code": "3301980003", "name": "示例物流"}, {"code": "3301980004", "name": "示例支付"}
PERSON = {"name": "张三", "idType": "1", "idNumber": "110101199001010010"}
CONSIGNEE = {"name": "张三", "telephone": "13800000001", "address": "示例市示例区"}
ITEM = {"number": "1", "name": "示例奶粉", "quantity": "2", "price": "100", "total": "200", "unit": "142"}
CODED = ITEM | {"hsCode": "1901101000"}
RETURNED = {each: CODED[each] for each in ("number", "hsCode", "name", "unit")} | {"quantity": "1"}
PAPERS: dict[str, Any] = {
    "order": {
        "data": {"platform": PLATFORM, "seller": SELLER, "lineCount": 1},
        "disclosed": {
            "/number": "ORDER-1",
            "/buyer": PERSON | {"telephone": "13800000001"},
            "/consignee": CONSIGNEE,
            "/amounts": {
                "goods": "200", "freight": "10", "discount": "0", "tax": "19.11", "paid": "229.11", "currency": "142"
            },
            "/payment": {"code": "3301980004", "transaction": "PAY-1"},
            "/lines": {"items": [ITEM]},
        },
        "withheld": ["/remarks"],
    },
    "payment": {
        "data": {"firm": FIRM},
        "disclosed": {
            "/number": "ORDER-1",
            "/transaction": "PAY-1",
            "/payer": PERSON,
            "/amount": {"paid": "229.11", "currency": "142"},
        },
        "withheld": [],
    },
    "waybill": {
        "data": {"carrier": CARRIER, "weight": "1.2", "packages": 1},
        "disclosed": {"/number": "WB-1", "/orderNumber": "ORDER-1", "/consignee": CONSIGNEE},
        "withheld": ["/goods", "/charges"],
    },
    "list": {
        "data": {
            "tradeMode": "9610", "declaredOn": "20260302", "platform": PLATFORM, "seller": SELLER, "carrier": CARRIER
        },
        "disclosed": {
            "/numbers": {"order": "ORDER-1", "waybill": "WB-1", "vehicle": "MU501", "voyage": "0302", "bill": "MAWB-1"},
            "/buyer": PERSON,
            "/lines": {"packages": "1", "items": [CODED]},
            "/charges": {"freight": "10", "insurance": "0", "currency": "142"},
        },
        "withheld": ["/consignee"],
    },
    "return": {
        "data": {"lineCount": 1},
        "disclosed": {"/lines": {"items": [RETURNED]}},
        "withheld": ["/numbers"],
    },
}  # fmt: skip
RULES = (
    "order-key", "seller", "money", "payment", "consignee", "waybill", "buyer", "lines", "packages", "return", "mode",
    "single-limit", "yearly-limit",
)  # fmt: skip


def papers(*sources: str, **bent: dict[str, Any]) -> dict[str, Any]:
    """Return papers by source; `list={"/lines items 0 total": "20"}` bends a value, None takes it out."""
    stated = {each: deepcopy(PAPERS[each]) for each in sources or SOURCES}
    for source, changes in bent.items():
        for where, value in changes.items():
            _bend(stated[source.removesuffix("_")], where.split(), value)
    return stated


def _bend(paper: dict[str, Any], steps: list[str], value: Any) -> None:
    holder: Any = paper["disclosed" if steps[0].startswith("/") else "data"]
    *path, last = [int(each) if each.isdigit() else each for each in steps]
    for step in path:
        holder = holder[step]
    if value is None:
        del holder[last]
    else:
        holder[last] = value


def add(
    name: str, desc: str, documents: dict[str, Any], *, rules: str = "1", used: str | None = None, **found: Any
) -> None:
    """Add papers, and what the rules say: `differs` and `incomplete` by the rule's last word, all others agree."""
    said = {word: {f"match.{rule}": sorted(fields.split()) for rule, fields in found.get(word, {}).items()}
            for word in ("differs", "incomplete")}  # fmt: skip
    asked = [f"match.{each}" for each in RULES if (each != "return" or "return" in documents)
             and (each != "yearly-limit" or used is not None)]  # fmt: skip
    agrees = [each for each in asked if each not in said["differs"] and each not in said["incomplete"]]
    outcome = "differs" if said["differs"] else "incomplete" if said["incomplete"] else "agrees"
    facts = {"outcome": outcome, "agrees": agrees, **said}
    results.valid(name, desc, facts, documents=documents, rules=rules, used=used)


PRODUCT = "{0}/lines/items/1/price {0}/lines/items/1/quantity {0}/lines/items/1/total"
add("agreeing", "order, payment, waybill and list of one parcel", papers())
add("agreeing-with-a-return", "and one of two pieces comes back", papers(*SOURCES, "return"))
add(
    "no-order-joins-all-four",
    "each paper names another order",
    papers(payment={"/number": "ORDER-7"}, waybill={"/orderNumber": "ORDER-3"}, list={"/numbers order": "ORDER-8"}),
    differs={"order-key": "order/number payment/number waybill/orderNumber list/numbers/order"},
)
add(
    "consignee-and-telephone-differ-and-the-address-agrees",
    "another person at the same address",
    papers(waybill={"/consignee name": "赵六", "/consignee telephone": "13800000002"}),
    differs={
        "consignee": "order/consignee/name waybill/consignee/name order/consignee/telephone waybill/consignee/telephone"
    },
)
add(
    "line-total-of-the-order-is-not-price-times-quantity",
    "2 at 100 are not 12000",
    papers(order={"/lines items 0 total": "12000"}),
    differs={"money": PRODUCT.format("order")},
)
add(
    "line-total-of-the-list-is-not-price-times-quantity",
    "2 at 100 are not 20",
    papers(list={"/lines items 0 total": "20"}),
    differs={"money": PRODUCT.format("list")},
)
add(
    "price-of-the-list-is-a-tenth",
    "the list declares a tenth of what was ordered, its own arithmetic right",
    papers(list={"/lines items 0 price": "10", "/lines items 0 total": "20"}),
    differs={"lines": "order/lines/items/1/price list/lines/items/1/price"},
)
add(
    "paid-is-not-the-sum-of-its-parts",
    "a cent too much tax",
    papers(order={"/amounts tax": "19.12"}),
    differs={"money": " ".join(f"order/amounts/{each}" for each in ("goods", "freight", "tax", "discount", "paid"))},
)
add(
    "paid-differs-by-a-cent",
    "the payment firm took a cent less",
    papers(payment={"/amount paid": "229.10"}),
    differs={"money": "order/amounts/paid payment/amount/paid"},
)
add(
    "packages-6000",
    "waybill and list of six thousand packages",
    papers(waybill={"packages": 6000}, list={"/lines packages": "6000"}),
    differs={"packages": "waybill/packages list/lines/packages"},
)
add(
    "direct-import-with-an-account-book",
    "9610 and an account book",
    papers(list={"book": "H2244A000001"}),
    differs={"mode": "list/book list/tradeMode"},
)
add(
    "bonded-without-book-warehouse-and-record",
    "1210, and nothing that it asks for",
    papers(list={"tradeMode": "1210"}),
    differs={"mode": "list/book list/numbers/warehouseCode list/lines/items/1/record list/tradeMode"},
)
add(
    "mode-that-is-none",
    "a mode of trade that is not of cross-border retail imports",
    papers(list={"tradeMode": "0101"}),
    differs={"mode": "list/tradeMode"},
)
add(
    "freight-below-zero",
    "a freight of less than nothing brings a purchase under the limit",
    papers(list={"/charges freight": "-1000"}),
    differs={"single-limit": "list/charges/freight"},
)
add(
    "a-line-below-zero",
    "two pieces less than nothing, its arithmetic right, and the same in the order",
    papers(
        order={"/lines items 0 quantity": "-2", "/lines items 0 total": "-200"},
        list={"/lines items 0 quantity": "-2", "/lines items 0 total": "-200"},
    ),
    differs={
        "money": f"{PRODUCT.format('order')} {PRODUCT.format('list')}",
        "single-limit": "list/lines/items/1/total",
    },
)
add(
    "discount-below-zero",
    "what is taken off adds to the price",
    papers(order={"/amounts discount": "-1", "/amounts paid": "230.11"}, payment={"/amount paid": "230.11"}),
    differs={"money": "order/amounts/discount"},
)
add(
    "declared-in-another-currency",
    "limits are of yuan",
    papers(list={"/charges currency": "502", "/lines items 0 currency": "502"}),
    differs={"single-limit": "list/charges/currency list/lines/items/1/currency"},
)
add(
    "pieces-of-the-order-are-not-those-of-its-lines",
    "more may come back than its lines add up to",
    papers(order={"/quantity": "3"}),
    differs={"lines": "order/quantity"},
)
add("pieces-of-the-order-are-those-of-its-lines", "as much may come back", papers(order={"/quantity": "2"}))
DEAR = {"/lines items 0 price": "9520", "/lines items 0 total": "19040"}
add(
    "19050-yuan-in-one-purchase",
    "two pieces, nearly four times the limit",
    papers(order=DEAR, list=DEAR),
    differs={"single-limit": "list/lines/items"},
)
ONE = {"/lines items 0 quantity": "1", "/lines items 0 price": "19040", "/lines items 0 total": "19040"}
add("19050-yuan-for-a-single-item", "one piece that cannot be divided", papers(order=ONE, list=ONE), used="0")
add(
    "above-the-year",
    "the year's limit is passed by a cent",
    papers(),
    used="25790.01",
    differs={"yearly-limit": "list/lines/items"},
)
add("the-year-to-the-cent", "nothing is left of the year", papers(), used="25790")
add(
    "returned-more-than-listed",
    "three of two come back",
    papers(*SOURCES, "return", return_={"/lines items 0 quantity": "3"}),
    differs={"return": "return/lines/items/1/quantity list/lines/items/1/quantity"},
)
add(
    "returned-goods-of-another-code",
    "what comes back is not what was listed",
    papers(*SOURCES, "return", return_={"/lines items 0 hsCode": "3401110000"}),
    differs={"return": "return/lines/items/1/hsCode list/lines/items/1/hsCode"},
)
add(
    "written-in-full-width-with-spaces",
    "the same in writing that normalisation 1 makes the same",
    papers(
        waybill={
            "/orderNumber": " \uff2f\uff32\uff24\uff25\uff32\uff0d\uff11",
            "/consignee address": "示例市示例区\u3000",
        },
        payment={"/amount paid": "229.11000"},
    ),
)
add(
    "written-in-another-case",
    "letters keep their case",
    papers(waybill={"/orderNumber": "order-1"}),
    differs={"order-key": "order/number waybill/orderNumber"},
)
add("off-by-four-percent-within-five", "declared arithmetic may be off by 5 %", papers(order={"/amounts tax": "28"}),
    rules="1-within-5-percent")  # fmt: skip
add("order-that-knows-no-payment", "a payment is compared only if the order names one",
    papers(order={"/payment code": None, "/payment transaction": None}))  # fmt: skip
LACKS = {
    "order-key": "waybill list", "seller": "list", "money": "list", "consignee": "waybill", "waybill": "waybill list",
    "buyer": "list", "lines": "list", "packages": "waybill list", "mode": "list", "single-limit": "list",
}  # fmt: skip
add("order-and-payment-alone", "what agrees so far, and what is missing", papers("order", "payment"), incomplete=LACKS)
HIDDEN = papers()
HIDDEN["order"]["withheld"].append("/buyer")
del HIDDEN["order"]["disclosed"]["/buyer"]
add(
    "buyer-not-disclosed",
    "what is withheld is missing, and agrees with nothing",
    HIDDEN,
    incomplete={"buyer": "order/buyer/name order/buyer/idType order/buyer/idNumber"},
)

EXPORT_RULES = ("order-key", "seller", "funds", "waybill", "lines", "mode", "return")
CUPS = {"number": "1", "name": "示例杯", "quantity": "10", "price": "2.5", "total": "25", "unit": "011"}
KIND = {"hsCode": "6912001000", "model": "白", "quantity1": "4.2", "unit1": "035"}
BACK = KIND | {"number": "1", "name": "示例杯", "quantity": "3", "unit": "011", "quantity1": "1.26"}
EXPORTED: dict[str, Any] = {
    "order": {
        "data": {"kind": "E", "platform": PLATFORM, "seller": SELLER, "lineCount": 1},
        "disclosed": {
            "/number": "EXPORT-1", "/amounts": {"goods": "25", "freight": "3", "currency": "502"},
            "/lines": {"items": [CUPS]},
        },
        "withheld": [],
    },
    "funds": {
        "data": {"firm": FIRM, "platform": PLATFORM, "seller": SELLER},
        "disclosed": {"/number": "EXPORT-1", "/amount": {"received": "27.4", "currency": "502"}},
        "withheld": [],
    },
    "waybill": {
        "data": {"carrier": CARRIER, "weight": "5", "packages": 1, "seller": SELLER},
        "disclosed": {"/number": "EX-WB-1"},
        "withheld": [],
    },
    "list": {
        "data": {"tradeMode": "9610", "statistics": "A", "platform": PLATFORM, "seller": SELLER, "carrier": CARRIER},
        "disclosed": {
            "/numbers": {"order": "EXPORT-1", "waybill": "EX-WB-1"},
            "/lines": {"packages": "1", "items": [CUPS | KIND]},
        },
        "withheld": [],
    },
    "return": {"data": {"lineCount": 1}, "disclosed": {"/lines": {"items": [BACK]}}, "withheld": []},
}  # fmt: skip


def add_export(
    name: str, desc: str, *sources: str, bent: dict[str, dict[str, Any]] | None = None, **found: Any
) -> None:
    """Add papers of an export, and what the rules say of them."""
    stated = {each: deepcopy(EXPORTED[each]) for each in sources or ("order", "funds", "waybill", "list")}
    for source, changes in (bent or {}).items():
        for where, value in changes.items():
            _bend(stated[source], where.split(), value)
    said = {word: {f"match.export-{rule}": sorted(fields.split()) for rule, fields in found.get(word, {}).items()}
            for word in ("differs", "incomplete")}  # fmt: skip
    asked = [f"match.export-{each}" for each in EXPORT_RULES if each != "return" or "return" in stated]
    agrees = [each for each in asked if each not in said["differs"] and each not in said["incomplete"]]
    outcome = "differs" if said["differs"] else "incomplete" if said["incomplete"] else "agrees"
    facts = {"outcome": outcome, "agrees": agrees, **said}
    results.valid(name, desc, facts, documents=stated, rules="export-1", used=None)


EVERY = ("order", "funds", "waybill", "list", "return")
add_export("export-agreeing", "order, funds, waybill, list and return of one export", *EVERY)
add_export(
    "export-funds-of-another-order",
    "what was received was paid for something else",
    bent={"funds": {"/number": "EXPORT-2"}},
    differs={"funds": "funds/number order/number"},
)
add_export(
    "export-to-firms-without-funds",
    "9710 asks for none",
    "order", "waybill", "list",
    bent={"list": {"tradeMode": "9710"}},
)  # fmt: skip
add_export("export-lacking-funds", "9610 asks for them", "order", "waybill", "list", incomplete={"funds": "funds"})
add_export(
    "export-out-of-a-bonded-area-without-its-warehouse",
    "1210 asks for the warehouse and the record of each line",
    bent={"list": {"tradeMode": "1210"}},
    differs={"mode": "list/lines/items/1/record list/numbers/warehouseCode list/numbers/warehouseName list/tradeMode"},
)
add_export(
    "export-simplified-with-a-licence",
    "the simplified way is not for goods that need one",
    bent={"list": {"/numbers licence": "L-1"}},
    differs={"mode": "list/numbers/licence list/statistics"},
)
add_export(
    "export-pieces-of-the-list-are-not-those-of-its-lines",
    "more may come back than its lines add up to",
    bent={"list": {"/quantity": "11"}},
    differs={"lines": "list/quantity"},
)
add_export(
    "export-returned-more-in-the-legal-unit",
    "no more pieces than were listed, and more kilograms",
    *EVERY,
    bent={"return": {"/lines items 0 quantity1": "4.3"}},
    differs={"return": "list/lines/items/1/quantity1 return/lines/items/1/quantity1"},
)
TALLY = {"data": {"customs": "2244", "operator": CARRIER, "carrier": CARRIER, "direction": "I"},
         "disclosed": {"/number": "WB-9"}, "withheld": []}  # fmt: skip
results.valid(
    "tally-of-another-waybill",
    "what was counted in is not what was listed",
    {
        "outcome": "differs",
        "agrees": [f"match.{each}" for each in RULES if each not in ("return", "yearly-limit")],
        "differs": {"match.tally": ["list/numbers/waybill", "tally/number"]},
        "incomplete": {},
    },
    documents=papers() | {"tally": TALLY}, rules="1", used=None,
)  # fmt: skip
add(
    "quantities-in-different-units",
    "two tins and nine hundred grams cannot be compared",
    papers(list={"/lines items 0 unit": "035"}),
    incomplete={"lines": "list/lines/items/1/unit order/lines/items/1/unit"},
)
