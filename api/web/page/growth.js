/**
 * Whether the log that is shown now begins with what this browser saw of it before: computed here from tiles. Loaded
 * where it is longer than it was.
 * @module
 */
import { equalBytes, formatHex } from "../verifier/bytes.js";
import { inconsistent, SuyuanError } from "../verifier/errors.js";
import { checkConsistency } from "../verifier/merkle.js";
import { parseCheckpointNote } from "../verifier/traceproof.js";
import { fetchBytes, Unanswered } from "./fetching.js";
import { consistencyPath, LogTiles } from "./logpaths.js";
import { join, unjoinedOf } from "./store.js";

/** @typedef {import("../verifier/examination.js").Seen} Seen */

/**
 * @param {Seen | null} seen @param {{origin: string, size: number, root: Uint8Array}} now @param {LogTiles} tiles
 * @returns {Promise<string>} what came of it
 * @throws inconsistent: what this browser saw is not the beginning of what is shown now
 */
export async function compare(seen, now, tiles) {
  if (!seen) return "first";
  const size = Number(seen.size);
  if (size > now.size) return "older";
  if (size === now.size) {
    if (equalBytes(seen.root, now.root)) return "same";
    throw inconsistent("checkpoint.root", formatHex(now.root), `${formatHex(seen.root)}, seen for this size`);
  }
  const path = await consistencyPath(tiles, size);
  checkConsistency({ size, newerSize: now.size, path, root: seen.root, newerRoot: now.root });
  return "grown";
}

/** @param {Uint8Array} charter leaf hash @returns {Seen | null} what this browser saw, and nothing since was joined to */
export function beforeOf(charter) {
  const note = unjoinedOf(charter);
  try {
    const { origin, size, root } = /** @type {any} */ (note && parseCheckpointNote(note).checkpoint);
    return { origin, size: Number(size), root, charter };
  } catch {
    return null; // nothing was kept, or nothing that can be read
  }
}

/**
 * Join what is shown now to all that this browser saw before.
 * @param {import("./checking.js").Checked} checked a trace that holds
 * @returns {Promise<"joined" | "unanswered" | "doubted">} unanswered: the tiles did not come; doubted: what came leads
 *   to other roots
 */
export async function joinSeen({ standpoint, verdict }) {
  const { seen, policy } = /** @type {import("../verifier/examination.js").Standpoint} */ (standpoint);
  const { origin, size, root } = /** @type {any} */ (verdict).story;
  const tiles = new LogTiles((address) => fetchBytes(address, fetch.bind(globalThis)), Number(size));
  const now = { origin, size: tiles.size, root };
  try {
    for (const each of [seen, beforeOf(policy.charter)]) await compare(each, now, tiles);
  } catch (error) {
    if (error instanceof Unanswered) return "unanswered";
    if (error instanceof SuyuanError) return "doubted";
    throw error;
  }
  join(policy.charter, tiles.size);
  return "joined";
}
