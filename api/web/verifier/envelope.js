/**
 * Hash envelopes (RFC 9995, section 6): statements about something outside. No trace has one.
 * @module
 */
import { formatCbor } from "./cbor.js";
import { signedBytes } from "./cose.js";
import { parseEntrySign1 } from "./entries.js";
import { malformed } from "./errors.js";
import { leafHash } from "./merkle.js";
import { sha256 } from "./sha256.js";
import { asBytes, asMap, asText } from "./shape.js";
import { checkKey, checkSize, parseAudience, parseKeyOf } from "./statement.js";
import { asParticipant } from "./subject.js";

const OWN_SUBJECTS = ["urn:suyuan:batch", "urn:suyuan:seal", "urn:suyuan:receipt"];

/** @typedef {import("./statement.js").StatementHeader & {subject: string}} EnvelopeHeader */

/** @param {string} text @param {string} subject @returns {string} */
function outside(text, subject) {
  const size = [...subject].length;
  if (size < 1 || size > 256 || OWN_SUBJECTS.some((each) => subject.startsWith(each))) {
    throw malformed(text, subject, "1 to 256 characters, none of the ledger's own");
  }
  return subject;
}

/** A hash envelope (RFC 9995): a statement about something outside. */
export class Envelope {
  /** @param {Uint8Array} entry @param {string} [field] */
  constructor(entry, field = "statement") {
    this.sign1 = parseEntrySign1(entry, field);
    const header = asMap(this.sign1.header, field, [1, 4, 15, 258], [259, 260]);
    const key = parseKeyOf(header, field);
    const claims = asMap(header.get(15), `${field}.claims`, [1, 2, 3]);
    const issuer = asParticipant(claims.get(1), `${field}.iss`);
    const subject = outside(`${field}.sub`, asText(claims.get(2), `${field}.sub`));
    /** @type {EnvelopeHeader} */
    this.header = { ...key, issuer, subject, audience: parseAudience(claims.get(3), `${field}.aud`) };
    const type = header.get(259) ?? 0;
    if (header.get(258) !== -16 || !(typeof type === "string" || type >= 0)) {
      throw malformed(field, "another hash or type", "SHA-256 of a text or number");
    }
    if (header.has(260)) asText(header.get(260), field);
    checkSize(key.alg, this.sign1.signature, field);
    this.digest = asBytes(this.sign1.payload, `${field}.payload`, 32);
    this.leafHash = leafHash(entry);
  }

  /** @returns {Uint8Array} section 6: *Identity* */
  identity() {
    return sha256(formatCbor([this.sign1.protectedHeader, this.digest]));
  }

  /** @param {import("./keys.js").Check} check @param {import("./keys.js").Key} key */
  async verify(check, key) {
    checkKey(this.header, key, "envelope");
    const signed = signedBytes(this.sign1.protectedHeader, this.digest);
    await key.verify(check, this.sign1.signature, signed, "envelope signature");
  }
}
