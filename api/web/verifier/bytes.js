/**
 * Byte strings: hex, UTF-8, big-endian numbers, order.
 * @module
 */
import { malformed } from "./errors.js";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** @param {Uint8Array} data @returns {string} lower-case hex */
export function formatHex(data) {
  let text = "";
  for (const byte of data) text += HEX[byte];
  return text;
}

/** @param {string} text @param {string} field @param {number} [size] bytes @returns {Uint8Array} */
export function parseHex(text, field, size) {
  if (!/^([0-9a-f]{2})*$/.test(text) || (size !== undefined && text.length !== 2 * size)) {
    throw malformed(field, text, "lower-case hex");
  }
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
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
  const all = parts.map((part) => (typeof part === "string" ? formatUtf8(part) : part));
  const whole = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) {
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
  new DataView(data.buffer).setBigUint64(0, BigInt(value));
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
