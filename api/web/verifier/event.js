/**
 * One event as a proof shows it: head, body or why there is none, disclosures, its place.
 * @module
 */
import { bodyHash, parseBody } from "./body.js";
import { equalBytes, formatHex } from "./bytes.js";
import { checkDisclosure, parseDisclosure } from "./disclosure.js";
import { mismatch } from "./errors.js";
import { parseHead } from "./head.js";
import { leafHash } from "./merkle.js";

/**
 * @typedef {{word: "shown", bytes: Uint8Array} | {word: "restricted"} | {word: "missing"}
 *   | {word: "erased", order: Uint8Array}} BodyState
 */

/** @typedef {import("./parts.js").StatementPart} StatementPart */

export class Event {
  /**
   * @param {{statement: StatementPart, position: number, headBytes: Uint8Array, state: BodyState,
   *   disclosures: string[]}} parts as the file has them; what lies in byte strings is read when it is asked for
   */
  constructor({ statement, position, headBytes, state, disclosures }) {
    this.statement = statement;
    this.leaf = statement.leaf;
    this.position = position;
    this.headBytes = headBytes;
    this.nameBytes = leafHash(headBytes);
    this.name = formatHex(this.nameBytes);
    this.state = state;
    this.texts = disclosures;
    /** Ledger time, once the seals are verified. */
    this.time = 0;
    /** @type {import("./head.js").Head | null} */
    this.parsedHead = null;
    /** @type {import("./body.js").Body | null} */
    this.parsedBody = null;
    /** @type {Map<string, import("./disclosure.js").Disclosure> | null} by pointer */
    this.shown = null;
    /** @type {import("./vocabulary.js").EventType | null} in force at its leaf */
    this.vocabulary = null;
  }

  /** @returns {import("./head.js").Head} @throws malformed */
  get head() {
    return (this.parsedHead ??= parseHead(this.headBytes, this.nameBytes));
  }

  /** @returns {string} */
  get type() {
    return this.head.type;
  }

  /** @returns {import("./body.js").Body | null} null where it is not shown @throws mismatch, malformed */
  body() {
    if (this.parsedBody || this.state.word !== "shown") return this.parsedBody;
    if (!equalBytes(bodyHash(this.state.bytes), this.head.body)) {
      throw mismatch("body", "other bytes", `a body with hash ${formatHex(this.head.body)}`);
    }
    return (this.parsedBody = parseBody(this.state.bytes));
  }

  /** Head, body and disclosures fit together, and the statement's issuer. @throws mismatch, malformed */
  read() {
    if (this.shown) return;
    const { issuer } = this.statement.header;
    if (this.head.issuer !== issuer) {
      throw mismatch("head.issuer", this.head.issuer, `${issuer}, as the statement's iss`);
    }
    const digests = this.body()?.digests ?? new Map();
    const disclosures = this.texts.map(parseDisclosure);
    for (const each of disclosures) checkDisclosure(each, digests);
    const shown = new Map(disclosures.map((each) => [each.pointer, each]));
    if (shown.size < disclosures.length) throw mismatch("disclosures", "a field twice", "each disclosure once");
    this.shown = shown;
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
