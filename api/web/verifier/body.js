/**
 * Bodies of events (section 4).
 * @module
 */
import { parseBase64url } from "./base64.js";
import { bytesOf, formatHex } from "./bytes.js";
import { malformed, tooLarge } from "./errors.js";
import { parseJson } from "./json.js";
import { sha256 } from "./sha256.js";
import { formOf } from "./subject.js";

const MOST_BYTES = 65_536;
const MOST_SUBJECTS = 64;
const BODY = bytesOf(5);

/** @typedef {string | string[]} Subjects one URI, or an array where the role is many */

/**
 * @typedef {object} Body
 * @property {Map<string, Subjects>} subjects by role
 * @property {Map<string, any>} data
 * @property {Map<string, string>} digests pointer → digest in hex
 */

/** @param {Uint8Array} data @returns {Uint8Array} what its head says of it */
export const bodyHash = (data) => sha256(BODY, data);

/** @param {Body} body @returns {string[]} every URI, in the order of the body */
export const allSubjects = (body) => [...body.subjects.values()].flat();

/** @param {string} role @param {any} value @returns {Subjects} */
function parseSubjects(role, value) {
  const field = `body.subjects.${role}`;
  if (!Array.isArray(value)) {
    formOf(value, field);
    return value;
  }
  if (value.length < 1 || value.length > MOST_SUBJECTS) throw malformed(field, value.length, `1 to ${MOST_SUBJECTS}`);
  for (const each of value) formOf(each, field);
  if (new Set(value).size < value.length) throw malformed(field, "one twice", "distinct subjects");
  return value;
}

/** @param {any} text @param {string} field @param {number} size @returns {Uint8Array} */
function parseBytes(text, field, size) {
  if (typeof text !== "string") throw malformed(field, text, "base64url");
  const data = parseBase64url(text, field);
  if (data.length !== size) throw malformed(field, `${data.length} bytes`, `${size} bytes`);
  return data;
}

/** @param {Uint8Array} data @returns {Body} */
export function parseBody(data) {
  if (data.length > MOST_BYTES) throw tooLarge("body", `${data.length} bytes`, `at most ${MOST_BYTES}`);
  const body = parseJson(data, "body");
  const members = ["subjects", "data", "_sd", "salt"];
  const whole = body instanceof Map && body.size === 4 && members.every((each) => body.has(each));
  if (!whole || members.slice(0, 3).some((each) => !(body.get(each) instanceof Map))) {
    throw malformed("body", "another shape", "an object of subjects, data, _sd and salt");
  }
  const subjects = new Map();
  for (const [role, value] of body.get("subjects")) subjects.set(role, parseSubjects(role, value));
  const digests = new Map();
  for (const [pointer, text] of body.get("_sd")) digests.set(pointer, formatHex(parseBytes(text, "body._sd", 32)));
  parseBytes(body.get("salt"), "body.salt", 16);
  return { subjects, data: body.get("data"), digests };
}
