/**
 * CBOR of section 1: the core deterministic encoding of RFC 8949 §4.2.1 and nothing else.
 *
 * Values: number (bigint above 2⁵³−1), Uint8Array, string, array, Map, null, and Tagged for tag 18 at the outside.
 * @module
 */
import { bytesOf, compareBytes, concat, formatUtf8, parseUtf8, u64 } from "./bytes.js";
import { malformed } from "./errors.js";

/** @typedef {null | number | bigint | string | Uint8Array | Value[] | Map<any, any> | Tagged} Value */

const MOST_DEEP = 16;
const MOST_ITEMS = 2 ** 20;
const COSE_SIGN1 = 18;
const KEYS = ["number", "string", "bigint"];
/** What an argument of 1, 2 and 4 bytes is at least. */
const LEAST = [24, 2 ** 8, 2 ** 16];

/** Tag 18 around its item. */
export class Tagged {
  /** @param {Value} item */
  constructor(item) {
    this.item = item;
  }
}

class Reader {
  /** @param {Uint8Array} data @param {string} field @param {boolean} sign1 whether tag 18 may stand at the outside */
  constructor(data, field, sign1) {
    this.data = data;
    this.sign1 = sign1;
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.field = field;
    this.at = 0;
    this.items = 0;
  }

  /** @param {string} came @param {string} expected @returns {never} */
  refuse(came, expected) {
    throw malformed(this.field, came, expected);
  }

  /** @param {number} count @returns {number} where they begin */
  take(count) {
    if (count > this.data.length - this.at) this.refuse(`${count} bytes`, "no more bytes than there are");
    this.at += count;
    return this.at - count;
  }

  /** @param {number} info @returns {number | bigint} the argument, in its shortest form */
  argument(info) {
    if (info < 24) return info;
    if (info > 27) this.refuse("another length", "a definite length and no floats");
    const size = 2 ** (info - 24);
    const at = this.take(size);
    if (size === 8) return this.long(this.view.getBigUint64(at));
    const { view } = this;
    const value = info === 24 ? view.getUint8(at) : info === 25 ? view.getUint16(at) : view.getUint32(at);
    if (value < LEAST[info - 24]) this.refuse(`${value} in ${size} bytes`, "the shortest form");
    return value;
  }

  /** @param {bigint} value */
  long(value) {
    if (value < 2n ** 32n) this.refuse(`${value} in 8 bytes`, "the shortest form");
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  /** @param {number | bigint} count of items @param {number} depth @returns {number} bounded by the bytes left */
  count(count, depth) {
    if (depth > MOST_DEEP) this.refuse(`${depth} deep`, `at most ${MOST_DEEP}`);
    const items = Number(count);
    this.items += items;
    if (this.items > MOST_ITEMS) this.refuse(`${this.items} items`, `at most ${MOST_ITEMS}`);
    if (items > this.data.length - this.at) this.refuse(`${items} items`, "no more items than bytes");
    return items;
  }

  /** @param {number} depth @returns {Value} */
  item(depth) {
    const first = this.data[this.take(1)];
    const major = first >> 5;
    if (major === 7) return first === 0xf6 ? null : this.refuse(`byte ${first}`, "null, and no other simple value");
    const argument = this.argument(first & 31);
    if (major === 0) return argument;
    if (major === 1) return typeof argument === "number" ? negative(argument) : -1n - argument;
    if (major === 2) return this.bytes(argument);
    if (major === 3) return parseUtf8(this.bytes(argument), this.field);
    if (major === 4) return this.array(this.count(argument, depth + 1), depth + 1);
    if (major === 5) return this.map(this.count(Number(argument) * 2, depth + 1) / 2, depth + 1);
    return this.tagged(argument, depth);
  }

  /** @param {number | bigint} count @returns {Uint8Array} */
  bytes(count) {
    const at = this.take(Number(count));
    return this.data.subarray(at, this.at);
  }

  /** @param {number} count @param {number} depth */
  array(count, depth) {
    const items = [];
    for (let n = 0; n < count; n++) items.push(this.item(depth));
    return items;
  }

  /** @param {number} count @param {number} depth */
  map(count, depth) {
    const map = new Map();
    /** @type {Uint8Array} */
    let before = new Uint8Array(0);
    for (let n = 0; n < count; n++) {
      const at = this.at;
      const key = this.item(depth);
      if (!KEYS.includes(typeof key)) this.refuse("another key", "integers or texts");
      const spelt = this.data.subarray(at, this.at);
      if (compareBytes(before, spelt) >= 0) this.refuse("keys in another order", "sorted keys, none twice");
      before = spelt;
      map.set(key, this.item(depth));
    }
    return map;
  }

  /** @param {number | bigint} tag @param {number} depth @returns {Value} */
  tagged(tag, depth) {
    if (!this.sign1 || tag !== COSE_SIGN1 || this.at !== 1)
      this.refuse(`tag ${tag}`, "no tag but 18 around a COSE_Sign1");
    return new Tagged(this.item(depth));
  }
}

/** @param {number} argument */
const negative = (argument) => (argument < Number.MAX_SAFE_INTEGER ? -1 - argument : -1n - BigInt(argument));

/**
 * @param {Uint8Array} data
 * @param {string} [field] what is read, for errors
 * @param {boolean} [sign1] whether it is a COSE_Sign1, tagged at the outside
 * @returns {Value}
 */
export function parseCbor(data, field = "cbor", sign1 = false) {
  const reader = new Reader(data, field, sign1);
  const value = reader.item(0);
  if (reader.at < data.length) reader.refuse(`${data.length - reader.at} bytes after the end`, "nothing after it");
  return value;
}

/** Starts of one byte. */
const SHORT = Array.from({ length: 256 }, (_, byte) => bytesOf(byte));

/** @param {number} major @param {number | bigint} argument @returns {Uint8Array} how an item begins */
export function formatStart(major, argument) {
  const top = major << 5;
  if (argument < 24) return SHORT[top | Number(argument)];
  const size = argument < 2 ** 8 ? 0 : argument < 2 ** 16 ? 1 : argument < 2 ** 32 ? 2 : 3;
  return concat(SHORT[top | (24 + size)], u64(argument).subarray(8 - 2 ** size));
}

/** @param {Value} value @returns {Uint8Array} its one encoding */
export function formatCbor(value) {
  /** @type {Uint8Array[]} */
  const parts = [];
  spell(value, parts);
  return concat(...parts);
}

/** @param {Value} value @param {Uint8Array[]} parts where its encoding is added */
function spell(value, parts) {
  if (value === null) parts.push(SHORT[0xf6]);
  else if (value instanceof Uint8Array) parts.push(formatStart(2, value.length), value);
  else if (typeof value === "number" || typeof value === "bigint") {
    parts.push(value < 0 ? formatStart(1, -1n - BigInt(value)) : formatStart(0, value));
  } else if (typeof value === "string") {
    const data = formatUtf8(value);
    parts.push(formatStart(3, data.length), data);
  } else if (Array.isArray(value)) {
    parts.push(formatStart(4, value.length));
    for (const each of value) spell(each, parts);
  } else if (value instanceof Tagged) {
    parts.push(formatStart(6, COSE_SIGN1));
    spell(value.item, parts);
  } else {
    const members = [...value].map(([key, each]) => [formatCbor(key), formatCbor(each)]);
    members.sort(([one], [other]) => compareBytes(one, other));
    parts.push(formatStart(5, members.length), ...members.flat());
  }
}
