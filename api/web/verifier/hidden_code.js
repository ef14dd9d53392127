/**
 * Hidden codes under a scratch layer (section 4): 32 signs of salt, code and check, and what commits to them.
 * @module
 */
import { formatBase64url } from "./base64.js";
import { formatUtf8 } from "./bytes.js";
import { malformed, mismatch } from "./errors.js";
import { sha256 } from "./sha256.js";

export const COMMITTED = "transport.hidden-code";
export const ACTIVATED = "aftersales.activation";
const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DIGEST = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** @typedef {{salt: Uint8Array, code: string, text: string}} HiddenCode text: 32 signs, without spaces */

/**
 * @param {string} text small letters, spaces, hyphens, O for 0, I and L for 1 are allowed
 * @param {string} [field]
 * @returns {HiddenCode}
 * @throws malformed, where a sign is wrong
 */
export function parseHiddenCode(text, field = "hidden code") {
  const spelt = (/[^\0-\x7f]/.test(text) ? "" : text)
    .toUpperCase()
    .replace(/[ \t\r\n-]/g, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
  if (!/^[0-9A-HJKMNP-TV-Z]{32}$/.test(spelt)) throw malformed(field, `${spelt.length} signs`, "32 letters and digits");
  let number = 0n;
  for (const sign of spelt) number = (number << 5n) | BigInt(SIGNS.indexOf(sign));
  const salt = new Uint8Array(16);
  for (let at = 0; at < 16; at++) salt[at] = Number((number >> BigInt(152 - 8 * at)) & 255n);
  const code = Number((number >> 12n) & 0xfffffn);
  const [high, low] = sha256("suyuan/hidden/v1|", salt, Uint8Array.of(code >> 16, (code >> 8) & 255, code & 255));
  if (((high << 4) | (low >> 4)) !== Number(number & 0xfffn)) {
    throw malformed(field, "a wrong sign", "the code as it is printed");
  }
  return { salt, code: formatCode(code), text: spelt };
}

/** @param {number} code 20 bits @returns {string} 4 signs */
const formatCode = (code) => [15, 10, 5, 0].map((shift) => SIGNS[(code >> shift) & 31]).join("");

/** @param {string} item URI @param {HiddenCode} hidden @returns {Uint8Array} 32 bytes */
export function hiddenDigest(item, { salt, code }) {
  const spelt = JSON.stringify([formatBase64url(salt), "/hidden", [item, code]]);
  return sha256(formatBase64url(formatUtf8(spelt)));
}

/**
 * @param {HiddenCode} hidden
 * @param {import("./body.js").Body} committed the body of the event that commits to it
 * @returns {string} the item
 * @throws mismatch where it is another code; malformed where the body commits to none
 */
export function checkHiddenCode(hidden, committed) {
  const [item, digest] = [committed.subjects.get("item"), committed.data.get("hidden")];
  if (typeof item !== "string" || typeof digest !== "string" || !DIGEST.test(digest)) {
    throw malformed("hidden code", "a body that commits to none", "one item and a digest");
  }
  if (formatBase64url(hiddenDigest(item, hidden)) !== digest) {
    throw mismatch("hidden code", "another code", "the one that the packer committed");
  }
  return item;
}

/**
 * @param {import("./body.js").Body} activation
 * @param {import("./body.js").Body} committed
 * @returns {string} the item
 */
export function checkActivation(activation, committed) {
  const reveal = activation.data.get("reveal");
  const hidden = parseHiddenCode(typeof reveal === "string" ? reveal : "", "data.reveal");
  if (hidden.text !== reveal) throw malformed("data.reveal", "another spelling", "32 signs without spaces");
  return checkHiddenCode(hidden, committed);
}
