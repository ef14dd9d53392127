/**
 * Keys, their thumbprints, and signatures under them (section 2).
 * @module
 */
import { formatBase64url, parseBase64url } from "./base64.js";
import { formatHex } from "./bytes.js";
import { formatCbor } from "./cbor.js";
import { isStrictEd25519Key, isStrictEd25519Signature, isStrictEs256Key, isStrictEs256Signature } from "./curves.js";
import { badSignature, cannotCheck, malformed, unsupported } from "./errors.js";
import { sha256 } from "./sha256.js";

/**
 * @typedef {object} Algorithm
 * @property {string} name
 * @property {number} alg COSE number
 * @property {number} size bytes of the raw public key
 * @property {number} signature bytes of a signature
 * @property {(raw: Uint8Array) => boolean} strictKey
 * @property {(signature: Uint8Array) => boolean} strictSignature
 * @property {(raw: Uint8Array) => Map<number, any>} coseKey
 */

/** @param {...[number, any]} members @returns {Map<number, any>} */
const labelled = (...members) => new Map(members);

/** @param {number} curve @returns {(raw: Uint8Array) => Map<number, any>} */
const ec2 = (curve) => (raw) => labelled([1, 2], [-1, curve], [-2, raw.subarray(1, 33)], [-3, raw.subarray(33)]);
const anything = () => true;

/** @type {Algorithm[]} */
const ALGORITHMS = [
  {
    name: "ES256",
    alg: -7,
    size: 65,
    signature: 64,
    strictKey: isStrictEs256Key,
    strictSignature: isStrictEs256Signature,
    coseKey: ec2(1),
  },
  {
    name: "EdDSA",
    alg: -8,
    size: 32,
    signature: 64,
    strictKey: isStrictEd25519Key,
    strictSignature: isStrictEd25519Signature,
    coseKey: (raw) => labelled([1, 1], [-1, 6], [-2, raw]),
  },
  {
    name: "ML-DSA-44",
    alg: -48,
    size: 1312,
    signature: 2420,
    strictKey: anything,
    strictSignature: anything,
    coseKey: (raw) => labelled([1, 7], [3, -48], [-1, raw]),
  },
  {
    name: "SM2-SM3",
    alg: -65537,
    size: 65,
    signature: 64,
    strictKey: (raw) => raw[0] === 4,
    strictSignature: anything,
    coseKey: ec2(-65537),
  },
];

/** The COSE numbers of the table, and how many bytes a signature under each has. */
export const SIGNATURE_SIZES = new Map(ALGORITHMS.map((each) => [each.alg, each.signature]));

/**
 * @typedef {(name: string, raw: Uint8Array, signature: Uint8Array, message: Uint8Array) => Promise<boolean>} Check
 */

/** A public key that is strict. */
export class Key {
  /** @param {Algorithm} algorithm @param {Uint8Array} raw */
  constructor(algorithm, raw) {
    this.algorithm = algorithm;
    this.name = algorithm.name;
    this.alg = algorithm.alg;
    this.raw = raw;
    this.hex = formatHex(raw);
    this.thumbprint = "";
  }

  /** @returns {string} its kid, in hex */
  get kidHex() {
    return (this.thumbprint ||= formatHex(sha256(formatCbor(this.algorithm.coseKey(this.raw)))));
  }

  /**
   * @param {Check} check how this browser checks a signature
   * @param {Uint8Array} signature
   * @param {Uint8Array} message
   * @param {string} [field]
   * @throws bad-signature; unsupported for SM2 and where the browser cannot check
   */
  async verify(check, signature, message, field = "signature") {
    if (this.name === "SM2-SM3") throw unsupported("alg", this.name, "ES256, EdDSA or ML-DSA-44");
    const strict = signature.length === this.algorithm.signature && this.algorithm.strictSignature(signature);
    if (!strict || !(await check(this.name, this.raw, signature, message))) {
      throw badSignature(field, "bytes that this key did not sign", `${this.name} by ${this.kidHex}`);
    }
  }
}

/** @type {Map<string, Key>} Keys come again and again; a point is looked at once. */
const met = new Map();
const MOST_MET = 512;

/** @param {string} name @param {Uint8Array} raw @param {string} [field] @returns {Key} */
export function keyOf(name, raw, field = "key") {
  const algorithm = ALGORITHMS.find((each) => each.name === name);
  if (!algorithm) throw malformed(`${field}.alg`, name, ALGORITHMS.map((each) => each.name).join(", "));
  const place = `${name} ${formatHex(raw)}`;
  const known = met.get(place);
  if (known) return known;
  if (raw.length !== algorithm.size || !algorithm.strictKey(raw)) {
    throw malformed(`${field}.public`, formatHex(raw), `a strict public key of ${name}`);
  }
  const key = new Key(algorithm, Uint8Array.from(raw));
  if (met.size >= MOST_MET) met.clear();
  met.set(place, key);
  return key;
}

/** @param {any} value of JSON: exactly alg and public @param {string} [field] @returns {Key} */
export function parseKey(value, field = "key") {
  if (!(value instanceof Map) || value.size !== 2 || !value.has("alg") || !value.has("public")) {
    throw malformed(field, "another shape", '{"alg", "public"}');
  }
  const [name, text] = [value.get("alg"), value.get("public")];
  if (typeof name !== "string") throw malformed(`${field}.alg`, name, "a name");
  if (typeof text !== "string") throw malformed(`${field}.public`, text, "base64url");
  return keyOf(name, parseBase64url(text, `${field}.public`), field);
}

/** @param {Key} key @returns {Map<string, string>} its JSON */
export const formatKey = (key) =>
  new Map([
    ["alg", key.name],
    ["public", formatBase64url(key.raw)],
  ]);

/** @type {Record<string, {format: "raw" | "raw-public", imported: any, verified: any}>} */
const WEB = {
  ES256: {
    format: "raw",
    imported: { name: "ECDSA", namedCurve: "P-256" },
    verified: { name: "ECDSA", hash: "SHA-256" },
  },
  EdDSA: { format: "raw", imported: "Ed25519", verified: "Ed25519" },
  "ML-DSA-44": { format: "raw-public", imported: "ML-DSA-44", verified: "ML-DSA-44" },
};

/**
 * How signatures are checked by WebCrypto.
 * @param {SubtleCrypto | undefined} subtle of the page; undefined outside a secure context
 * @returns {Check} throws *cannot check* where the browser does not know the algorithm
 */
export function webCheck(subtle) {
  /** Bytes of a key are the same array again, and of one algorithm. @type {WeakMap<Uint8Array, Promise<CryptoKey>>} */
  const keys = new WeakMap();
  return async (name, raw, signature, message) => {
    const { format, imported, verified } = WEB[name];
    if (!subtle) throw cannotCheck(name);
    try {
      let key = keys.get(raw);
      if (!key) {
        key = subtle.importKey(/** @type {any} */ (format), /** @type {any} */ (raw), imported, true, ["verify"]);
        keys.set(raw, key);
      }
      return await subtle.verify(verified, await key, /** @type {any} */ (signature), /** @type {any} */ (message));
    } catch {
      // The key is a strict one: it is the algorithm that the browser lacks.
      throw cannotCheck(name);
    }
  };
}
