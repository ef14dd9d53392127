/**
 * Seals (section 9).
 * @module
 */
import { equalBytes, once } from "./bytes.js";
import { formatCbor } from "./cbor.js";
import { formatSign1, parseHeader, signedBytes } from "./cose.js";
import { malformed } from "./errors.js";
import { Key } from "./keys.js";
import { leafHash } from "./merkle.js";
import { asMap, asText } from "./shape.js";
import { parseKeyOf, SEAL_TYPE } from "./statement.js";

/** @typedef {{alg: number, kid: string, origin: string}} SealHeader */
/**
 * @typedef {{first: number, covered: number, previous: Uint8Array | null, root: Uint8Array, keys: number,
 *   time: number}} Block
 */

/** The protected header; headers of a file are the same arrays again. */
export const parseSealHeader = once(readHeader);

/** @param {Uint8Array} bytes @returns {SealHeader} */
function readHeader(bytes) {
  const header = asMap(parseHeader(bytes, "seal"), "seal header", [1, 3, 4, 15]);
  const key = parseKeyOf(header, "seal header");
  if (header.get(3) !== SEAL_TYPE) throw malformed("seal header", header.get(3), SEAL_TYPE);
  const claims = asMap(header.get(15), "seal claims", [1, 2]);
  if (claims.get(2) !== "urn:suyuan:seal") throw malformed("seal claims", claims.get(2), "urn:suyuan:seal");
  return { ...key, origin: asText(claims.get(1), "seal claims") };
}

/** @param {Block} block @param {string} field @throws malformed */
export function checkBlock({ first, covered, previous }, field) {
  if (first > covered) throw malformed(`${field}.first`, first, `at most ${covered}`);
  if ((previous === null) !== (first === 0)) throw malformed(`${field}.first`, first, "0 where nothing is previous");
}

/** A signed seal; `covered` is its own leaf. What its header says is read when it is verified. */
export class Seal {
  /** @param {{protectedHeader: Uint8Array, block: Block, signature: Uint8Array}} parts */
  constructor({ protectedHeader, block, signature }) {
    const { first, covered, previous, root, keys, time } = block;
    this.protectedHeader = protectedHeader;
    this.signature = signature;
    this.first = first;
    this.leaf = covered;
    this.previous = previous;
    this.root = root;
    this.keys = keys;
    this.time = time;
    this.payload = formatCbor([1, first, covered, previous, root, keys, 1, time]);
    this.leafHash = leafHash(formatSign1(protectedHeader, this.payload, signature));
  }

  /** @param {number} leaf @returns {boolean} */
  covers(leaf) {
    return this.first <= leaf && leaf <= this.leaf;
  }

  /** @param {import("./keys.js").Check} check @param {Key} key @param {string} origin */
  async verify(check, key, origin) {
    const { alg, kid, origin: own } = parseSealHeader(this.protectedHeader);
    if (own !== origin || kid !== key.kidHex || alg !== key.alg) {
      throw malformed("seal header", `${own}, ${kid}`, `${origin}, ${key.kidHex}`);
    }
    await key.verify(check, this.signature, signedBytes(this.protectedHeader, this.payload), "seal signature");
  }
}

/** @param {Uint8Array | null} one @param {Uint8Array | null} other @returns {boolean} */
export const sameHash = (one, other) => (one && other ? equalBytes(one, other) : one === other);
