/**
 * SHA-256 (FIPS 180-4), at once and not awaited: trees of thousands of small hashes want that. Signatures and their
 * hashes are WebCrypto's.
 * @module
 */
import { concat } from "./bytes.js";

/**
 * The first 32 bits of the fractional parts of roots of the first primes.
 * @param {number} root
 * @param {number} count
 */
function fractions(root, count) {
  const words = [];
  for (let candidate = 2; words.length < count; candidate++) {
    let prime = true;
    for (let factor = 2; factor * factor <= candidate; factor++) if (candidate % factor === 0) prime = false;
    if (prime) words.push(((candidate ** (1 / root) % 1) * 2 ** 32) | 0);
  }
  return Int32Array.from(words);
}

const K = fractions(3, 64);
const START = fractions(2, 8);
const W = new Int32Array(64);

/** @param {Int32Array} state @param {DataView} view @param {number} at */
function compress(state, view, at) {
  for (let t = 0; t < 16; t++) W[t] = view.getInt32(at + 4 * t);
  for (let t = 16; t < 64; t++) {
    const x = W[t - 15];
    const y = W[t - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[t] = (s1 + W[t - 7] + s0 + W[t - 16]) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const T1 = (h + S1 + ((e & f) ^ (~e & g)) + K[t] + W[t]) | 0;
    const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const T2 = (S0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + T1) | 0;
    d = c;
    c = b;
    b = a;
    a = (T1 + T2) | 0;
  }
  const added = [a, b, c, d, e, f, g, h];
  for (let at = 0; at < 8; at++) state[at] = (state[at] + added[at]) | 0;
}

/**
 * H of section 1: the hash of the concatenation of what is given.
 * @param {...(Uint8Array | string)} parts texts are UTF-8
 * @returns {Uint8Array} 32 bytes
 */
export function sha256(...parts) {
  const data = concat(...parts);
  const padded = new Uint8Array((data.length + 72) & ~63);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(data.length) * 8n);
  const state = Int32Array.from(START);
  for (let at = 0; at < padded.length; at += 64) compress(state, view, at);
  const hash = new Uint8Array(32);
  const out = new DataView(hash.buffer);
  state.forEach((word, at) => out.setInt32(4 * at, word));
  return hash;
}
