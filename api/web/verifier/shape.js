/**
 * Shapes of CBOR values: each function returns what it was asked for, or refuses with the field's name.
 * @module
 */
import { malformed } from "./errors.js";

export const MOST_SAFE = Number.MAX_SAFE_INTEGER;

/** @param {string} field @param {string} expected @returns {never} */
function refuse(field, expected) {
  throw malformed(field, "another shape", expected);
}

/** @param {any} value @param {string} field @param {number} [size] @returns {Uint8Array} */
export function asBytes(value, field, size) {
  if (!(value instanceof Uint8Array)) return refuse(field, "a byte string");
  if (size !== undefined && value.length !== size) throw malformed(field, `${value.length} bytes`, `${size} bytes`);
  return value;
}

/** @param {any} value @param {string} field @returns {Uint8Array | null} a hash, or null */
export const asHashOrNull = (value, field) => (value === null ? null : asBytes(value, field, 32));

/** @param {any} value @param {string} field @returns {string} */
export const asText = (value, field) => (typeof value === "string" ? value : refuse(field, "a text"));

/** @param {any} value @param {string} field @param {number} [least] @param {number} [most] @returns {number} */
export function asNatural(value, field, least = 0, most = MOST_SAFE) {
  const number = typeof value === "number" || typeof value === "bigint";
  if (!number) return refuse(field, "an integer");
  if (value < least || value > most) throw malformed(field, value, `${least} to ${most}`);
  return Number(value);
}

/** @param {any} value @param {string} field @returns {number | bigint} an unsigned integer of up to 64 bits */
export function asUnsigned(value, field) {
  const number = typeof value === "number" || typeof value === "bigint";
  return number && value >= 0 ? value : refuse(field, "an unsigned integer");
}

/** @param {any} value @param {string} field @param {number} [size] @returns {any[]} */
export function asList(value, field, size) {
  if (!Array.isArray(value) || (size !== undefined && value.length !== size)) {
    return refuse(field, size === undefined ? "a list" : `a list of ${size}`);
  }
  return value;
}

/**
 * @param {any} value @param {string} field @param {(number | string)[]} labels that must be there
 * @param {(number | string)[]} [optional] that may be
 * @returns {Map<any, any>}
 */
export function asMap(value, field, labels, optional = []) {
  if (!(value instanceof Map)) return refuse(field, "a map");
  const known = [...labels, ...optional];
  if (labels.some((each) => !value.has(each)) || [...value.keys()].some((each) => !known.includes(each))) {
    throw malformed(field, `labels ${[...value.keys()]}`, `labels ${labels}`);
  }
  return value;
}
