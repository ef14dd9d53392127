/**
 * C2SP signed notes and verifier keys (section 8).
 * @module
 */
import { parseBase64 } from "./base64.js";
import { formatHex, formatUtf8, parseUtf8 } from "./bytes.js";
import { malformed, unsupported } from "./errors.js";
import { Key, keyOf } from "./keys.js";
import { sha256 } from "./sha256.js";

const MOST_LINES = 100;
const DASH = "\u2014 ";

/** Types of signature lines: what their keys are. @type {Map<number, string>} */
const TYPES = new Map([
  [1, "EdDSA"],
  [4, "EdDSA"],
  [6, "ML-DSA-44"],
]);

/** @typedef {{name: string, keyId: string, blob: Uint8Array}} Line keyId in hex; blob is what follows it */
/** @typedef {{text: string, lines: Line[]}} Note */
/** @typedef {{name: string, kind: number, keyId: string, key: Key}} VerifierKey */

/** @param {string} name @returns {boolean} 1 to 255 bytes, no `+`, no white space, nothing unprintable */
export function isKeyName(name) {
  const size = formatUtf8(name).length;
  return size >= 1 && size <= 255 && !/[+\p{C}\p{Z}]/u.test(name);
}

/** @param {string} line without its end @param {string} [field] @returns {Line} */
export function parseSignatureLine(line, field = "note") {
  const words = line.slice(DASH.length).split(" ");
  const what = `${field}.signature`;
  if (!line.startsWith(DASH) || words.length !== 2) throw malformed(what, "another line", "\u2014 <name> <base64>");
  const data = parseBase64(words[1], what);
  if (data.length < 5) throw malformed(what, `${data.length} bytes`, "a key id and a signature");
  if (!isKeyName(words[0])) throw malformed(`${what}.name`, words[0], "the name of a key");
  return { name: words[0], keyId: formatHex(data.subarray(0, 4)), blob: data.subarray(4) };
}

/** @param {Uint8Array} data @param {string} [field] @returns {Note} */
export function parseNote(data, field = "note") {
  const whole = parseUtf8(data, field);
  const at = whole.lastIndexOf("\n\n");
  if (at < 0 || !whole.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(whole)) {
    throw malformed(field, "another text", "a text, an empty line, signature lines");
  }
  const spelt = whole.slice(at + 2, -1).split("\n");
  if (spelt.length > MOST_LINES) throw malformed(field, `${spelt.length} lines`, `at most ${MOST_LINES}`);
  const lines = spelt.map((each) => parseSignatureLine(each, field));
  if (new Set(lines.map(({ name, keyId }) => `${name} ${keyId}`)).size < lines.length) {
    throw malformed(field, "one key twice", "one line a key");
  }
  return { text: whole.slice(0, at + 1), lines };
}

/** @param {string} text @returns {VerifierKey} */
export function parseVkey(text) {
  // The name holds no `+`, the base64 may.
  const [, name, keyId, base64] = /^([^+]*)\+([0-9a-f]{8})\+([^\n]*)$/.exec(text) ?? [];
  if (name === undefined || !isKeyName(name)) {
    throw malformed("vkey", text, "name+key id+base64");
  }
  const data = parseBase64(base64, "vkey");
  const alg = TYPES.get(data[0]);
  if (!data.length) throw malformed("vkey", "no key", "a type and a key");
  if (!alg) throw unsupported("vkey", `type ${data[0]}`, "type 1, 4 or 6");
  const id = formatHex(sha256(name, "\n", data).subarray(0, 4));
  if (id !== keyId) throw malformed("vkey", keyId, id);
  return { name, kind: data[0], keyId, key: keyOf(alg, data.subarray(1), "vkey") };
}
