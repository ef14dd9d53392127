/**
 * The match of a list with order, payment or funds, and waybill, in whatever order they arrive (docs/matching.md).
 * @module
 */
import { unsupported } from "../errors.js";
import { isWithin, readAmount, spellAmount, UNITS } from "./amounts.js";
import { Comparison, NORMALISATION, outcomeOf } from "./comparison.js";
import { checkLines, checkPieces, checkReturn, checkTotals, linesInBoth } from "./lines.js";
import { amountOf, checkExportMode, checkFunds, checkMode, checkSingleLimit, checkYearlyLimit } from "./listed.js";

/** @typedef {import("./comparison.js").Finding} Finding */
/** @typedef {{found: Comparison, percent: bigint, used: bigint}} Judged */
/** @typedef {{rules: string, normalisation: string, outcome: string, findings: Finding[]}} Result */

/** Fields that have to agree, by rule. @type {Record<string, string[]>} */
const PAIRS = {
  "match.order-key": [
    "order/number = payment/number",
    "order/number = waybill/orderNumber",
    "order/number = list/numbers/order",
    "order/platform/code = list/platform/code",
    "order/platform/code ?? payment/platform/code",
  ],
  "match.seller": ["order/seller/code = list/seller/code"],
  "match.money": ["order/amounts/paid == payment/amount/paid", "order/amounts/currency = payment/amount/currency"],
  "match.payment": ["order/payment/transaction ?= payment/transaction", "order/payment/code ?= payment/firm/code"],
  "match.consignee": ["name", "telephone", "address"].map(
    (each) => `order/consignee/${each} = waybill/consignee/${each}`,
  ),
  "match.waybill": [
    "waybill/number = list/numbers/waybill",
    "waybill/carrier/code = list/carrier/code",
    "waybill/number ?? delivery/number",
    "waybill/carrier/code ?? delivery/carrier/code",
  ],
  "match.tally": ["tally/number = list/numbers/waybill", "tally/carrier/code = list/carrier/code"],
  "match.buyer": [
    "order/buyer/name = list/buyer/name",
    "order/buyer/idType = list/buyer/idType",
    "order/buyer/idNumber = list/buyer/idNumber",
    "order/buyer/name = payment/payer/name",
    "order/buyer/idNumber = payment/payer/idNumber",
  ],
  "match.export-order-key": ["order/number = list/numbers/order", "order/platform/code = list/platform/code"],
  "match.export-seller": ["order/seller/code = list/seller/code", "order/seller/code ?? waybill/seller/code"],
  "match.export-funds": ["order/number = funds/number", "order/seller/code = funds/seller/code"],
  "match.export-waybill": ["waybill/number = list/numbers/waybill", "waybill/carrier/code = list/carrier/code"],
};

/** What more than a comparison decides. @type {Record<string, (judged: Judged) => void>} */
const CHECKS = {
  "match.money": checkMoney,
  "match.payment": ({ found }) => {
    // An order need not know its payment; whether it does is told once both are there.
    found.missing.push(...["order", "payment"].filter((each) => !found.documents.has(each)));
  },
  "match.tally": checkTally,
  "match.lines": ({ found }) => {
    checkLines(found);
    checkPieces(found, "order");
  },
  "match.packages": checkPackages,
  "match.return": ({ found }) => checkReturn(found, ["hsCode", "name", "unit"], ["quantity"]),
  "match.mode": ({ found }) => checkMode(found, "import"),
  "match.single-limit": ({ found }) => checkSingleLimit(found),
  "match.yearly-limit": ({ found, used }) => checkYearlyLimit(found, used),
  "match.export-lines": ({ found }) => {
    linesInBoth(found);
    checkPieces(found, "list");
  },
  "match.export-mode": ({ found }) => checkExportMode(found),
  "match.export-return": ({ found }) =>
    checkReturn(found, ["hsCode", "name", "model", "unit", "unit1"], ["quantity", "quantity1"]),
};

const IMPORTS = [
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
];
const EXPORTS = ["order-key", "seller", "funds", "waybill", "lines", "mode", "return"].map(
  (each) => `match.export-${each}`,
);
const IMPORT_TYPES = {
  order: "order.placed",
  payment: "order.payment",
  waybill: "transport.waybill",
  list: "clearance.list",
  tally: "transport.tally",
  delivery: "delivery.signed",
  return: "aftersales.return",
};
const EXPORT_TYPES = {
  order: "order.export",
  funds: "order.funds",
  waybill: "transport.export-waybill",
  list: "clearance.export-list",
  return: "aftersales.export-return",
};
/** Rules that are asked only once a document is there which need not come. @type {Record<string, string>} */
const ASKED_WITH = { "match.tally": "tally", "match.return": "return", "match.export-return": "return" };

/**
 * By version: rules in their order, how many percent declared arithmetic may be off, types of events by source.
 * @type {Map<string, {rules: string[], percent: bigint, types: Record<string, string>}>}
 */
export const RULE_SETS = new Map([
  ["1", { rules: IMPORTS, percent: 0n, types: IMPORT_TYPES }],
  ["1-within-5-percent", { rules: IMPORTS, percent: 5n, types: IMPORT_TYPES }],
  ["export-1", { rules: EXPORTS, percent: 0n, types: EXPORT_TYPES }],
]);

/** @param {Judged} judged R3: paid is goods, freight and tax less the discount; each total its price times quantity */
function checkMoney({ found, percent }) {
  if (found.documents.has("order")) checkPaid(found, percent);
  for (const source of ["order", "list"]) checkTotals(found, source, percent);
}

/** @param {Comparison} found @param {bigint} percent */
function checkPaid(found, percent) {
  const fields = ["goods", "freight", "tax", "discount", "paid"].map((each) => `order/amounts/${each}`);
  const amounts = fields.map((field) => amountOf(found, field));
  if (amounts.includes(null)) return;
  const [goods, freight, tax, discount, paid] = /** @type {bigint[]} */ (amounts);
  const made = goods + freight + tax - discount;
  if (isWithin(paid, made, percent)) return;
  const stated = fields.map((field, at) => [field, spellAmount(/** @type {bigint} */ (amounts[at]))]);
  found.differ({ ...Object.fromEntries(stated), expected: spellAmount(made) });
}

/** @param {Judged} judged R9: waybill and list are of one package each */
function checkPackages({ found }) {
  for (const field of ["waybill/packages", "list/lines/packages"]) {
    const stated = found.require(field);
    if (stated !== null && readAmount(stated) !== UNITS) found.differ({ [field]: stated, expected: "1" });
  }
}

/** @param {Judged} judged R6: a tally that says its direction says that goods come in */
function checkTally({ found }) {
  const stated = found.documents.get("tally")?.find("/direction") ?? null;
  if (stated !== null && stated !== "I") found.differ({ "tally/direction": stated, expected: "I" });
}

/**
 * @param {string} rule
 * @param {Map<string, import("./documents.js").Document>} documents
 * @param {bigint} percent
 * @param {bigint | null} used
 * @returns {Finding}
 */
function judge(rule, documents, percent, used) {
  const found = new Comparison(documents);
  if (rule === "match.export-funds" && !documents.has("funds")) {
    checkFunds(found);
    return found.finding(rule);
  }
  for (const row of PAIRS[rule] ?? []) {
    const [left, sign, right] = row.split(" ");
    found.compare(left, sign, right);
  }
  CHECKS[rule]?.({ found, percent, used: used ?? 0n });
  return found.finding(rule);
}

/**
 * @param {Map<string, import("./documents.js").Document>} documents by source
 * @param {string} version of the rules
 * @param {bigint | null} [used] of the year's limit before, in hundred-thousandths of a yuan; null leaves the year out
 * @returns {Result} what is missing is named, and nothing is refused
 * @throws unsupported for another version
 */
export function matchDocuments(documents, version, used = null) {
  const chosen = RULE_SETS.get(version);
  if (!chosen) throw unsupported("rules", version, [...RULE_SETS.keys()].join(", "));
  const asked = chosen.rules.filter((rule) => !(rule in ASKED_WITH) || documents.has(ASKED_WITH[rule]));
  const findings = asked
    .filter((rule) => used !== null || rule !== "match.yearly-limit")
    .map((rule) => judge(rule, documents, chosen.percent, used));
  const outcome = outcomeOf(findings.map((each) => each.outcome));
  return { rules: version, normalisation: NORMALISATION, outcome, findings };
}
