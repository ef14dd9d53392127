/**
 * base64 and base64url of section 1: one spelling of every byte string, unused bits zero.
 * @module
 */
import { malformed } from "./errors.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64 = LETTERS + "+/";
const BASE64URL = LETTERS + "-_";

/** @param {string} alphabet @returns {Uint8Array} values by sign; 255 for what is none */
function valuesOf(alphabet) {
  const values = new Uint8Array(128).fill(255);
  for (let value = 0; value < 64; value++) values[alphabet.charCodeAt(value)] = value;
  return values;
}
const VALUES = valuesOf(BASE64);
const VALUES_URL = valuesOf(BASE64URL);

/** @param {string} text @param {Uint8Array} values by sign @param {string} field @returns {Uint8Array} */
function decode(text, values, field) {
  if (text.length % 4 === 1) throw malformed(field, `${text.length} signs`, "whole bytes");
  const data = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let sign = 0; sign < text.length; sign++) {
    const six = values[text.charCodeAt(sign)];
    if (!(six < 64)) throw malformed(field, text[sign], "signs of its alphabet");
    held = ((held << 6) | six) & 0xfff;
    bits += 6;
    if (bits >= 8) data[at++] = held >> (bits -= 8);
  }
  if (held & ((1 << bits) - 1)) throw malformed(field, "bits that no byte uses", "zeros");
  return data;
}

/** @param {Uint8Array} data @param {string} alphabet @returns {string} without padding */
function encode(data, alphabet) {
  let text = "";
  for (let at = 0; at < data.length; at += 3) {
    const three = (data[at] << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
    const signs = [18, 12, 6, 0].map((shift) => alphabet[(three >> shift) & 63]);
    text += signs.slice(0, Math.min(data.length - at, 3) + 1).join("");
  }
  return text;
}

/** @param {string} text @param {string} field @returns {Uint8Array} RFC 4648 §4, padded */
export function parseBase64(text, field) {
  const bare = /^([^=]*)={0,2}$/.exec(text)?.[1];
  if (bare === undefined || bare.padEnd(Math.ceil(bare.length / 4) * 4, "=") !== text) {
    throw malformed(field, text, "base64 with padding");
  }
  return decode(bare, VALUES, field);
}

/** @param {string} text @param {string} field @returns {Uint8Array} RFC 4648 §5, unpadded */
export const parseBase64url = (text, field) => decode(text, VALUES_URL, field);

/** @param {Uint8Array} data @returns {string} */
export function formatBase64(data) {
  const bare = encode(data, BASE64);
  return bare.padEnd(Math.ceil(bare.length / 4) * 4, "=");
}

/** @param {Uint8Array} data @returns {string} */
export const formatBase64url = (data) => encode(data, BASE64URL);
