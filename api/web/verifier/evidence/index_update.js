/**
 * The root after a block, out of an index proof under the root before it (sections 10 and 17): what lies beside the
 * keys of a proof does not change when histories grow or begin, so its hashes are enough.
 * @module
 */
import { compareBytes, parseHex } from "../bytes.js";
import { bitOf, checkIndex, EMPTY, indexLeaf, indexNode, MOST_DEEP, Walk } from "../index.js";

/** @typedef {{key: Uint8Array, hash: Uint8Array}} Leaf of the prefix tree */

/** @param {Leaf[]} leaves sorted by key @param {number} depth @returns {Uint8Array} */
function rootOver(leaves, depth) {
  if (leaves.length < 2 || depth > MOST_DEEP) return leaves.length ? leaves[0].hash : EMPTY;
  const cut = leaves.findIndex((each) => bitOf(each.key, depth));
  const middle = cut < 0 ? leaves.length : cut;
  return indexNode(rootOver(leaves.slice(0, middle), depth + 1), rootOver(leaves.slice(middle), depth + 1));
}

/** @param {Map<string, Uint8Array>} values by key @returns {Leaf[]} sorted */
function leavesOf(values) {
  const leaves = [...values].map(([text, value]) => {
    const key = parseHex(text, "key", 32);
    return { key, hash: indexLeaf(key, value) };
  });
  return leaves.sort((one, other) => compareBytes(one.key, other.key));
}

/** @param {Map<string, Uint8Array>} values @returns {Uint8Array} the root over these keys alone */
export const firstRoot = (values) => rootOver(leavesOf(values), 0);

/** The walk of a proof that holds, with new leaves where it shows the old. */
class Update extends Walk {
  /** @param {Leaf[]} leaves here, sorted @param {number} depth @returns {Uint8Array} */
  climb(leaves, depth) {
    const symbol = this.symbol();
    if (!leaves.length) return this.sibling(symbol);
    if (symbol === 3) {
      const cut = leaves.findIndex((each) => bitOf(each.key, depth));
      const middle = cut < 0 ? leaves.length : cut;
      const left = this.climb(leaves.slice(0, middle), depth + 1);
      return indexNode(left, this.climb(leaves.slice(middle), depth + 1));
    }
    return rootOver(symbol === 2 ? this.withStranger(leaves) : leaves, depth);
  }

  /** @param {Leaf[]} leaves @returns {Leaf[]} with the leaf that stood there, unless it is one of them */
  withStranger(leaves) {
    const shown = this.strangers.subarray(this.stranger, (this.stranger += 64));
    const key = shown.subarray(0, 32);
    if (leaves.some((each) => compareBytes(each.key, key) === 0)) return leaves;
    const all = [...leaves, { key, hash: indexLeaf(key, shown.subarray(32)) }];
    return all.sort((one, other) => compareBytes(one.key, other.key));
  }
}

/**
 * @param {Uint8Array} root before
 * @param {import("../index.js").Claims} before value of each key under it, null for absent ones
 * @param {Map<string, Uint8Array>} after value of each of these keys afterwards
 * @param {import("../index.js").IndexProof} proof of `before` under `root`
 * @returns {Uint8Array} the root once each key has its new value
 * @throws not-indexed
 */
export function updatedRoot(root, before, after, proof) {
  checkIndex(root, before, proof);
  return new Update(proof).climb(leavesOf(after), 0);
}
