/**
 * What every kind of evidence begins with (section 17): the charters shown, and a checkpoint that the ledger signed.
 * @module
 */
import { equalBytes, formatHex } from "../bytes.js";
import { walkCharters } from "../charter_walk.js";
import { verifyLines } from "../checkpoint.js";
import { mismatch, untrusted } from "../errors.js";
import { rootOfSharedPath } from "../merkle.js";
import { Headers, parseStatements } from "../parts.js";
import { parseCheckpointNote } from "../traceproof.js";

export const WORD = "suyuan evidence";

/** @typedef {import("../charter.js").Charter} Charter */
/** @typedef {import("../charter_walk.js").Charters} Charters */
/** @typedef {import("../keys.js").Check} Check */
/**
 * @typedef {{pinned: Uint8Array, check: Check, builtin: Map<string, import("../vocabulary.js").EventType>}} Standpoint
 *   pinned: leaf hash of leaf 0; builtin: the registry's own types
 */

/**
 * @param {Uint8Array} data a checkpoint's note
 * @param {Charters} charters
 * @param {Check} check
 * @returns {Promise<{checkpoint: import("../checkpoint.js").Checkpoint,
 *   lines: import("../checkpoint.js").VerifiedLine[]}>} the ledger's own lines, whatever its quorum
 * @throws untrusted where the ledger signed no line; bad-signature
 */
export async function signedCheckpoint(data, charters, check) {
  const { note, checkpoint } = parseCheckpointNote(data);
  const keys = charters.inForce.flatMap((each) => each.charter.policy.logs);
  const own = note.lines.filter((line) => keys.some((key) => key.name === line.name && key.keyId === line.keyId));
  if (!own.length || checkpoint.origin !== charters.origin) {
    throw untrusted("checkpoint", checkpoint.origin, "a line of the ledger under its own name");
  }
  return { checkpoint, lines: await verifyLines(check, checkpoint, own, keys) };
}

/**
 * @param {import("../checkpoint.js").Checkpoint} checkpoint
 * @param {Map<number, Uint8Array>} leaves leaf → leaf hash
 * @param {Uint8Array} path shared path in the log
 * @throws mismatch unless they give the checkpoint's root
 */
export function checkLogged(checkpoint, leaves, path) {
  const root = rootOfSharedPath(checkpoint.size, leaves, path, "log path");
  if (!equalBytes(root, checkpoint.root)) throw mismatch("log root", formatHex(root), formatHex(checkpoint.root));
}

/**
 * @param {Map<any, any>} content
 * @returns {import("../parts.js").StatementPart[]} of the charters and their approvals, where nothing else uses headers
 */
export function parseCharters(content) {
  const headers = new Headers(content.get(4));
  const charter = parseStatements(content.get(6), headers, "charter");
  headers.checkUsed();
  return charter;
}

/**
 * @param {import("../parts.js").StatementPart[]} parts of the charters and their approvals
 * @param {Standpoint} standpoint
 * @returns {Promise<Charters>}
 */
export const walkShown = (parts, { pinned, check }) => walkCharters(parts, pinned, check);
