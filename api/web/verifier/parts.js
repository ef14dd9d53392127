/**
 * What proof files have in common (section 17): word and version, the table of headers, seal and statement parts.
 * @module
 */
import { compareBytes } from "./bytes.js";
import { parseCbor } from "./cbor.js";
import { Event } from "./event.js";
import { malformed, mismatch, notPermitted, tooLarge, unsupported } from "./errors.js";
import { rootOfSharedPath } from "./merkle.js";
import { checkBlock, Seal } from "./seal.js";
import { asBytes, asHashOrNull, asList, asNatural, asText } from "./shape.js";
import { parseStatementHeader, Statement } from "./statement.js";

export const MOST_BYTES = 64 * 2 ** 20;
const MOST_EVENTS = 4_096;
const MOST_HEAD = 16_384;

/** @typedef {import("./event.js").BodyState} BodyState */

/**
 * @param {Uint8Array} data
 * @param {string} word of the file
 * @param {string} [field] for errors, where it is another file
 * @returns {any} its content
 * @throws malformed; unsupported for another version
 */
export function parseFile(data, word, field = "file") {
  if (data.length > MOST_BYTES) throw tooLarge(word, `${data.length} bytes`, `at most ${MOST_BYTES}`);
  const parts = parseCbor(data, word);
  if (!Array.isArray(parts) || parts.length !== 3 || parts[0] !== word) throw malformed(field, "another file", word);
  if (parts[1] !== 1) throw unsupported(`${word} version`, parts[1], 1);
  return parts[2];
}

/** Part 4: protected headers, sorted, each once, each used. What they say is read later. */
export class Headers {
  /** @param {any} value */
  constructor(value) {
    this.bytes = asList(value, "headers").map((each) => asBytes(each, "headers"));
    const sorted = this.bytes.every((each, at) => !at || compareBytes(this.bytes[at - 1], each) < 0);
    if (!sorted) throw malformed("headers", "another order", "sorted headers, none twice");
    this.used = new Set();
  }

  /** @param {any} index @returns {Uint8Array} */
  take(index) {
    const at = asNatural(index, "headers");
    if (at >= this.bytes.length) throw malformed("headers", at, `an index below ${this.bytes.length}`);
    this.used.add(at);
    return this.bytes[at];
  }

  checkUsed() {
    if (this.used.size < this.bytes.length) throw malformed("headers", "a header that nothing uses", "each used");
  }
}

/** @param {number[]} numbers @param {string} field */
export function checkRising(numbers, field) {
  if (numbers.some((each, at) => at && numbers[at - 1] >= each)) {
    throw malformed(field, "another order", "rising, none twice");
  }
}

/** @param {any} value @param {Headers} headers @param {string} field @returns {Seal} */
function parseSeal(value, headers, field) {
  const [leaf, index, first, previous, root, keys, time, signature] = asList(value, field, 8);
  const numbers = {
    first: asNatural(first, field),
    covered: asNatural(leaf, field),
    keys: asNatural(keys, field),
    time: asNatural(time, field),
  };
  const hashes = { previous: asHashOrNull(previous, `${field}.previous`), root: asBytes(root, `${field}.root`, 32) };
  const block = { ...numbers, ...hashes };
  checkBlock(block, field);
  return new Seal({ protectedHeader: headers.take(index), block, signature: asBytes(signature, `${field}.signature`) });
}

/** @param {any} value @param {Headers} headers @returns {Seal[]} by leaf */
export function parseSeals(value, headers) {
  const seals = asList(value, "seals").map((each, at) => parseSeal(each, headers, `seals[${at}]`));
  checkRising(
    seals.map((each) => each.leaf),
    "seals.leaf",
  );
  return seals;
}

/** A statement with some of its events. */
export class StatementPart {
  /** @param {any} value @param {Headers} headers @param {string} field */
  constructor(value, headers, field) {
    const [leaf, index, first, count, signature, path, events] = asList(value, field, 7);
    this.count = asNatural(count, `${field}.count`, 0);
    if (this.count < 1 || this.count > MOST_EVENTS) throw malformed(`${field}.count`, count, `1 to ${MOST_EVENTS}`);
    const shown = asList(events, field).map((each, at) => parseEvent(each, `${field}.events[${at}]`));
    checkRising(
      shown.map((each) => each.position),
      `${field}.position`,
    );
    const last = shown.at(-1);
    if (!last || last.position >= this.count) {
      throw malformed(`${field}.events`, `${shown.length} events`, `positions below ${this.count}`);
    }
    this.leaf = asNatural(leaf, `${field}.leaf`);
    this.protectedHeader = headers.take(index);
    this.first = asNatural(first, `${field}.first`);
    this.signature = asBytes(signature, `${field}.signature`);
    this.path = asBytes(path, `${field}.path`);
    this.events = shown.map((each) => new Event({ statement: this, ...each }));
    /** @type {Statement | null} */
    this.whole = null;
    this.verified = false;
  }

  /** @returns {Statement} its bytes follow from events and path @throws not-included, malformed */
  statement() {
    if (!this.whole) {
      const leaves = new Map(this.events.map((each) => [each.position, each.nameBytes]));
      const root = rootOfSharedPath(this.count, leaves, this.path, `statement at leaf ${this.leaf}`);
      this.whole = new Statement({ ...this, header: parseStatementHeader(this.protectedHeader), root });
    }
    return this.whole;
  }

  /** @returns {import("./statement.js").StatementHeader} */
  get header() {
    return this.statement().header;
  }

  /**
   * @param {import("./keys.js").Check} check
   * @param {{holder: string, key: import("./keys.js").Key}} signer
   * @param {string} origin
   * @throws not-permitted for another issuer, mismatch for another audience, bad-signature
   */
  async verify(check, { holder, key }, origin) {
    if (this.verified) return;
    const { issuer, audience } = this.header;
    if (issuer !== holder) throw notPermitted("statement.iss", issuer, `${holder}, the key's holder`);
    if (!audience.includes(origin)) throw mismatch("statement.aud", String(audience), `${origin} among them`);
    await this.statement().verify(check, key);
    this.verified = true;
  }
}

/** @param {any} value @param {string} field */
function parseEvent(value, field) {
  const [position, head, state, disclosures] = asList(value, field, 4);
  const headBytes = asBytes(head, `${field}.head`);
  if (headBytes.length > MOST_HEAD) {
    throw tooLarge(`${field}.head`, `${headBytes.length} bytes`, `at most ${MOST_HEAD}`);
  }
  const texts = asList(disclosures, `${field}.disclosures`).map((each) => asText(each, `${field}.disclosures`));
  return {
    position: asNatural(position, `${field}.position`),
    headBytes,
    state: parseBodyState(state, field),
    disclosures: texts,
  };
}

/** @param {StatementPart[]} parts @returns {StatementPart[][]} in log order, those of one leaf together */
export function byLeaf(parts) {
  const leaves = new Map();
  for (const part of parts) leaves.set(part.leaf, [...(leaves.get(part.leaf) ?? []), part]);
  return [...leaves.keys()].sort((one, other) => one - other).map((leaf) => leaves.get(leaf));
}

/** @param {any} value @param {string} field @returns {BodyState} */
export function parseBodyState(value, field) {
  if (value instanceof Uint8Array) return { word: "shown", bytes: value };
  if (value === 1) return { word: "restricted" };
  if (value === 3) return { word: "missing" };
  const [two, order] = asList(value, field, 2);
  if (two !== 2) throw malformed(`${field}.body`, two, "a body state");
  return { word: "erased", order: asBytes(order, `${field}.body`, 32) };
}

/** @param {any} value @param {Headers} headers @param {string} field @returns {StatementPart[]} by leaf */
export function parseStatements(value, headers, field) {
  const parts = asList(value, field).map((each, at) => new StatementPart(each, headers, `${field}[${at}]`));
  checkRising(
    parts.map((each) => each.leaf),
    `${field}.leaf`,
  );
  return parts;
}
