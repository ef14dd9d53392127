/**
 * Strict JSON of section 1. Objects are Maps in the order of their members: no name is special.
 * @module
 */
import { parseUtf8 } from "./bytes.js";
import { malformed } from "./errors.js";

/** @typedef {null | boolean | number | string | JsonValue[] | Map<string, any>} JsonValue */

const MOST_DEEP = 16;
const INTEGER = /-?(0|[1-9][0-9]*)/y;
const PLAIN = /[^"\\\u0000-\u001f]+/y;
const ESCAPES = new Map(
  Object.entries({ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }),
);
/** @type {[string, null | boolean][]} */
const WORDS = [
  ["null", null],
  ["true", true],
  ["false", false],
];

class Reader {
  /** @param {string} text @param {string} field */
  constructor(text, field) {
    this.text = text;
    this.field = field;
    this.at = 0;
  }

  /** @param {string} came @param {string} expected @returns {never} */
  refuse(came, expected) {
    throw malformed(this.field, came, expected);
  }

  /** @param {RegExp} pattern sticky, and not of nothing @returns {string} */
  match(pattern) {
    const from = this.at;
    pattern.lastIndex = from;
    if (pattern.test(this.text)) this.at = pattern.lastIndex;
    return this.text.slice(from, this.at);
  }

  /** @returns {string} the sign behind white space; empty at the end */
  next() {
    for (;;) {
      const sign = this.text[this.at] ?? "";
      if (!sign || !" \n\t\r".includes(sign)) return sign;
      this.at++;
    }
  }

  /** @param {string} sign @returns {boolean} whether it stood here; then it is passed */
  passed(sign) {
    if (this.next() !== sign) return false;
    this.at++;
    return true;
  }

  /** @param {string} sign */
  expect(sign) {
    if (!this.passed(sign)) this.refuse("another sign", sign);
  }

  /** @param {number} depth @returns {JsonValue} */
  value(depth) {
    const sign = this.next();
    this.at++;
    if (sign === '"') return this.string();
    if (sign === "{") return this.object(depth + 1);
    if (sign === "[") return this.array(depth + 1);
    this.at--;
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return value;
    }
    return this.integer();
  }

  integer() {
    const spelt = this.match(INTEGER);
    const value = Number(spelt);
    if (!spelt || spelt === "-0" || !Number.isSafeInteger(value) || /[.eE]/.test(this.text[this.at] ?? "")) {
      this.refuse(spelt || "another sign", "a JSON value; numbers are integers within ±(2⁵³−1)");
    }
    return value;
  }

  string() {
    let text = "";
    for (;;) {
      text += this.match(PLAIN);
      const sign = this.text[this.at++];
      if (sign === '"') break;
      if (sign !== "\\") this.refuse("a control character or the end", "a text that ends");
      text += this.escape();
    }
    if (!text.isWellFormed()) this.refuse("a lone surrogate", "well-formed Unicode");
    return text;
  }

  escape() {
    const sign = this.text[this.at++] ?? "";
    if (sign !== "u") return ESCAPES.get(sign) ?? this.refuse(`\\${sign}`, "an escape of RFC 8259");
    const hex = this.text.slice(this.at, this.at + 4);
    if (!/^[0-9A-Fa-f]{4}$/.test(hex)) this.refuse(`\\u${hex}`, "four hex digits");
    this.at += 4;
    return String.fromCharCode(parseInt(hex, 16));
  }

  /** @param {number} depth */
  deeper(depth) {
    if (depth > MOST_DEEP) this.refuse(`${depth} deep`, `at most ${MOST_DEEP}`);
  }

  /** @param {number} depth @returns {JsonValue[]} */
  array(depth) {
    this.deeper(depth);
    /** @type {JsonValue[]} */
    const items = [];
    if (this.passed("]")) return items;
    do items.push(this.value(depth));
    while (this.passed(","));
    this.expect("]");
    return items;
  }

  /** @param {number} depth @returns {Map<string, JsonValue>} */
  object(depth) {
    this.deeper(depth);
    const members = new Map();
    if (this.passed("}")) return members;
    do {
      this.expect('"');
      const name = this.string();
      if (members.has(name)) this.refuse(`${name} twice`, "each name once");
      this.expect(":");
      members.set(name, this.value(depth));
    } while (this.passed(","));
    this.expect("}");
    return members;
  }
}

/** @param {Uint8Array} data @param {string} [field] @returns {JsonValue} */
export function parseJson(data, field = "json") {
  const reader = new Reader(parseUtf8(data, field), field);
  const value = reader.value(0);
  reader.next();
  if (reader.at < reader.text.length) reader.refuse("more behind the end", "one value");
  return value;
}
