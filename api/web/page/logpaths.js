/**
 * Paths in the log's tree, made here from hash tiles (formats, section 7; RFC 9162 §2.1.3.1, §2.1.4.1). Tiles need
 * not be trusted: what a path leads to is compared with signed roots.
 * @module
 */
import { rootOf, split } from "../verifier/merkle.js";
import { parseHashes } from "../verifier/tiles.js";

const WIDTH = 256;
const HEIGHT = 8;

/** @typedef {(path: string) => Promise<Uint8Array | null>} Fetch the bytes at an address, null where there are none */

/** @param {number} size above 1 @returns {number} the largest power of two below it */
const cut = (size) => Number(split(BigInt(size)));

/** @param {number} number of a tile @returns {string} C2SP: groups of three digits, all but the last with an x */
export function formatTileNumber(number) {
  const digits = String(number);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.../g) ?? [];
  return groups.map((each, at) => (at < groups.length - 1 ? `x${each}` : each)).join("/");
}

/** The hash tiles of a log at one size. */
export class LogTiles {
  /** @param {Fetch} fetch @param {number} size of a published checkpoint */
  constructor(fetch, size) {
    this.fetch = fetch;
    this.size = size;
    /** @type {Map<string, Promise<Uint8Array[]>>} each is fetched once */
    this.met = new Map();
  }

  /** How many tiles were asked for. */
  get count() {
    return this.met.size;
  }

  /** @param {number} level @param {number} number @returns {Promise<Uint8Array[]>} */
  tile(level, number) {
    const address = `/tile/${level}/${formatTileNumber(number)}`;
    const found = this.met.get(address) ?? this.read(address, this.widthOf(level, number));
    this.met.set(address, found);
    return found;
  }

  /** @param {number} level @param {number} number @returns {number} hashes that the tile has at this size */
  widthOf(level, number) {
    return Math.min(WIDTH, Math.floor(this.size / WIDTH ** level) - number * WIDTH);
  }

  /** @param {string} address @param {number} width @returns {Promise<Uint8Array[]>} */
  async read(address, width) {
    const partial = width < WIDTH ? await this.fetch(`${address}.p/${width}`) : null;
    if (partial) return parseHashes(partial, width);
    // A partial tile may be gone once the full one is there.
    return parseHashes((await this.fetch(address)) ?? new Uint8Array(), WIDTH).slice(0, width);
  }

  /** @param {number} height @param {number} index @returns {Promise<Uint8Array>} the root of a complete subtree */
  async subtree(height, index) {
    const level = Math.floor(height / HEIGHT);
    const count = 2 ** (height % HEIGHT);
    const first = index * count;
    const hashes = await this.tile(level, Math.floor(first / WIDTH));
    return rootOf(hashes.slice(first % WIDTH, (first % WIDTH) + count));
  }

  /** @param {number} low @param {number} high @returns {Promise<Uint8Array>} the hash over leaves [low, high) */
  async range(low, high) {
    const width = high - low;
    if (Number.isInteger(Math.log2(width))) return this.subtree(Math.log2(width), low / width);
    const middle = low + cut(width);
    return rootOf([await this.range(low, middle), await this.range(middle, high)]);
  }
}

/** @param {LogTiles} tiles @param {number} index @returns {Promise<Uint8Array[]>} leaf sibling first */
export async function inclusionPath(tiles, index) {
  const path = [];
  let [low, high] = [0, tiles.size];
  while (high - low > 1) {
    const middle = low + cut(high - low);
    if (index < middle) {
      path.push(await tiles.range(middle, high));
      high = middle;
    } else {
      path.push(await tiles.range(low, middle));
      low = middle;
    }
  }
  return path.reverse();
}

/** @param {LogTiles} tiles of the newer log @param {number} size of the older one, from 1 on */
export async function consistencyPath(tiles, size) {
  const path = [];
  let [low, high, older, whole] = [0, tiles.size, size, true];
  if (size === high) return path;
  while (older !== high - low) {
    const middle = cut(high - low);
    if (older <= middle) {
      path.push(await tiles.range(low + middle, high));
      high = low + middle;
    } else {
      path.push(await tiles.range(low, low + middle));
      [low, older, whole] = [low + middle, older - middle, false];
    }
  }
  if (!whole) path.push(await tiles.range(low, high));
  return path.reverse();
}
