/**
 * Which keys and signatures are strict (section 2): what WebCrypto leaves open about points and scalars.
 * Nothing here signs or verifies.
 * @module
 */
import { bigintOf } from "./bytes.js";

/** Curve P-256 (SP 800-186): prime, order, b. */
const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P256_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Edwards25519 (RFC 8032 §5.1): prime, order of the base point, d. */
const P25519 = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
/** y of a point of order 8; the other is its negative. */
const Y8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
const SMALL_ORDER = new Set([0n, 1n, P25519 - 1n, Y8, P25519 - Y8]);

/** @param {bigint} base @param {bigint} exponent @param {bigint} modulus @returns {bigint} */
function power(base, exponent, modulus) {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** @param {Uint8Array} data of 32 bytes @returns {bigint} y of an encoded point, without the sign of x */
const yOf = (data) => bigintOf(Uint8Array.from(data).reverse()) & ((1n << 255n) - 1n);

/** @param {bigint} y @returns {boolean} canonical and not of small order */
const strictY = (y) => y < P25519 && !SMALL_ORDER.has(y);

/**
 * @param {Uint8Array} raw 32 bytes
 * @returns {boolean} a strict Ed25519 public key: canonical, no small order, a point
 */
export function isStrictEd25519Key(raw) {
  const y = yOf(raw);
  if (!strictY(y)) return false;
  const square = (y * y) % P25519;
  const sides = ((square - 1n + P25519) * (D * square + 1n)) % P25519;
  return power(sides, (P25519 - 1n) / 2n, P25519) === 1n;
}

/** @param {Uint8Array} signature 64 bytes @returns {boolean} R canonical and not of small order, S below L */
export function isStrictEd25519Signature(signature) {
  return strictY(yOf(signature.subarray(0, 32))) && bigintOf(Uint8Array.from(signature.subarray(32)).reverse()) < L;
}

/** @param {Uint8Array} raw 65 bytes @returns {boolean} 04 ‖ x ‖ y, a point of P-256 */
export function isStrictEs256Key(raw) {
  const [x, y] = [bigintOf(raw.subarray(1, 33)), bigintOf(raw.subarray(33))];
  return raw[0] === 4 && x < P256 && y < P256 && (y * y - x * x * x + 3n * x - P256_B) % P256 === 0n;
}

/** @param {Uint8Array} signature 64 bytes @returns {boolean} 1 ≤ r < n, 1 ≤ s ≤ (n−1)/2 */
export function isStrictEs256Signature(signature) {
  const [r, s] = [bigintOf(signature.subarray(0, 32)), bigintOf(signature.subarray(32))];
  return r > 0n && r < P256_ORDER && s > 0n && s <= (P256_ORDER - 1n) / 2n;
}
