/**
 * Disclosures (RFC 9901 §4.2) and attachments (section 4).
 * @module
 */
import { formatBase64url, parseBase64url } from "./base64.js";
import { formatHex } from "./bytes.js";
import { malformed, mismatch, tooLarge } from "./errors.js";
import { parseJson } from "./json.js";
import { sha256 } from "./sha256.js";

const MOST_SIGNS = 65_536;
const MOST_ATTACHMENT = 2 ** 20;
const POINTER = /^(\/([^~/]|~[01])+)+$/u;

/** @typedef {{pointer: string, value: any, digest: string, text: string}} Disclosure digest in hex */

/** @param {string} pointer @returns {boolean} RFC 6901, no step empty */
export const isPointer = (pointer) => POINTER.test(pointer);

/** @param {string} pointer @returns {string[]} its steps, escapes undone */
export const stepsOf = (pointer) =>
  pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));

/** @param {string} text @returns {Disclosure} */
export function parseDisclosure(text) {
  if (text.length > MOST_SIGNS) throw tooLarge("disclosure", `${text.length} signs`, `at most ${MOST_SIGNS}`);
  const parts = parseJson(parseBase64url(text, "disclosure"), "disclosure");
  if (!Array.isArray(parts) || parts.length !== 3) {
    throw malformed("disclosure", "another shape", "salt, pointer, value");
  }
  const [salt, pointer, value] = /** @type {any[]} */ (parts);
  if (typeof salt !== "string" || parseBase64url(salt, "disclosure.salt").length < 16) {
    throw malformed("disclosure.salt", salt, "at least 16 bytes in base64url");
  }
  if (typeof pointer !== "string" || !isPointer(pointer)) {
    throw malformed("disclosure.pointer", pointer, "a JSON pointer");
  }
  return { pointer, value, digest: formatHex(sha256(text)), text };
}

/** @param {Disclosure} disclosure @returns {string} its digest as `_sd` has it */
export const formatDigest = ({ text }) => formatBase64url(sha256(text));

/** @param {Disclosure} disclosure @param {Map<string, string>} digests of a body */
export function checkDisclosure(disclosure, digests) {
  if (digests.get(disclosure.pointer) !== disclosure.digest) {
    throw mismatch("disclosure", disclosure.pointer, "a disclosure of this event's _sd");
  }
}

/** @param {any} value of a disclosure that the type marks as an attachment @param {string} [field] */
export function checkAttachment(value, field = "attachment") {
  if (value === null) return;
  const members = ["mediaType", "sha256", "size"];
  if (!(value instanceof Map) || value.size !== 3 || members.some((each) => !value.has(each))) {
    throw malformed(field, "another shape", "mediaType, sha256 and size");
  }
  if (typeof value.get("mediaType") !== "string") throw malformed(field, "another shape", "a media type");
  const hash = value.get("sha256");
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) throw malformed(`${field}.sha256`, hash, "hex");
  const size = value.get("size");
  if (typeof size !== "number" || size < 0 || size > MOST_ATTACHMENT) {
    throw malformed(`${field}.size`, size, `at most ${MOST_ATTACHMENT}`);
  }
}
