/**
 * What proof files have in common (section 17): word and version, the table of headers, seal and statement parts.
 * @module
 */
import { compareBytes } from "./bytes.js";
import { parseCbor } from "./cbor.js";
import { Event } from "./event.js";
import { malformed, tooLarge, unsupported } from "./errors.js";
import { rootOfSharedPath } from "./merkle.js";
import { parseSealHeader, Seal } from "./seal.js";
import { asBytes, asHashOrNull, asList, asNatural, asText } from "./shape.js";
import { checkSize, parseStatementHeader, Statement } from "./statement.js";

const MOST_BYTES = 64 * 2 ** 20;
const MOST_EVENTS = 4_096;

/** @typedef {import("./event.js").BodyState} BodyState */

/**
 * @param {Uint8Array} data
 * @param {string} word of the file
 * @returns {any} its content
 * @throws malformed; unsupported for another version
 */
export function parseFile(data, word) {
  if (data.length > MOST_BYTES) throw tooLarge(word, `${data.length} bytes`, `at most ${MOST_BYTES}`);
  const parts = parseCbor(data, word);
  if (!Array.isArray(parts) || parts.length < 2 || parts[0] !== word) throw malformed("file", "another file", word);
  const version = parts[1];
  if (typeof version !== "number" && typeof version !== "bigint") throw malformed("file", "no version", "1");
  if (version !== 1) throw unsupported(`${word} version`, version, 1);
  if (parts.length !== 3) throw malformed(word, "another shape", "[word, version, content]");
  return parts[2];
}

/** Part 4: protected headers, sorted, each once, each used. */
export class Headers {
  /** @param {any} value */
  constructor(value) {
    this.bytes = asList(value, "headers").map((each) => asBytes(each, "headers"));
    const sorted = this.bytes.every((each, at) => !at || compareBytes(this.bytes[at - 1], each) < 0);
    if (!sorted) throw malformed("headers", "another order", "sorted headers, none twice");
    this.used = new Set();
    /** @type {Map<number, any>} */
    this.parsed = new Map();
  }

  /**
   * @template T
   * @param {any} index @param {(bytes: Uint8Array) => T} parse
   * @returns {{header: T, protectedHeader: Uint8Array}}
   */
  at(index, parse) {
    const at = asNatural(index, "headers");
    if (at >= this.bytes.length) throw malformed("headers", at, `an index below ${this.bytes.length}`);
    this.used.add(at);
    if (!this.parsed.has(at)) this.parsed.set(at, parse(this.bytes[at]));
    return { header: this.parsed.get(at), protectedHeader: this.bytes[at] };
  }

  checkUsed() {
    if (this.used.size < this.bytes.length) throw malformed("headers", "a header that nothing uses", "each used");
  }
}

/** @param {{leaf: number}[]} parts @param {string} field */
function checkRising(parts, field) {
  if (parts.some((each, at) => at && parts[at - 1].leaf >= each.leaf)) {
    throw malformed(`${field}.leaf`, "another order", "rising, none twice");
  }
}

/** @param {any} value @param {Headers} headers @returns {Seal[]} by leaf */
export function parseSeals(value, headers) {
  const list = asList(value, "seals");
  const seals = list.map((each, at) => {
    const [leaf, index, first, previous, root, keys, time, signature] = asList(each, "seals", 8);
    const header = headers.at(index, parseSealHeader);
    const block = {
      covered: asNatural(leaf, "seals.leaf"),
      first: asNatural(first, "seals.first"),
      previous: asHashOrNull(previous, "seals.previous"),
      root: asBytes(root, "seals.root", 32),
      keys: asNatural(keys, "seals.keys"),
      time: asNatural(time, "seals.time"),
    };
    return new Seal({ ...header, block, signature: asBytes(signature, "seals.signature") });
  });
  if (!seals.length) throw malformed("seals", "no seal", "one at least");
  checkRising(seals, "seals");
  return seals;
}

/** A statement with some of its events. */
export class StatementPart {
  /** @param {any} value @param {Headers} headers @param {string} field */
  constructor(value, headers, field) {
    const [leaf, index, first, count, signature, path, events] = asList(value, field, 7);
    this.leaf = asNatural(leaf, `${field}.leaf`);
    const { header, protectedHeader } = headers.at(index, parseStatementHeader);
    this.header = header;
    this.protectedHeader = protectedHeader;
    this.first = asNatural(first, `${field}.first`);
    this.count = asNatural(count, `${field}.count`, 1, MOST_EVENTS);
    this.signature = asBytes(signature, `${field}.signature`);
    checkSize(header.alg, this.signature);
    this.path = asBytes(path, `${field}.path`);
    this.events = asList(events, `${field}.events`).map((each, at) => this.parseEvent(each, `${field}.events[${at}]`));
    const rising = this.events.every((each, at) => !at || this.events[at - 1].position < each.position);
    const below = this.events.length && this.events[this.events.length - 1].position < this.count;
    if (!rising || !below) throw malformed(`${field}.events`, `${this.events.length} events`, `positions below ${this.count}`);
    /** @type {Statement | null} */
    this.whole = null;
  }

  /** @param {any} value @param {string} field @returns {Event} */
  parseEvent(value, field) {
    const [position, head, state, disclosures] = asList(value, field, 4);
    return new Event({
      statement: this,
      position: asNatural(position, `${field}.position`, 0, MOST_EVENTS - 1),
      headBytes: asBytes(head, `${field}.head`),
      state: parseBodyState(state, field),
      disclosures: asList(disclosures, `${field}.disclosures`).map((each) => asText(each, `${field}.disclosures`)),
    });
  }

  /** @returns {Statement} its bytes follow from events and path @throws not-included */
  statement() {
    if (!this.whole) {
      const leaves = new Map(this.events.map((each) => [each.position, each.head.leaf]));
      const root = rootOfSharedPath(this.count, leaves, this.path, "batch path");
      this.whole = new Statement({ ...this, root });
    }
    return this.whole;
  }
}

/** @param {any} value @param {string} field @returns {BodyState} */
export function parseBodyState(value, field) {
  if (value instanceof Uint8Array) return { word: "shown", bytes: value };
  if (value === 1) return { word: "restricted" };
  if (value === 3) return { word: "missing" };
  const [two, order] = asList(value, field, 2);
  if (two !== 2) throw malformed(field, two, "a body state");
  return { word: "erased", order: asBytes(order, field, 32) };
}

/** @param {any} value @param {Headers} headers @param {string} field @returns {StatementPart[]} by leaf */
export function parseStatements(value, headers, field) {
  const parts = asList(value, field).map((each, at) => new StatementPart(each, headers, `${field}[${at}]`));
  checkRising(parts, field);
  return parts;
}
