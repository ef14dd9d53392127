/**
 * The subject index: keys, histories, values, and proofs in the prefix tree (section 10).
 * @module
 */
import { bytesOf, compareBytes, equalBytes, formatHex, parseHex, u32, u64 } from "./bytes.js";
import { malformed, notIndexed } from "./errors.js";
import { Frontier, leafHash, rootOf } from "./merkle.js";
import { sha256 } from "./sha256.js";

const ENTRY = bytesOf(6);
const LEAF = bytesOf(2);
const NODE = bytesOf(3);
const VALUE = bytesOf(4);
export const EMPTY = new Uint8Array(32);
export const MOST_DEEP = 255;
const FIELD = "index proof";

/** @typedef {{name: string, nameBytes?: Uint8Array, leaf: number, position: number}} HistoryEntry */
/** @typedef {{turns: Uint8Array, nodes: Uint8Array, strangers: Uint8Array}} IndexProof */
/** @typedef {Map<string, Uint8Array | null>} Claims key in hex → its value, or null where it is absent */

/** @param {string} kind @param {string} name hex @returns {string} hex */
export const indexKey = (kind, name) => formatHex(sha256(`suyuan/key/v1|${kind}|`, parseHex(name, "name", 32)));

/** @param {HistoryEntry} entry @returns {Uint8Array} */
export const entryHash = ({ name, nameBytes = parseHex(name, "name", 32), leaf, position }) =>
  leafHash(ENTRY, nameBytes, u64(leaf), u32(position));

/** @param {number} count @param {Uint8Array} root @returns {Uint8Array | null} null where there is no event */
export const valueOfRoot = (count, root) => (count ? sha256(VALUE, u64(count), root) : null);

/** @param {HistoryEntry[]} entries in their order @returns {Uint8Array} */
export const historyRoot = (entries) => rootOf(entries.map(entryHash));

/**
 * @param {HistoryEntry[]} entries
 * @param {Frontier} [before] entries that are not shown
 * @returns {Uint8Array | null}
 */
export function valueOf(entries, before = new Frontier()) {
  const whole = new Frontier(before.count, before.subtrees);
  for (const each of entries) whole.add(entryHash(each));
  return valueOfRoot(whole.count, whole.root());
}

/** @param {any} value of CBOR @param {string} [field] @returns {IndexProof} */
export function parseIndexProof(value, field = FIELD) {
  const three = Array.isArray(value) && value.length === 3 && value.every((each) => each instanceof Uint8Array);
  if (!three) throw malformed(field, "another shape", "[turns, nodes, strangers]");
  const [turns, nodes, strangers] = value;
  return { turns, nodes, strangers };
}

/** @typedef {{key: Uint8Array, value: Uint8Array | null}} Claim */

/** @param {Uint8Array} key @param {Uint8Array} value @returns {Uint8Array} */
export const indexLeaf = (key, value) => sha256(LEAF, key, value);

/** @param {Uint8Array} left @param {Uint8Array} right @returns {Uint8Array} */
export const indexNode = (left, right) => sha256(NODE, left, right);

/** The walk from the root, left before right; `hash` of what it met. */
export class Walk {
  /** @param {IndexProof} proof */
  constructor({ turns, nodes, strangers }) {
    this.turns = turns;
    this.nodes = nodes;
    this.strangers = strangers;
    this.turn = 0;
    this.node = 0;
    this.stranger = 0;
  }

  /** @param {string} came @param {string} expected @returns {never} */
  refuse(came, expected) {
    throw notIndexed(FIELD, came, expected);
  }

  /** @returns {number} */
  symbol() {
    const at = this.turn++;
    if (at >> 2 >= this.turns.length) this.refuse("too few turns", "one for each place");
    return (this.turns[at >> 2] >> (6 - 2 * (at & 3))) & 3;
  }

  /** @returns {Uint8Array} */
  nextNode() {
    const hash = this.nodes.subarray(this.node, (this.node += 32));
    if (hash.length !== 32 || equalBytes(hash, EMPTY)) this.refuse("no sibling hash", "empty, or a hash that is not");
    return hash;
  }

  /**
   * @param {Claim[]} claims here, sorted by key @param {number} depth
   * @returns {{hash: Uint8Array, leaf: boolean}} leaf: shown to be one
   */
  place(claims, depth) {
    const symbol = this.symbol();
    if (!claims.length) return { hash: this.sibling(symbol), leaf: false };
    if (symbol === 0) {
      if (claims.some((each) => each.value)) this.refuse("an empty subtree", "the keys that are claimed");
      return { hash: EMPTY, leaf: false };
    }
    if (symbol === 1) return { hash: this.own(claims), leaf: true };
    if (symbol === 2) return { hash: this.strange(claims, depth), leaf: true };
    return { hash: this.inner(claims, depth), leaf: false };
  }

  /** @param {number} symbol @returns {Uint8Array} */
  sibling(symbol) {
    if (symbol > 1) this.refuse(`symbol ${symbol} for a sibling`, "0 or 1");
    return symbol ? this.nextNode() : EMPTY;
  }

  /** @param {Claim[]} claims @returns {Uint8Array} */
  own(claims) {
    const [{ key, value }] = claims;
    if (claims.length > 1 || !value) return this.refuse("a leaf for other keys", "for one that is present");
    return indexLeaf(key, value);
  }

  /** @param {Claim[]} claims @param {number} depth @returns {Uint8Array} */
  strange(claims, depth) {
    const leaf = this.strangers.subarray(this.stranger, (this.stranger += 64));
    if (leaf.length !== 64) this.refuse("no stranger", "32 bytes of key and of value");
    const [key, value] = [leaf.subarray(0, 32), leaf.subarray(32)];
    for (let bit = 0; bit < depth; bit++) {
      if (bitOf(key, bit) !== bitOf(claims[0].key, bit)) this.refuse("a stranger off its path", "one on the path");
    }
    for (const claim of claims) {
      const own = equalBytes(claim.key, key);
      if (own && claims.length === 1) this.refuse("a stranger that is the key", "symbol 1");
      const expected = own ? value : null;
      const same = expected && claim.value ? equalBytes(expected, claim.value) : expected === claim.value;
      if (!same) this.refuse("another value", "what is claimed");
    }
    return indexLeaf(key, value);
  }

  /** @param {Claim[]} claims @param {number} depth @returns {Uint8Array} */
  inner(claims, depth) {
    if (depth > MOST_DEEP) this.refuse(`a node at depth ${depth}`, `at most ${MOST_DEEP}`);
    const cut = claims.findIndex((each) => bitOf(each.key, depth));
    const middle = cut < 0 ? claims.length : cut;
    const left = this.place(claims.slice(0, middle), depth + 1);
    const right = this.place(claims.slice(middle), depth + 1);
    const empty = [left, right].map((each) => equalBytes(each.hash, EMPTY));
    if ((empty[0] && (empty[1] || right.leaf)) || (empty[1] && left.leaf)) {
      this.refuse("a node over nothing or a lone leaf", "two sides");
    }
    return indexNode(left.hash, right.hash);
  }

  end() {
    const padding = (4 - (this.turn & 3)) & 3;
    const last = this.turns[this.turns.length - 1] & ((1 << (2 * padding)) - 1);
    if (this.turns.length !== Math.ceil(this.turn / 4) || last)
      this.refuse("more turns", "none unused, padded with zeros");
    if (this.node !== this.nodes.length || this.stranger !== this.strangers.length) {
      this.refuse("more hashes", "none unused");
    }
  }
}

/** @param {Uint8Array} key @param {number} bit @returns {number} */
export const bitOf = (key, bit) => (key[bit >> 3] >> (7 - (bit & 7))) & 1;

/** @param {Uint8Array} root @param {Claims} claims @param {IndexProof} proof @throws not-indexed */
export function checkIndex(root, claims, proof) {
  const sorted = [...claims].map(([key, value]) => ({ key: parseHex(key, "key", 32), value }));
  sorted.sort((one, other) => compareBytes(one.key, other.key));
  const walk = new Walk(proof);
  if (!sorted.length) walk.refuse("no key", "one at least");
  const { hash } = walk.place(sorted, 0);
  walk.end();
  if (!equalBytes(hash, root)) walk.refuse("another root", formatHex(root));
}
