/**
 * C2SP tlog-tiles: paths, hash tiles, entry bundles (section 7).
 * @module
 */
import { hashesOf } from "./bytes.js";
import { malformed } from "./errors.js";

const PATH = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** @param {string} text @returns {{level: number | null, number: bigint, width: number}} level null for entries */
export function parseTilePath(text) {
  const [, level, number, width] = PATH.exec(text) ?? [];
  const refusal = malformed("tile path", text, "tile/<L>/<N>[.p/<W>]");
  if (level === undefined || (number.length > 3 && number.startsWith("x000/"))) throw refusal;
  const value = BigInt(number.replaceAll(/[x/]/g, ""));
  if (value >= 1n << 56n || Number(width ?? 0) > 255 || (level !== "entries" && Number(level) > 63)) throw refusal;
  return { level: level === "entries" ? null : Number(level), number: value, width: Number(width ?? 256) };
}

/** @param {Uint8Array} data @param {number} width @returns {Uint8Array[]} the hashes of a tile */
export function parseHashes(data, width) {
  if (data.length !== 32 * width) throw malformed("tile", `${data.length} bytes`, `${width} hashes`);
  return hashesOf(data);
}

/** @param {Uint8Array} data @param {number} width @returns {Uint8Array[]} the entries of a bundle */
export function parseBundle(data, width) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const entries = [];
  let at = 0;
  while (at + 2 <= data.length && entries.length < width) {
    const end = at + 2 + view.getUint16(at);
    if (end > data.length) break;
    entries.push(data.subarray(at + 2, end));
    at = end;
  }
  if (at !== data.length || entries.length !== width) {
    throw malformed("entry bundle", "other bytes", `${width} entries`);
  }
  return entries;
}
