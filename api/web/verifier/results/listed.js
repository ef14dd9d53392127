/**
 * Rules about a list by itself: what its mode of trade asks for, and the limits of a purchase (docs/matching.md).
 * @module
 */
import { readAmount, UNITS } from "./amounts.js";
import { agree } from "./comparison.js";
import { itemsOf } from "./lines.js";

/** @typedef {import("./comparison.js").Comparison} Comparison */
/** @typedef {{required: string[], items: string[], forbidden: string[]}} Asked of a list, and of each line */
/** @typedef {{import?: Asked, export?: Asked, funds: boolean}} Mode export: where goods leave by it on a list */

const NOTHING = { required: [], items: [], forbidden: [] };
/** @type {Mode} */
const BONDED = {
  import: { required: ["/book", "/numbers/warehouseCode"], items: ["record"], forbidden: [] },
  export: { required: ["/numbers/warehouseCode", "/numbers/warehouseName"], items: ["record"], forbidden: [] },
  funds: true,
};
/** @type {Map<any, Mode>} */
const MODES = new Map([
  [
    "9610",
    {
      import: { required: ["/numbers/vehicle", "/numbers/voyage", "/numbers/bill"], items: [], forbidden: ["/book"] },
      export: NOTHING,
      funds: true,
    },
  ],
  ["1210", BONDED],
  ["1239", BONDED],
  ["9710", { export: NOTHING, funds: false }],
  ["9810", { export: NOTHING, funds: false }],
  ["1039", { funds: false }],
]);
/** Since when, of one purchase, of a year: yuan. @type {[string, bigint, bigint][]} */
const LIMITS = [
  ["20190101", 5_000n, 26_000n],
  ["20160408", 2_000n, 20_000n],
];

const YUAN = "142"; // among customs' codes of currencies

/** @param {any} value @returns {boolean} what counts as not stated */
const isEmpty = (value) => !value || (Array.isArray(value) && !value.length) || (value instanceof Map && !value.size);

/** @param {Comparison} found @param {"import" | "export"} direction */
export function checkMode(found, direction) {
  const code = found.require("list/tradeMode");
  if (code === null) return;
  const asked = MODES.get(code)?.[direction];
  if (!asked) return found.differ({ "list/tradeMode": code, expected: `a mode of ${direction}` });
  const list = /** @type {import("./documents.js").Document} */ (found.documents.get("list"));
  for (const pointer of asked.required.filter((each) => isEmpty(list.find(each)))) {
    if (list.isWithheld(pointer)) found.missing.push(`list${pointer}`);
    else found.differ({ [`list${pointer}`]: list.find(pointer), "list/tradeMode": code });
  }
  for (const pointer of asked.forbidden) {
    const value = list.find(pointer);
    if (value !== null) found.differ({ [`list${pointer}`]: value, "list/tradeMode": code });
  }
  for (const [number, item] of asked.items.length ? itemsOf(found, "list") : []) {
    for (const name of asked.items.filter((each) => isEmpty(item.get(each)))) {
      found.differ({ [`list/lines/items/${number}/${name}`]: null, "list/tradeMode": code });
    }
  }
}

/** In the simplified way a list names no licence. @param {Comparison} found */
export function checkExportMode(found) {
  checkMode(found, "export");
  const code = found.documents.get("list")?.find("/tradeMode") ?? null;
  if (!MODES.get(code)?.export || found.require("list/statistics") !== "A") return;
  const list = /** @type {import("./documents.js").Document} */ (found.documents.get("list"));
  const licence = list.find("/numbers/licence");
  if (licence !== null) found.differ({ "list/numbers/licence": licence, "list/statistics": "A" });
  else if (list.isWithheld("/numbers/licence")) found.missing.push("list/numbers/licence");
}

/** Funds are missed only where the list's mode asks for them. @param {Comparison} found */
export function checkFunds(found) {
  if (MODES.get(found.require("list/tradeMode"))?.funds) found.missing.push("funds");
}

/**
 * @param {Comparison} found
 * @param {string} field
 * @returns {bigint | null} one that is missing, is no number or below zero is noted, and null
 */
export function amountOf(found, field) {
  return noted(found, field, found.require(field));
}

/** @param {Comparison} found @param {string} field @param {any} stated @returns {bigint | null} */
function noted(found, field, stated) {
  const amount = readAmount(stated);
  if (stated === null || (amount !== null && amount >= 0n)) return amount;
  found.differ({ [field]: stated, expected: amount === null ? "a decimal" : "0 or more" });
  return null;
}

/** Limits are of yuan. @param {Comparison} found @param {Map<bigint, Map<string, any>>} items */
function checkCurrency(found, items) {
  const stated = [
    ["list/charges/currency", found.documents.get("list")?.find("/charges/currency") ?? null],
    ...[...items].map(([number, item]) => [`list/lines/items/${number}/currency`, item.get("currency") ?? null]),
  ];
  const other = stated.filter(([, value]) => value !== null && !agree(value, YUAN, false));
  if (other.length) found.differ({ ...Object.fromEntries(other), expected: YUAN });
}

/** @param {Comparison} found @returns {[bigint, bigint] | null} of one purchase and of a year, in yuan */
function limitsOf(found) {
  const day = found.require("list/declaredOn");
  const known = typeof day === "string" && /^[0-9]{8}$/.test(day) && LIMITS.find(([since]) => since <= day);
  if (day !== null && !known) found.differ({ "list/declaredOn": day, expected: "a day since there are limits" });
  return known ? [known[1] * UNITS, known[2] * UNITS] : null;
}

/**
 * The amount is the dutiable one: the totals of the lines, freight and insurance, without tax.
 * @param {Comparison} found
 * @param {bigint | null} used of the year, in hundred-thousandths of a yuan; null leaves the year out
 * @returns {string | null} how a list stands to the limits; null where that cannot be told, which is noted
 */
function assessList(found, used) {
  const limits = limitsOf(found);
  const items = itemsOf(found, "list");
  checkCurrency(found, items);
  const amounts = ["freight", "insurance"].map((name) => amountOf(found, `list/charges/${name}`));
  for (const [number, item] of items) {
    const [field, stated] = [`list/lines/items/${number}/total`, item.get("total") ?? null];
    if (stated === null) found.missing.push(field);
    amounts.push(noted(found, field, stated));
  }
  if (!limits || !items.size || amounts.includes(null)) return null;
  const total = /** @type {bigint[]} */ (amounts).reduce((sum, each) => sum + each, 0n);
  const quantities = [...items.values()].map((each) => readAmount(each.get("quantity") ?? null));
  return assess(total, quantities.length === 1 && quantities[0] === UNITS, limits, used);
}

/**
 * The year is judged first: above it nothing helps.
 * @param {bigint} amount @param {boolean} single one single item, which cannot be divided
 * @param {[bigint, bigint]} limits @param {bigint | null} used @returns {string}
 */
function assess(amount, single, [once, yearly], used) {
  if (used !== null && used + amount > yearly) return "above-yearly";
  if (amount <= once) return "within";
  if (!single) return "above-single";
  return amount <= yearly ? "taxed-in-full" : "above-yearly";
}

/** @param {Comparison} found */
export function checkSingleLimit(found) {
  const outcome = assessList(found, null);
  if (outcome?.startsWith("above")) found.differ({ "list/lines/items": outcome, expected: "within" });
}

/** @param {Comparison} found @param {bigint} used of the year before */
export function checkYearlyLimit(found, used) {
  const outcome = assessList(found, used);
  if (outcome === "above-yearly") found.differ({ "list/lines/items": outcome, expected: "within" });
}
