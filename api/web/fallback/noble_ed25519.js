/**
 * Ed25519 (RFC 8032 §5.1.7, without cofactor) by noble's points, for browsers whose WebCrypto lacks it.
 *
 * noble's own `verify` multiplies by the cofactor, as RFC 8032 allows; WebCrypto and the Python do not. One signature
 * must have one answer, so the equation is spelt out: R is what B·S − A·k encodes to.
 * @module
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";

const { Point } = ed25519;

/** @param {Uint8Array} data little-endian @returns {bigint} */
const numberOf = (data) => [...data].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/**
 * @param {Uint8Array} raw a strict public key
 * @param {Uint8Array} signature 64 bytes, strict: S is below the order
 * @param {Uint8Array} message
 * @returns {boolean}
 */
export function verify(raw, signature, message) {
  const r = signature.subarray(0, 32);
  const challenge = numberOf(sha512(Uint8Array.from([...r, ...raw, ...message]))) % Point.Fn.ORDER;
  const s = numberOf(signature.subarray(32));
  const base = s ? Point.BASE.multiplyUnsafe(s) : Point.ZERO;
  const found = base.subtract(Point.fromBytes(raw).multiplyUnsafe(challenge)).toBytes();
  return found.every((/** @type {number} */ byte, /** @type {number} */ at) => byte === r[at]);
}
