/**
 * Comparing fields of documents that may not be there yet (docs/matching.md).
 * @module
 */
import { readAmount } from "./amounts.js";

export const NORMALISATION = "1";
export const MOST_FIELDS = 256;
const SPACES = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

/** @typedef {import("./documents.js").Document} Document */
/** @typedef {"agrees" | "differs" | "incomplete"} Outcome */
/** @typedef {{rule: string, outcome: Outcome, fields: string[], differences: Map<string, any>[]}} Finding */

/** @param {string} text @returns {string} normalisation 1 */
export const normalise = (text) => text.normalize("NFKC").split(SPACES).filter(Boolean).join(" ");

/**
 * @param {any} left
 * @param {any} right
 * @param {boolean} amounts numbers by value; else texts, normalised
 * @returns {boolean}
 */
export function agree(left, right, amounts) {
  if (!amounts) return typeof left === "string" && typeof right === "string" && normalise(left) === normalise(right);
  const amount = readAmount(left);
  return amount !== null && amount === readAmount(right);
}

/** @param {Outcome[]} outcomes @returns {Outcome} that they make together */
export function outcomeOf(outcomes) {
  if (outcomes.includes("differs")) return "differs";
  return outcomes.includes("incomplete") || !outcomes.length ? "incomplete" : "agrees";
}

/** One rule at work: what differs, and what is missing for it. */
export class Comparison {
  /** @param {Map<string, Document>} documents by source */
  constructor(documents) {
    this.documents = documents;
    /** @type {Map<string, any>[]} by field; what a rule expects where no document states it under `expected` */
    this.differences = [];
    /** @type {string[]} documents and fields */
    this.missing = [];
  }

  /** @param {Record<string, any>} values */
  differ(values) {
    this.differences.push(new Map(Object.entries(values)));
  }

  /** @param {string} field `document/pointer` @returns {[Document | undefined, source: string, pointer: string]} */
  locate(field) {
    const cut = field.indexOf("/");
    const source = field.slice(0, cut);
    return [this.documents.get(source), source, field.slice(cut)];
  }

  /** @param {string} field @returns {any} its value; null where it is missing, which is noted */
  require(field) {
    const [document, source, pointer] = this.locate(field);
    const value = document?.find(pointer) ?? null;
    if (value === null) this.missing.push(document ? field : source);
    return value;
  }

  /** @param {string} field @returns {boolean} it is stated, or withheld: what may be stated has to be shown */
  mayState(field) {
    const [document, , pointer] = this.locate(field);
    return document !== undefined && (document.find(pointer) !== null || document.isWithheld(pointer));
  }

  /**
   * @param {string} left
   * @param {string} sign `=` texts, `==` amounts, `?=` asked where the left is stated, `??` where both are
   * @param {string} right
   */
  compare(left, sign, right) {
    if (sign.startsWith("?") && !this.mayState(left)) return;
    if (sign === "??" && !this.mayState(right)) return;
    const [one, other] = [this.require(left), this.require(right)];
    if (one !== null && other !== null && !agree(one, other, sign === "==")) {
      this.differ({ [left]: one, [right]: other });
    }
  }

  /** @param {Record<string, any>} values by field @returns {boolean} whether each is stated; what is not is missing */
  areStated(values) {
    const lacking = Object.keys(values).filter((field) => values[field] === null);
    this.missing.push(...lacking);
    return !lacking.length;
  }

  /** @param {string} rule @returns {Finding} what differs already, differs */
  finding(rule) {
    const differing = this.differences.flatMap((each) => [...each.keys()]).filter((each) => each !== "expected");
    const named = this.differences.length ? differing : this.missing;
    const outcome = this.differences.length ? "differs" : named.length ? "incomplete" : "agrees";
    const fields = [...new Set(named)].sort().slice(0, MOST_FIELDS);
    return { rule, outcome, fields, differences: this.differences };
  }
}
