/**
 * Byte strings: hex, UTF-8, big-endian numbers, order.
 * @module
 */
import { malformed } from "./errors.js";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();
const NIBBLES = new Uint8Array(128).fill(255);
for (const [value, sign] of [..."0123456789abcdef"].entries()) NIBBLES[sign.charCodeAt(0)] = value;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * @template {object} T @template R
 * @param {(given: T) => R} read
 * @returns {(given: T) => R} the same, that reads an object once
 */
export function once(read) {
  /** @type {WeakMap<T, R>} */
  const known = new WeakMap();
  return (given) => {
    if (!known.has(given)) known.set(given, read(given));
    return /** @type {R} */ (known.get(given));
  };
}

/** @param {Uint8Array} data @returns {string} lower-case hex */
export function formatHex(data) {
  // What young browsers have makes no string of every byte.
  const own = /** @type {any} */ (data).toHex;
  if (own) return own.call(data);
  let text = "";
  for (const byte of data) text += HEX[byte];
  return text;
}

/** @param {string} text @param {string} field @param {number} [size] bytes @returns {Uint8Array} */
export function parseHex(text, field, size) {
  const data = new Uint8Array(text.length >> 1);
  let bad = text.length & 1;
  for (let at = 0; at < data.length; at++) {
    const [high, low] = [NIBBLES[text.charCodeAt(2 * at)], NIBBLES[text.charCodeAt(2 * at + 1)]];
    // A sign that is none is undefined, or above 15.
    bad |= high <= 15 && low <= 15 ? 0 : 1;
    data[at] = (high << 4) | low;
  }
  if (bad || (size !== undefined && data.length !== size)) throw malformed(field, text, "lower-case hex");
  return data;
}

/** @param {string} text of well-formed Unicode @returns {Uint8Array} */
export const formatUtf8 = (text) => ENCODER.encode(text);

/** @param {Uint8Array} data @param {string} field @returns {string} */
export function parseUtf8(data, field) {
  try {
    return UTF8.decode(data);
  } catch {
    throw malformed(field, "other bytes", "UTF-8");
  }
}

/** @param {...(Uint8Array | string)} parts texts are UTF-8 @returns {Uint8Array} */
export function concat(...parts) {
  let size = 0;
  for (let n = 0; n < parts.length; n++) {
    const part = parts[n];
    size += (typeof part === "string" ? (parts[n] = formatUtf8(part)) : part).length;
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of /** @type {Uint8Array[]} */ (parts)) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {...number} bytes @returns {Uint8Array} */
export const bytesOf = (...bytes) => Uint8Array.from(bytes);

/** @param {number | bigint} value below 2⁶⁴ @returns {Uint8Array} `u64 be` */
export function u64(value) {
  const data = new Uint8Array(8);
  const view = new DataView(data.buffer);
  if (typeof value === "bigint") view.setBigUint64(0, value);
  else {
    view.setUint32(0, value / 2 ** 32);
    view.setUint32(4, value);
  }
  return data;
}

/** @param {number} value below 2³² @returns {Uint8Array} `u32 be` */
export function u32(value) {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, value);
  return data;
}

/** @param {Uint8Array} data @returns {bigint} the unsigned big-endian number */
export function bigintOf(data) {
  return data.length ? BigInt("0x" + formatHex(data)) : 0n;
}

/** @param {Uint8Array} one @param {Uint8Array} other @returns {number} below 0, 0, above 0: order of byte strings */
export function compareBytes(one, other) {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at++) if (one[at] !== other[at]) return one[at] - other[at];
  return one.length - other.length;
}

/** @param {Uint8Array} one @param {Uint8Array} other @returns {boolean} */
export const equalBytes = (one, other) => one.length === other.length && compareBytes(one, other) === 0;

/** @param {string} one @param {string} other @returns {number} order of code points, which is that of UTF-8 */
export const compareTexts = (one, other) => compareBytes(formatUtf8(one), formatUtf8(other));

/** @param {Uint8Array} data of whole hashes @returns {Uint8Array[]} */
export function hashesOf(data) {
  return Array.from({ length: data.length / 32 }, (_, at) => data.subarray(32 * at, 32 * at + 32));
}
