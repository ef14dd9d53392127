/**
 * Lines of documents: which there are, and whether those of two documents agree (docs/matching.md, R3, R8, R10).
 * @module
 */
import { isWithin, multiply, readAmount, spellAmount, UNITS } from "./amounts.js";
import { agree } from "./comparison.js";
import { MOST_ITEMS } from "./documents.js";

const ITEMS = "/lines/items";

/** @typedef {import("./comparison.js").Comparison} Comparison */
/** @typedef {Map<string, any>} Item */

/** @param {string} source @param {bigint} number @param {string} name @returns {string} */
const fieldOf = (source, number, name) => `${source}${ITEMS}/${number}/${name}`;

/** @param {Item} item @returns {bigint | null} */
function numberOf(item) {
  const amount = readAmount(item.get("number") ?? null);
  return amount !== null && amount > 0n && amount % UNITS === 0n ? amount / UNITS : null;
}

/**
 * @param {Comparison} found
 * @param {string} source
 * @param {boolean} [needed] whether a document that is not there is missing
 * @returns {Map<bigint, Item>} by number; lines that cannot be told apart, or too many, are a difference
 */
export function itemsOf(found, source, needed = false) {
  const document = found.documents.get(source);
  if (!document && needed) found.missing.push(source);
  if (!document || found.require(source + ITEMS) === null) return new Map();
  const { items } = document;
  const numbers = items.map(numberOf);
  const stated = document.find(ITEMS);
  const distinct = !numbers.includes(null) && new Set(numbers).size === numbers.length;
  const whole = Array.isArray(stated) && stated.length === numbers.length && numbers.length <= MOST_ITEMS;
  if (!numbers.length || !distinct || !whole) {
    found.differ({ [source + ITEMS]: items.length, expected: "lines with a number each" });
    return new Map();
  }
  const known = numbers.map((number, at) => /** @type {[bigint, Item]} */ ([number, items[at]]));
  return new Map(known.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * @param {Comparison} found
 * @returns {[number: bigint, items: Record<string, Item>][]} lines that order and list have; what one lacks differs
 */
export function linesInBoth(found) {
  const [ordered, listed] = ["order", "list"].map((source) => itemsOf(found, source, true));
  if (!ordered.size || !listed.size) return [];
  /** @type {[bigint, Record<string, Item>][]} */
  const both = [];
  for (const number of new Set([...ordered.keys(), ...listed.keys()])) {
    const [order, list] = [ordered.get(number), listed.get(number)];
    if (order && list) both.push([number, { order, list }]);
    else {
      found.differ({
        [`order${ITEMS}/${number}`]: order ? number : null,
        [`list${ITEMS}/${number}`]: list ? number : null,
      });
    }
  }
  return both;
}

/** @param {bigint} number @param {string} name @param {Record<string, Item>} items @returns {Record<string, any>} */
const valuesOf = (number, name, items) =>
  Object.fromEntries(
    Object.entries(items).map(([source, item]) => [fieldOf(source, number, name), item.get(name) ?? null]),
  );

/**
 * @param {Comparison} found
 * @param {bigint} number
 * @param {string} name of a member @param {boolean} amounts
 * @param {Record<string, Item>} items of two documents
 */
export function compareMember(found, number, name, amounts, items) {
  const values = valuesOf(number, name, items);
  if (!found.areStated(values)) return;
  const [left, right] = Object.values(values);
  if (!agree(left, right, amounts)) found.differ(values);
}

/**
 * R8: the same lines, names, quantities and prices; in different units the units are missing.
 * @param {Comparison} found
 */
export function checkLines(found) {
  for (const [number, items] of linesInBoth(found)) {
    compareMember(found, number, "name", false, items);
    const units = valuesOf(number, "unit", items);
    if (!found.areStated(units)) continue;
    const [left, right] = Object.values(units);
    if (!agree(left, right, false)) found.missing.push(...Object.keys(units));
    else for (const name of ["quantity", "price"]) compareMember(found, number, name, true, items);
  }
}

/**
 * How many pieces a document says that may come back are what its lines add up to.
 * @param {Comparison} found @param {string} source
 */
export function checkPieces(found, source) {
  const document = found.documents.get(source);
  const field = `${source}/quantity`;
  if (!document || (document.find("/quantity") === null && !document.isWithheld("/quantity"))) return;
  const stated = found.require(field);
  const amounts = [...itemsOf(found, source).values()].map((item) => readAmount(item.get("quantity") ?? null));
  if (stated === null || !amounts.length || amounts.includes(null)) return;
  const made = /** @type {bigint[]} */ (amounts).reduce((sum, each) => sum + each, 0n);
  if (readAmount(stated) !== made) found.differ({ [field]: stated, expected: spellAmount(made) });
}

/**
 * R10: what is returned was listed, and no more of it.
 * @param {Comparison} found
 * @param {string[]} texts members that are the same
 * @param {string[]} amounts that are limited
 */
export function checkReturn(found, texts, amounts) {
  const [returned, listed] = ["return", "list"].map((source) => itemsOf(found, source, true));
  if (!returned.size || !listed.size) return;
  for (const [number, item] of returned) {
    const list = listed.get(number);
    if (!list) {
      found.differ({ [`return${ITEMS}/${number}`]: number, [`list${ITEMS}/${number}`]: null });
      continue;
    }
    for (const name of texts) compareMember(found, number, name, false, { return: item, list });
    for (const name of amounts) {
      const values = valuesOf(number, name, { return: item, list });
      if (!found.areStated(values)) continue;
      const [least, most] = Object.values(values).map(readAmount);
      if (least === null || most === null || least <= 0n || least > most) found.differ(values);
    }
  }
}

/**
 * R3: a line's total is price times quantity.
 * @param {Comparison} found @param {string} source @param {bigint} percent that it may be off
 */
export function checkTotals(found, source, percent) {
  for (const [number, item] of itemsOf(found, source, true)) {
    const names = ["price", "quantity", "total"];
    const values = Object.fromEntries(names.map((name) => [fieldOf(source, number, name), item.get(name) ?? null]));
    if (!found.areStated(values)) continue;
    const [price, quantity, total] = Object.values(values).map(readAmount);
    const made = price === null || quantity === null ? null : multiply(price, quantity);
    if ([price, quantity, total].some((each) => each !== null && each < 0n)) {
      found.differ({ ...values, expected: "0 or more" });
    } else if (made === null || total === null || !isWithin(total, made, percent)) {
      found.differ({ ...values, expected: made === null ? "decimals" : spellAmount(made) });
    }
  }
}
