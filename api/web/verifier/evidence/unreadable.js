/**
 * Evidence of what cannot be read: an entry, a head or a body in the log that is not in the format (section 17).
 * @module
 */
import { bodyHash, parseBody } from "../body.js";
import { equalBytes } from "../bytes.js";
import { parseCbor } from "../cbor.js";
import { parseSign1 } from "../cose.js";
import { parseStatement } from "../entries.js";
import { Envelope } from "../envelope.js";
import { inconsistent, malformed, mismatch, SuyuanError, unsupported } from "../errors.js";
import { parseHead } from "../head.js";
import { SIGNATURE_SIZES } from "../keys.js";
import { leafHash } from "../merkle.js";
import { Headers, parseStatements } from "../parts.js";
import { asBytes, asList, asMap, asNatural } from "../shape.js";
import { BATCH_TYPE, SEAL_TYPE } from "../statement.js";
import { checkLogged, signedCheckpoint, walkShown, WORD } from "./ledger.js";
import { hasSealType } from "./seal.js";

/** @typedef {import("../event.js").Event} Event */

/** @param {any} value @param {Headers} headers @returns {Event} the one of its statement */
function parseEvent(value, headers) {
  const [part] = parseStatements(asList(value, "statement", 1), headers, "statement");
  const [event] = part.events;
  const { word } = event.state;
  if (part.events.length !== 1 || event.texts.length || (word !== "shown" && word !== "restricted")) {
    throw malformed("statement", "another shape", "one event: a head, and a body or none");
  }
  return event;
}

/** @param {any} value */
function parseEntry(value) {
  const [leaf, entry] = asList(asList(value, "entries", 1)[0], "entry", 2);
  return { leaf: asNatural(leaf, "entry.leaf"), bytes: asBytes(entry, "entry") };
}

/** @param {Map<any, any>} content */
function parseUnreadable(content) {
  asMap(content, WORD, [3, 4, 6, 10, 13], [8, 15]);
  if (content.has(8) === content.has(15)) throw malformed(WORD, "both or neither", "an entry, or a statement");
  const headers = new Headers(content.get(4));
  const charter = parseStatements(content.get(6), headers, "charter");
  const event = content.has(8) ? parseEvent(content.get(8), headers) : null;
  const entry = event ? null : parseEntry(content.get(15));
  headers.checkUsed();
  const path = asBytes(content.get(10), "log path");
  return { charter, event, entry, path, note: asBytes(content.get(3), "checkpoint") };
}

/** @param {() => unknown} read @returns {boolean} */
function isReadable(read) {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof SuyuanError) return false;
    throw error;
  }
}

/** @param {any} value @returns {boolean} an integer */
const isInteger = (value) => typeof value === "number" || typeof value === "bigint";

/**
 * What another version may spell so convicts nobody.
 * @param {Uint8Array} entry @throws unsupported
 */
function checkSupported(entry) {
  /** @type {import("../cose.js").Sign1 | null} */
  let sign1 = null;
  if (!isReadable(() => (sign1 = parseSign1(entry, "entry"))) || !sign1) return;
  const { header, payload } = /** @type {import("../cose.js").Sign1} */ (sign1);
  const [alg, type, digest] = [1, 3, 258].map((label) => header.get(label));
  if (isInteger(alg) && !SIGNATURE_SIZES.has(alg)) throw unsupported("entry.alg", alg, "a known algorithm");
  if (typeof type === "string" && type !== BATCH_TYPE && type !== SEAL_TYPE) {
    throw unsupported("entry.content type", type, "one that is known");
  }
  if (isInteger(digest) && digest !== -16) throw unsupported("entry.hash", digest, "SHA-256");
  if (type === BATCH_TYPE && !header.has(258)) checkVersion(payload ?? new Uint8Array());
}

/** @param {Uint8Array} payload of a batch */
function checkVersion(payload) {
  let value = /** @type {any} */ (null);
  if (!isReadable(() => (value = parseCbor(payload, "payload"))) || !Array.isArray(value)) return;
  if (isInteger(value[0]) && value[0] !== 1) throw unsupported("entry version", value[0], 1);
}

/** @param {Uint8Array} bytes @returns {string | null} */
function reasonAgainstEntry(bytes) {
  checkSupported(bytes);
  const read = () => {
    const envelope = parseSign1(bytes, "entry").header.has(258);
    return envelope ? new Envelope(bytes, "entry") : parseStatement(bytes);
  };
  return hasSealType({ bytes }) || isReadable(read) ? null : "entry";
}

/** @param {Event} event @returns {string | null} */
function reasonAgainstEvent({ headBytes, state }) {
  if (!isReadable(() => parseHead(headBytes))) return "head";
  if (state.word !== "shown") return null;
  const { bytes } = state;
  const { body } = parseHead(headBytes);
  if (!equalBytes(bodyHash(bytes), body)) throw mismatch("body", "other bytes", "a body of its hash");
  return isReadable(() => parseBody(bytes)) ? null : "body";
}

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmUnreadable(content, standpoint) {
  const { charter, event, entry, path, note } = parseUnreadable(content);
  const charters = await walkShown(charter, standpoint);
  const { checkpoint } = await signedCheckpoint(note, charters, standpoint.check);
  const { leaf, hash } = event
    ? { leaf: event.leaf, hash: event.statement.statement().leafHash }
    : { leaf: /** @type {any} */ (entry).leaf, hash: leafHash(/** @type {any} */ (entry).bytes) };
  checkLogged(checkpoint, new Map([[leaf, hash]]), path);
  const reason = event ? reasonAgainstEvent(event) : reasonAgainstEntry(/** @type {any} */ (entry).bytes);
  if (!reason) throw inconsistent("entry", "what can be read", "what cannot: no evidence");
  const { origin } = charters;
  return { origin, leaf, reason, ...(event ? { position: event.position } : {}) };
}
