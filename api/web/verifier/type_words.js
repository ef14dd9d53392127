/**
 * Words of type files: patterns, decimals, members (section 5).
 * @module
 */
import { malformed } from "./errors.js";
import { FORMS, TYPE_NAME, WORD } from "./subject.js";

const DECIMAL = /^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,5})?$/;
const PREFIX = /^[a-z][a-z-]*(\.[a-z][a-z-]*)*\.\*$/;
const HANDLE = /^handle:([a-z][a-z0-9-]{0,62})$/;
const TAKEN = [
  "enterprise",
  "agency",
  "ledger",
  "key",
  "type",
  "policy",
  "kind",
  "list",
  "book",
  "book-line",
  "claim",
  "quota",
  "set",
];

/** @param {any} text @returns {boolean} */
export const isPattern = (text) =>
  typeof text === "string" && (text === "*" || TYPE_NAME.test(text) || (PREFIX.test(text) && text.length <= 66));

/** @param {string[]} patterns @param {string} type @returns {boolean} */
export const matches = (patterns, type) =>
  patterns.some((each) => each === "*" || each === type || (each.endsWith(".*") && type.startsWith(each.slice(0, -1))));

/** @param {any} value @param {string} field @param {boolean} [empty] whether it may be @returns {string[]} */
export function asPatterns(value, field, empty = false) {
  if (!Array.isArray(value) || !(value.length || empty) || !value.every(isPattern)) {
    throw malformed(field, "another list", "a list of type patterns");
  }
  return value;
}

/** @param {any} form @returns {boolean} */
export function isForm(form) {
  const handle = typeof form === "string" && HANDLE.exec(form);
  return handle ? !TAKEN.includes(handle[1]) : FORMS.has(form);
}

/** @param {any} word @returns {boolean} */
export const isWord = (word) => typeof word === "string" && WORD.test(word);

/**
 * @param {any} value @param {string} field @param {string[]} members @param {string[]} [optional]
 * @returns {Map<string, any>} an object of exactly these
 */
export function asObject(value, field, members, optional = []) {
  const known = [...members, ...optional];
  const whole = value instanceof Map && members.every((each) => value.has(each));
  if (!whole || [...value.keys()].some((each) => !known.includes(each))) {
    throw malformed(field, "another shape", `an object of ${known.join(", ")}`);
  }
  return value;
}

/**
 * @param {Map<string, any>} object
 * @param {string} name
 * @param {string} field
 * @returns {boolean} true, or not there
 */
export function flag(object, name, field) {
  if (object.has(name) && object.get(name) !== true) throw malformed(`${field}.${name}`, object.get(name), "true");
  return object.has(name);
}

/** @param {any} value @param {string} field @returns {bigint} in units of 10⁻⁵ */
export function asDecimal(value, field) {
  const zero = typeof value === "string" && /^-0(\.0*)?$/.test(value);
  if (typeof value !== "string" || !DECIMAL.test(value) || zero) throw malformed(field, value, "a decimal");
  const [whole, part = ""] = value.split(".");
  return BigInt(whole + part.padEnd(5, "0"));
}

/** @param {any} value @param {string} field */
export function checkTitle(value, field) {
  const title = asObject(value, field, ["zh", "en"]);
  for (const text of title.values()) {
    const size = typeof text === "string" ? [...text].length : 0;
    if (size < 1 || size > 256) throw malformed(field, text, "1 to 256 characters");
  }
}
