/**
 * Rules of order and counters of type files (sections 5 and 15).
 * @module
 */
import { isPointer } from "./disclosure.js";
import { malformed } from "./errors.js";
import { KIND } from "./subject.js";
import { asDecimal, asObject, asPatterns, isWord } from "./type_words.js";

/** Members of the five lines, beside code, in and refuse. */
const LINES = [["after", "by"], ["once"], ["last", "is"], ["last", "needs"], ["advances"]];

/**
 * @typedef {object} OrderRule
 * @property {string} code
 * @property {string} in
 * @property {boolean} refuse
 * @property {string[]} [after]
 * @property {"position" | "time"} [by]
 * @property {true} [once]
 * @property {string[]} [last]
 * @property {string[]} [is]
 * @property {string[]} [needs]
 * @property {true} [advances]
 */

/** @param {any} value @param {string} field @returns {Map<string, any>} */
function asLine(value, field) {
  for (const line of LINES) {
    if (value instanceof Map && line.every((each) => value.has(each))) {
      return asObject(value, field, ["code", "in", "refuse", ...line]);
    }
  }
  throw malformed(field, "another shape", "a rule of section 15");
}

/**
 * @param {any} value @param {string} field
 * @param {{joined: Set<string>, state: string | undefined}} of kinds that the type can join; whether it has a state
 * @returns {OrderRule}
 */
export function parseOrderRule(value, field, { joined, state }) {
  const rule = asLine(value, field);
  const where = rule.get("in");
  if (!isWord(rule.get("code"))) throw malformed(`${field}.code`, rule.get("code"), "a word");
  if (typeof rule.get("refuse") !== "boolean") throw malformed(field, rule.get("refuse"), "refuse: true or false");
  for (const each of ["once", "advances"]) {
    if (rule.has(each) && rule.get(each) !== true) throw malformed(`${field}.${each}`, rule.get(each), "true");
  }
  for (const each of ["after", "last", "is", "needs"]) {
    if (rule.has(each)) asPatterns(rule.get(each), `${field}.${each}`, each === "is");
  }
  if (rule.has("by") && !["position", "time"].includes(rule.get("by"))) {
    throw malformed(field, "by", "position or time");
  }
  checkWhere(rule, where, field, joined);
  if (rule.has("advances") && state !== "required") throw malformed(`${field}.advances`, state, "a required state");
  return /** @type {any} */ (Object.fromEntries(rule));
}

/** @param {Map<string, any>} rule @param {any} where @param {string} field @param {Set<string>} joined */
function checkWhere(rule, where, field, joined) {
  if (where === "each") {
    if (!rule.has("after")) throw malformed(`${field}.in`, where, "each with after alone");
    return;
  }
  if (where === "history" || where === "reach") {
    const kindOnly = rule.has("advances") || (rule.has("needs") && where === "reach");
    if (kindOnly) throw malformed(`${field}.in`, where, "a kind");
    return;
  }
  if (typeof where !== "string" || !KIND.test(where) || where === "note" || !joined.has(where)) {
    throw malformed(`${field}.in`, where, "history, reach, or a kind that the type joins");
  }
}

/**
 * @param {any} value @param {string} field
 * @param {{roles: Map<string, import("./type_roles.js").Role>, disclosures: Map<string, any>}} of the type
 * @returns {string} the role whose subjects' counters move
 */
export function checkCounter(value, field, { roles, disclosures }) {
  const counter = asObject(value, field, ["code", "role", "amount", "sign"], ["least", "most"]);
  if (!isWord(counter.get("code"))) throw malformed(`${field}.code`, counter.get("code"), "a word");
  const role = roles.get(counter.get("role"));
  if (!role || !role.joins.length) throw malformed(`${field}.role`, counter.get("role"), "a role that joins something");
  const amount = counter.get("amount");
  if (typeof amount !== "string" || !isPointer(amount)) throw malformed(`${field}.amount`, amount, "a JSON pointer");
  for (const [pointer, each] of disclosures) {
    if (amount.startsWith(pointer + "/") || (amount === pointer && each.attachment)) {
      throw malformed(`${field}.amount`, amount, "no part of a disclosure, and no attachment");
    }
  }
  const sign = counter.get("sign");
  if (!["add", "subtract", "either", "equals"].includes(sign)) throw malformed(`${field}.sign`, sign, "a sign");
  const [least, most] = ["least", "most"].map((each) =>
    counter.has(each) ? asDecimal(counter.get(each), `${field}.${each}`) : null,
  );
  if (sign === "equals" && (least !== null || most !== null)) throw malformed(field, "bounds", "none with equals");
  if (least !== null && most !== null && least > most) throw malformed(field, "least above most", "least, most");
  return counter.get("role");
}
