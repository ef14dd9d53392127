/**
 * Statements (section 6).
 * @module
 */
import { compareTexts, formatHex, once } from "./bytes.js";
import { formatCbor } from "./cbor.js";
import { formatSign1, parseHeader, signedBytes } from "./cose.js";
import { malformed, mismatch } from "./errors.js";
import { Key, SIGNATURE_SIZES } from "./keys.js";
import { leafHash } from "./merkle.js";
import { sha256 } from "./sha256.js";
import { asBytes, asList, asMap, asText } from "./shape.js";
import { asParticipant } from "./subject.js";

export const BATCH_TYPE = "application/vnd.suyuan.batch+cbor";
export const SEAL_TYPE = "application/vnd.suyuan.seal+cbor";

/** @typedef {{alg: number, kid: string, issuer: string, audience: string[]}} StatementHeader */

/** @param {Map<any, any>} header @param {string} field @returns {{alg: number, kid: string}} */
export function parseKeyOf(header, field) {
  const alg = header.get(1);
  if (!SIGNATURE_SIZES.has(alg)) throw malformed(`${field}.alg`, alg, [...SIGNATURE_SIZES.keys()].join(", "));
  return { alg, kid: formatHex(asBytes(header.get(4), `${field}.kid`, 32)) };
}

/**
 * @param {number} alg
 * @param {Uint8Array} signature
 * @param {string} field
 * @throws malformed where it has another length than its algorithm's
 */
export function checkSize(alg, signature, field) {
  asBytes(signature, `${field}.signature`, SIGNATURE_SIZES.get(alg));
}

/** @param {any} value @param {string} field @returns {string[]} */
export function parseAudience(value, field) {
  const list = asList(value, field).map((each) => asText(each, field));
  const sorted = list.every((each, at) => !at || compareTexts(list[at - 1], each) < 0);
  if (!list.length || !sorted) throw malformed(field, "another list", "sorted origins, none twice");
  return list;
}

/** The protected header; headers of a file are the same arrays again. */
export const parseStatementHeader = once(readHeader);

/** @param {Uint8Array} bytes @returns {StatementHeader} */
function readHeader(bytes) {
  const header = parseHeader(bytes, "statement");
  if (header.get(3) === SEAL_TYPE)
    throw malformed("statement.content type", SEAL_TYPE, "a batch: no seal comes from outside");
  asMap(header, "statement", [1, 3, 4, 15]);
  if (header.get(3) !== BATCH_TYPE) throw malformed("statement", header.get(3), BATCH_TYPE);
  const key = parseKeyOf(header, "statement");
  const claims = asMap(header.get(15), "statement.claims", [1, 2, 3]);
  if (claims.get(2) !== "urn:suyuan:batch") throw malformed("statement.sub", claims.get(2), "urn:suyuan:batch");
  const issuer = asParticipant(claims.get(1), "statement.iss");
  return { ...key, issuer, audience: parseAudience(claims.get(3), "statement.aud") };
}

/** A statement over a batch. */
export class Statement {
  /**
   * @param {{header: StatementHeader, protectedHeader: Uint8Array, root: Uint8Array, count: number, first: number,
   *   signature: Uint8Array}} parts
   */
  constructor({ header, protectedHeader, root, count, first, signature }) {
    /** @type {StatementHeader} */ this.header = header;
    /** @type {Uint8Array} */ this.protectedHeader = protectedHeader;
    /** @type {Uint8Array} */ this.root = root;
    this.count = count;
    this.first = first;
    /** @type {Uint8Array} */ this.signature = signature;
    checkSize(header.alg, signature, "statement");
    this.payload = formatCbor([1, root, count, first]);
    this.entry = formatSign1(protectedHeader, this.payload, signature);
    this.leafHash = leafHash(this.entry);
  }

  /** @param {import("./keys.js").Check} check @param {Key} key @throws mismatch for another key; bad-signature */
  async verify(check, key) {
    checkKey(this.header, key, "statement");
    await key.verify(check, this.signature, signedBytes(this.protectedHeader, this.payload), "statement signature");
  }

  /** @returns {Uint8Array} section 6: *Identity* */
  identity() {
    return sha256(formatCbor([this.protectedHeader, this.payload]));
  }
}

/** @param {{alg: number, kid: string}} header @param {Key} key @param {string} field */
export function checkKey(header, key, field) {
  if (header.kid !== key.kidHex) throw mismatch(`${field}.kid`, header.kid, key.kidHex);
  if (header.alg !== key.alg) throw mismatch(`${field}.alg`, header.alg, key.alg);
}
