/**
 * RFC 6962 trees: roots, RFC 9162 proofs, and the shared path of section 7.
 * @module
 */
import { bytesOf, equalBytes, hashesOf } from "./bytes.js";
import { inconsistent, malformed, notIncluded } from "./errors.js";
import { sha256 } from "./sha256.js";

const LEAF = bytesOf(0);
const NODE = bytesOf(1);

/** @param {...(Uint8Array | string)} parts @returns {Uint8Array} */
export const leafHash = (...parts) => sha256(LEAF, ...parts);

/** @param {Uint8Array} left @param {Uint8Array} right @returns {Uint8Array} */
export const nodeHash = (left, right) => sha256(NODE, left, right);

/** @param {bigint} size above 1 @returns {bigint} the largest power of two below it */
export const split = (size) => 1n << BigInt((size - 1n).toString(2).length - 1);

/** @param {Uint8Array[]} leaves their hashes @returns {Uint8Array} */
export function rootOf(leaves) {
  if (!leaves.length) return sha256();
  if (leaves.length === 1) return leaves[0];
  const middle = Number(split(BigInt(leaves.length)));
  return nodeHash(rootOf(leaves.slice(0, middle)), rootOf(leaves.slice(middle)));
}

/** A tree that grows: the hashes of its complete subtrees, largest first, and their sizes. */
export class Frontier {
  /** @param {number} [count] @param {Uint8Array[]} [subtrees] one for each bit of count */
  constructor(count = 0, subtrees = []) {
    this.count = count;
    this.subtrees = [...subtrees];
  }

  /** @param {Uint8Array} leaf its hash */
  add(leaf) {
    let hash = leaf;
    for (let rest = this.count; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = nodeHash(/** @type {Uint8Array} */ (this.subtrees.pop()), hash);
    }
    this.subtrees.push(hash);
    this.count++;
  }

  /** @returns {Uint8Array} */
  root() {
    return this.subtrees.length ? this.subtrees.reduceRight((right, left) => nodeHash(left, right)) : sha256();
  }
}

/** @param {number} count @returns {number} of complete subtrees of a tree of so many leaves */
export const subtreesOf = (count) => BigInt(count).toString(2).replaceAll("0", "").length;

/**
 * @param {{index: number | bigint, size: number | bigint, leaf: Uint8Array, path: Uint8Array[]}} proof
 * @returns {Uint8Array} the root that follows (RFC 9162 §2.1.3.2)
 * @throws not-included
 */
export function rootOfInclusion({ index, size, leaf, path }) {
  let [fn, sn] = [BigInt(index), BigInt(size) - 1n];
  if (fn < 0n || fn > sn) throw notIncluded("leaf index", index, `below ${size}`);
  if ([leaf, ...path].some((each) => each.length !== 32)) throw notIncluded("hash", "another length", "32 bytes");
  let root = leaf;
  for (const each of path) {
    if (sn === 0n) throw notIncluded("inclusion path", "more hashes", "one a level");
    if (fn & 1n || fn === sn) {
      root = nodeHash(each, root);
      for (; !(fn & 1n) && fn; fn >>= 1n) sn >>= 1n;
    } else root = nodeHash(root, each);
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn !== 0n) throw notIncluded("inclusion path", "fewer hashes", "one a level");
  return root;
}

/**
 * @param {{index: number | bigint, size: number | bigint, leaf: Uint8Array, path: Uint8Array[], root: Uint8Array}}
 *   proof
 */
export function checkInclusion({ root, ...proof }) {
  if (!equalBytes(rootOfInclusion(proof), root)) throw notIncluded("inclusion path", "another root", "this one");
}

/**
 * @param {{size: bigint, newerSize: bigint, path: Uint8Array[]}} proof 0 < size < newerSize; path with the hash of the
 * first leaves in front where size is a power of two
 * @returns {[Uint8Array, Uint8Array]} the roots of size and newerSize that follow (RFC 9162 §2.1.4.2)
 */
export function rootsOfConsistency({ size, newerSize, path }) {
  let [fn, sn] = [size - 1n, newerSize - 1n];
  for (; fn & 1n; fn >>= 1n) sn >>= 1n;
  let [older, newer] = [path[0], path[0]];
  if (!path.length) throw inconsistent("consistency path", "no hash", "one at least");
  for (const each of path.slice(1)) {
    if (sn === 0n) throw inconsistent("consistency path", "more hashes", "one a level");
    if (fn & 1n || fn === sn) {
      older = nodeHash(each, older);
      newer = nodeHash(each, newer);
      for (; !(fn & 1n) && fn; fn >>= 1n) sn >>= 1n;
    } else newer = nodeHash(newer, each);
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn !== 0n) throw inconsistent("consistency path", "fewer hashes", "one a level");
  return [older, newer];
}

/** @param {bigint} size @returns {boolean} */
export const isPowerOfTwo = (size) => (size & (size - 1n)) === 0n;

/**
 * @param {{size: number | bigint, newerSize: number | bigint, path: Uint8Array[], root: Uint8Array,
 *   newerRoot: Uint8Array}} proof RFC 9162 §2.1.4
 * @throws inconsistent
 */
export function checkConsistency({ path, root, newerRoot, ...sizes }) {
  const [size, newerSize] = [BigInt(sizes.size), BigInt(sizes.newerSize)];
  if (size < 0n || size > newerSize) throw inconsistent("sizes", `${size}, ${newerSize}`, "the smaller first");
  if ([root, newerRoot, ...path].some((each) => each.length !== 32)) {
    throw inconsistent("hash", "another length", "32 bytes");
  }
  if (size === 0n || size === newerSize) {
    const same =
      size === 0n
        ? equalBytes(root, sha256()) && (newerSize > 0n || equalBytes(newerRoot, sha256()))
        : equalBytes(root, newerRoot);
    if (path.length || !same) throw inconsistent("consistency path", "other roots or a path", "none is needed");
    return;
  }
  const whole = isPowerOfTwo(size) ? [root, ...path] : path;
  const [older, newer] = rootsOfConsistency({ size, newerSize, path: whole });
  if (!equalBytes(older, root) || !equalBytes(newer, newerRoot)) {
    throw inconsistent("consistency path", "other roots", "these two");
  }
}

/**
 * @param {number | bigint} size
 * @param {Map<number, Uint8Array>} leaves position → leaf hash
 * @param {Uint8Array} path hashes in the order of the walk
 * @param {string} [field]
 * @returns {Uint8Array} the root that follows
 * @throws not-included; malformed where path is no row of hashes
 */
export function rootOfSharedPath(size, leaves, path, field = "path") {
  if (path.length % 32) throw malformed(field, `${path.length} bytes`, "32 a hash");
  const hashes = hashesOf(path);
  const positions = [...leaves.keys()].map(BigInt).sort((one, other) => (one < other ? -1 : 1));
  const outside = positions.some((each) => each < 0n || each >= BigInt(size));
  if (!positions.length || outside) throw notIncluded(field, "leaves outside", `positions below ${size}`);
  let used = 0;
  /** @param {bigint} lo @param {bigint} hi @param {number} from @param {number} to @returns {Uint8Array} */
  const walk = (lo, hi, from, to) => {
    if (from === to) {
      if (used === hashes.length) throw notIncluded(field, "too few hashes", "one for each range without a leaf");
      return hashes[used++];
    }
    if (hi - lo === 1n) return /** @type {Uint8Array} */ (leaves.get(Number(lo)));
    const middle = lo + split(hi - lo);
    let cut = from;
    while (cut < to && positions[cut] < middle) cut++;
    const left = walk(lo, middle, from, cut);
    return nodeHash(left, walk(middle, hi, cut, to));
  };
  const root = walk(0n, BigInt(size), 0, positions.length);
  if (used < hashes.length) throw notIncluded(field, `${hashes.length - used} hashes more`, "none unused");
  return root;
}
