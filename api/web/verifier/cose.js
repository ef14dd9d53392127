/**
 * COSE_Sign1 (RFC 9052 §4.2): always tagged, no external data.
 * @module
 */
import { concat } from "./bytes.js";
import { formatCbor, formatStart, parseCbor, Tagged } from "./cbor.js";
import { malformed } from "./errors.js";

/**
 * @typedef {object} Sign1
 * @property {Uint8Array} protectedHeader as it is signed
 * @property {Map<any, any>} header what it says
 * @property {Map<any, any>} unprotected
 * @property {Uint8Array | null} payload
 * @property {Uint8Array} signature
 */

/** @param {Uint8Array} data @param {string} field @returns {Map<any, any>} */
export function parseHeader(data, field) {
  const header = parseCbor(data, field);
  if (!(header instanceof Map)) throw malformed(field, "another shape", "a map");
  return header;
}

/** @param {Uint8Array} data @param {string} field @returns {Sign1} */
export function parseSign1(data, field) {
  const tagged = parseCbor(data, field, true);
  const parts = tagged instanceof Tagged && Array.isArray(tagged.item) ? tagged.item : [];
  const [protectedHeader, unprotected, payload, signature] = /** @type {any[]} */ (parts);
  const whole = parts.length === 4 && protectedHeader instanceof Uint8Array && unprotected instanceof Map;
  if (!whole || !(payload === null || payload instanceof Uint8Array) || !(signature instanceof Uint8Array)) {
    throw malformed(field, "another shape", "a tagged COSE_Sign1");
  }
  return { protectedHeader, header: parseHeader(protectedHeader, field), unprotected, payload, signature };
}

/** How an array of four begins whose first is this text. */
const SIGNATURE1 = concat(formatStart(4, 4), formatCbor("Signature1"));
const NOTHING = formatStart(2, 0);

/** @param {Uint8Array} protectedHeader @param {Uint8Array} payload @returns {Uint8Array} what is signed */
export function signedBytes(protectedHeader, payload) {
  const [header, signed] = [formatStart(2, protectedHeader.length), formatStart(2, payload.length)];
  return concat(SIGNATURE1, header, protectedHeader, NOTHING, signed, payload);
}

/**
 * @param {Uint8Array} protectedHeader
 * @param {Uint8Array} payload
 * @param {Uint8Array} signature
 * @returns {Uint8Array}
 */
export function formatSign1(protectedHeader, payload, signature) {
  return formatCbor(new Tagged([protectedHeader, new Map(), payload, signature]));
}
