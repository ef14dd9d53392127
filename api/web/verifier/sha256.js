/**
 * SHA-256 (FIPS 180-4), at once and not awaited: trees of thousands of small hashes want that. Signatures and their
 * hashes are WebCrypto's.
 * @module
 */
import { formatUtf8 } from "./bytes.js";

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
const state = new Int32Array(8);

/** @param {DataView} view @param {number} at */
function compress(view, at) {
  for (let t = 0; t < 16; t++) W[t] = view.getInt32(at + 4 * t);
  for (let t = 16; t < 64; t++) {
    const x = W[t - 15];
    const y = W[t - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[t] = (s1 + W[t - 7] + s0 + W[t - 16]) | 0;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
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
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** What is hashed is mostly short: it is put together here, block after block of one buffer. */
const SHORT = 256;
const scratch = new Uint8Array(SHORT + 72);

/**
 * H of section 1: the hash of the concatenation of what is given.
 * @param {...(Uint8Array | string)} parts texts are UTF-8
 * @returns {Uint8Array} 32 bytes
 */
export function sha256(...parts) {
  let size = 0;
  for (let n = 0; n < parts.length; n++) {
    const part = parts[n];
    size += (typeof part === "string" ? (parts[n] = formatUtf8(part)) : part).length;
  }
  const whole = (size + 72) & ~63;
  const padded = size <= SHORT ? scratch.fill(0, 0, whole) : new Uint8Array(whole);
  let at = 0;
  for (const part of /** @type {Uint8Array[]} */ (parts)) {
    padded.set(part, at);
    at += part.length;
  }
  padded[size] = 0x80;
  const view = new DataView(padded.buffer, 0, whole);
  view.setUint32(whole - 8, Math.floor(size / 2 ** 29));
  view.setUint32(whole - 4, (size << 3) >>> 0);
  state.set(START);
  for (let block = 0; block < whole; block += 64) compress(view, block);
  const hash = new Uint8Array(32);
  for (let n = 0; n < 32; n++) hash[n] = state[n >> 2] >> (24 - 8 * (n & 3));
  return hash;
}
