"""The rules of the three documents and the list, as tables: which field has to agree with which; imports and exports.

Source: the message specification of customs, version 202205, in its explanations of the fields; the comparison of
payer and buyer and the limits are what customs does on top of it. Of exports the specification says less, and no more
than it says is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.results.amounts import EXACT, WITHIN_5_PERCENT, Tolerance
from verifier.results.documents import EXPORT_SOURCES, SOURCES

VERSION, EXPORT_VERSION = "1", "export-1"
TEXT, AMOUNT = "text", "amount"
ALWAYS, GIVEN, BOTH = "always", "given", "both"


@dataclass(frozen=True, slots=True)
class Field:
    """A value of a document: `order/amounts/paid` is the order's `/amounts/paid`."""

    source: str
    pointer: str

    def __str__(self) -> str:
        """Return it as findings name it."""
        return f"{self.source}{self.pointer}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two fields that have to agree.

    Attributes:
        left: a field.
        right: the other.
        kind: `text`, compared normalised, or `amount`, compared as numbers.
        asked: `always`; `given`, only where the left document states its field; `both`, only where both are there and
            both state it.
    """

    left: Field
    right: Field
    kind: str = TEXT
    asked: str = ALWAYS


def _field(spelt: str) -> Field:
    source, _, rest = spelt.partition("/")
    return Field(source, f"/{rest}")


def _pairs(*rows: str) -> tuple[Pair, ...]:
    """Return pairs of `left = right`, or `==` for amounts, `?=` asked where the left is given, `??` where both are."""
    signs = {"=": (TEXT, ALWAYS), "==": (AMOUNT, ALWAYS), "?=": (TEXT, GIVEN), "??": (TEXT, BOTH)}
    pairs = []
    for row in rows:
        left, sign, right = row.split()
        kind, asked = signs[sign]
        pairs.append(Pair(_field(left), _field(right), kind, asked))
    return tuple(pairs)


PAIRS: Mapping[str, tuple[Pair, ...]] = {
    "match.order-key": _pairs(
        "order/number = payment/number",
        "order/number = waybill/orderNumber",
        "order/number = list/numbers/order",
        "order/platform/code = list/platform/code",
        "order/platform/code ?? payment/platform/code",
    ),
    "match.seller": _pairs("order/seller/code = list/seller/code"),
    "match.money": _pairs(
        "order/amounts/paid == payment/amount/paid", "order/amounts/currency = payment/amount/currency"
    ),
    "match.payment": _pairs(
        "order/payment/transaction ?= payment/transaction", "order/payment/code ?= payment/firm/code"
    ),
    "match.consignee": _pairs(
        "order/consignee/name = waybill/consignee/name",
        "order/consignee/telephone = waybill/consignee/telephone",
        "order/consignee/address = waybill/consignee/address",
    ),
    "match.waybill": _pairs(
        "waybill/number = list/numbers/waybill",
        "waybill/carrier/code = list/carrier/code",
        "waybill/number ?? delivery/number",
        "waybill/carrier/code ?? delivery/carrier/code",
    ),
    "match.tally": _pairs("tally/number = list/numbers/waybill", "tally/carrier/code = list/carrier/code"),
    "match.buyer": _pairs(
        "order/buyer/name = list/buyer/name",
        "order/buyer/idType = list/buyer/idType",
        "order/buyer/idNumber = list/buyer/idNumber",
        "order/buyer/name = payment/payer/name",
        "order/buyer/idNumber = payment/payer/idNumber",
    ),
    "match.export-order-key": _pairs("order/number = list/numbers/order", "order/platform/code = list/platform/code"),
    "match.export-seller": _pairs("order/seller/code = list/seller/code", "order/seller/code ?? waybill/seller/code"),
    "match.export-funds": _pairs("order/number = funds/number", "order/seller/code = funds/seller/code"),
    "match.export-waybill": _pairs("waybill/number = list/numbers/waybill", "waybill/carrier/code = list/carrier/code"),
}
RULES = (
    "match.order-key",
    "match.seller",
    "match.money",
    "match.payment",
    "match.consignee",
    "match.waybill",
    "match.tally",
    "match.buyer",
    "match.lines",
    "match.packages",
    "match.return",
    "match.mode",
    "match.single-limit",
    "match.yearly-limit",
)  # R1 to R12 of the specification's reading; the sixth and the twelfth have two
EXPORT_RULES = (
    "match.export-order-key",
    "match.export-seller",
    "match.export-funds",
    "match.export-waybill",
    "match.export-lines",
    "match.export-mode",
    "match.export-return",
)
# Rules that are asked only once a document is there which need not come.
ASKED_WITH: Mapping[str, str] = {"match.tally": "tally", "match.return": "return", "match.export-return": "return"}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What is asked of the documents of one direction.

    Attributes:
        sources: type of event by source.
        rules: codes, in order.
        tolerance: how exact declared arithmetic has to be.
    """

    sources: Mapping[str, str]
    rules: tuple[str, ...]
    tolerance: Tolerance


RULE_SETS: Mapping[str, RuleSet] = {
    VERSION: RuleSet(SOURCES, RULES, EXACT),
    "1-within-5-percent": RuleSet(SOURCES, RULES, WITHIN_5_PERCENT),
    EXPORT_VERSION: RuleSet(EXPORT_SOURCES, EXPORT_RULES, EXACT),
}
IMPORT_VERSIONS = tuple(each for each, rules in RULE_SETS.items() if rules.sources is SOURCES)
