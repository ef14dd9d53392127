/**
 * Receipts (RFC 9942, section 11).
 * @module
 */
import { parseCbor } from "./cbor.js";
import { parseSign1, signedBytes } from "./cose.js";
import { malformed, mismatch } from "./errors.js";
import { Key } from "./keys.js";
import { rootOfInclusion } from "./merkle.js";
import { asBytes, asList, asMap, asText, asUnsigned } from "./shape.js";
import { checkKey, parseKeyOf } from "./statement.js";

/** A promise of the ledger that a leaf is in its log. */
export class Receipt {
  /** @param {Uint8Array} data */
  constructor(data) {
    const sign1 = parseSign1(data, "receipt");
    const header = asMap(sign1.header, "receipt", [1, 4, 15, 395, "tree-size"]);
    this.key = parseKeyOf(header, "receipt");
    const claims = asMap(header.get(15), "receipt.claims", [1, 2, 6]);
    if (claims.get(2) !== "urn:suyuan:receipt") throw malformed("receipt.claims", claims.get(2), "urn:suyuan:receipt");
    this.origin = asText(claims.get(1), "receipt.claims");
    this.time = asUnsigned(claims.get(6), "receipt.claims");
    if (header.get(395) !== 1) throw malformed("receipt", header.get(395), "vds 1");
    if (sign1.payload !== null) throw malformed("receipt.payload", "a payload", "none: the root is signed");
    this.protectedHeader = sign1.protectedHeader;
    this.signature = sign1.signature;
    const [size, index, path] = parseProof(sign1.unprotected);
    this.size = asUnsigned(size, "receipt.proof");
    this.index = asUnsigned(index, "receipt.proof");
    this.path = asList(path, "receipt.proof.path").map((each) => asBytes(each, "receipt.proof.path", 32));
    if (!this.path.length) throw malformed("receipt.proof.path", "no hash", "one at least");
    if (asUnsigned(header.get("tree-size"), "receipt.tree-size") !== this.size) {
      throw malformed("receipt.tree-size", header.get("tree-size"), this.size);
    }
  }

  /** @param {Uint8Array} leaf its hash @returns {Uint8Array} the root that the receipt promises */
  rootFor(leaf) {
    return rootOfInclusion({ index: this.index, size: this.size, leaf, path: this.path });
  }

  /**
   * @param {import("./keys.js").Check} check
   * @param {{leaf: Uint8Array, key: Key, origin: string}} parts
   * @returns {Promise<Uint8Array>} the root
   */
  async verify(check, { leaf, key, origin }) {
    if (this.origin !== origin) throw mismatch("receipt.iss", this.origin, origin);
    checkKey(this.key, key, "receipt");
    const root = this.rootFor(leaf);
    await key.verify(check, this.signature, signedBytes(this.protectedHeader, root), "receipt signature");
    return root;
  }
}

/** @param {Map<any, any>} unprotected @returns {any[]} size, index, path */
function parseProof(unprotected) {
  const proofs = asMap(asMap(unprotected, "receipt", [396]).get(396), "receipt.proof", [-1]);
  const [proof] = asList(proofs.get(-1), "receipt.proof", 1);
  return asList(parseCbor(asBytes(proof, "receipt.proof"), "receipt.proof"), "receipt.proof", 3);
}
