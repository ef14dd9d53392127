/**
 * One event as a proof shows it: head, body or why there is none, disclosures, its place.
 * @module
 */
import { bodyHash, parseBody } from "./body.js";
import { equalBytes, formatHex } from "./bytes.js";
import { parseDisclosure } from "./disclosure.js";
import { mismatch } from "./errors.js";
import { parseHead } from "./head.js";

/**
 * @typedef {{word: "shown", bytes: Uint8Array} | {word: "restricted"} | {word: "missing"}
 *   | {word: "erased", order: Uint8Array}} BodyState
 */

/** @typedef {import("./parts.js").StatementPart} StatementPart */

export class Event {
  /**
   * @param {{statement: StatementPart, position: number, headBytes: Uint8Array, state: BodyState,
   *   disclosures: string[]}} parts
   */
  constructor({ statement, position, headBytes, state, disclosures }) {
    this.statement = statement;
    this.leaf = statement.leaf;
    this.position = position;
    this.head = parseHead(headBytes);
    this.type = this.head.type;
    this.name = this.head.name;
    this.state = state;
    this.texts = disclosures;
    /** Ledger time, once the seals are verified. */
    this.time = 0;
    /** @type {import("./body.js").Body | null} */
    this.parsed = null;
    /** @type {Map<string, import("./disclosure.js").Disclosure>} */
    this.shown = new Map();
    /** @type {import("./vocabulary.js").EventType | null} in force at its leaf */
    this.vocabulary = null;
  }

  /** @returns {import("./body.js").Body | null} null where it is not shown @throws mismatch, malformed */
  body() {
    if (this.parsed || this.state.word !== "shown") return this.parsed;
    if (!equalBytes(bodyHash(this.state.bytes), this.head.body)) {
      throw mismatch("body", "other bytes", `a body with hash ${formatHex(this.head.body)}`);
    }
    return (this.parsed = parseBody(this.state.bytes));
  }

  /** @returns {Map<string, import("./disclosure.js").Disclosure>} by pointer, each parsed */
  disclosures() {
    for (const text of this.texts) {
      const each = parseDisclosure(text);
      if (this.shown.has(each.pointer)) throw mismatch("disclosures", each.pointer, "each field once");
      this.shown.set(each.pointer, each);
    }
    this.texts = [];
    return this.shown;
  }

  /** @param {string} kind @param {string} name @returns {boolean} */
  joins(kind, name) {
    return this.head.joins.some((pair) => pair[0] === kind && pair[1] === name);
  }

  /** @param {Event} other @returns {boolean} whether this stands earlier, by (leaf, position) */
  before(other) {
    return this.leaf < other.leaf || (this.leaf === other.leaf && this.position < other.position);
  }
}

/** @param {Event} one @param {Event} other @returns {number} */
export const inLogOrder = (one, other) => one.leaf - other.leaf || one.position - other.position;
