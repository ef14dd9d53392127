/**
 * Evidence that convicts a ledger by its own word (section 17): forks and rollbacks. Other kinds are *unsupported*.
 * @module
 */
import { equalBytes, hashesOf } from "./bytes.js";
import { walkCharters } from "./charter_walk.js";
import { POST_QUANTUM, verifyLines } from "./checkpoint.js";
import { inconsistent, malformed, unsupported, untrusted } from "./errors.js";
import { rootsOfConsistency } from "./merkle.js";
import { Headers, parseFile, parseStatements } from "./parts.js";
import { Receipt } from "./receipt.js";
import { asBytes, asList, asMap } from "./shape.js";
import { parseCheckpointNote } from "./traceproof.js";

const WORD = "suyuan evidence";

/** @typedef {import("./charter.js").Charter} Charter */
/** @typedef {{pinned: Uint8Array, check: import("./keys.js").Check}} Standpoint */
/** @typedef {{size: bigint, root: Uint8Array}} Commitment */

/**
 * @param {Map<any, any>} content
 * @param {Standpoint} standpoint
 * @returns {Promise<Charter[]>} in force, by the walk from the pinned hash
 */
async function charterOf(content, { pinned, check }) {
  const headers = new Headers(content.get(4));
  const parts = parseStatements(content.get(6), headers, "registry");
  headers.checkUsed();
  const charters = await walkCharters(parts, pinned, check);
  return charters.inForce.map((each) => each.charter);
}

/**
 * @param {Uint8Array} data a checkpoint's note
 * @param {Charter[]} charters
 * @param {import("./keys.js").Check} check
 * @returns {Promise<{size: bigint, root: Uint8Array, lines: import("./checkpoint.js").VerifiedLine[]}>}
 * @throws untrusted where the ledger signed no line; bad-signature
 */
async function signedCheckpoint(data, charters, check) {
  const { note, checkpoint } = parseCheckpointNote(data);
  const keys = charters.flatMap((each) => each.policy.logs);
  const own = note.lines.filter((line) => keys.some((key) => key.name === line.name && key.keyId === line.keyId));
  if (!own.length || checkpoint.origin !== charters[charters.length - 1].origin) {
    throw untrusted("checkpoint", checkpoint.origin, "a line of the ledger under its own name");
  }
  const lines = await verifyLines(check, checkpoint, own, keys);
  return { size: BigInt(checkpoint.size), root: checkpoint.root, lines };
}

/** @param {any} value @returns {any[]} [1, note] or [2, receipt, leaf hash] */
function asCommitment(value) {
  const parts = asList(value, "commitment");
  const checkpoint = parts.length === 2 && parts[0] === 1;
  if (!checkpoint && !(parts.length === 3 && parts[0] === 2)) {
    throw malformed("commitment", "another shape", "[1, note] or [2, receipt, leaf hash]");
  }
  asBytes(parts[1], "commitment");
  if (!checkpoint) asBytes(parts[2], "commitment", 32);
  return parts;
}

/**
 * @param {any[]} parts
 * @param {Charter[]} charters
 * @param {import("./keys.js").Check} check
 * @returns {Promise<Commitment>}
 */
async function verified([kind, data, leaf], charters, check) {
  if (kind === 1) return signedCheckpoint(data, charters, check);
  const receipt = new Receipt(data);
  const charter = charters.find((each) => each.receipt.kidHex === receipt.key.kid);
  if (!charter) throw untrusted("receipt.kid", receipt.key.kid, "a receipt key of the charters shown");
  const root = await receipt.verify(check, { leaf, key: charter.receipt, origin: charter.origin });
  return { size: BigInt(receipt.size), root };
}

/** @param {Commitment} one @param {Commitment} other @param {Uint8Array[]} path @throws inconsistent: no fork */
function checkFork(one, other, path) {
  if (one.size === other.size) {
    if (path.length || equalBytes(one.root, other.root)) {
      throw inconsistent("commitments", "equal roots, or a path", "two roots for one size");
    }
    return;
  }
  const [older, newer] = rootsOfPath(one, other, path);
  if (!equalBytes(newer, other.root) || equalBytes(older, one.root)) {
    throw inconsistent("path", "commitments that agree", "the newer root and another older one");
  }
}

/** @param {Commitment} one @param {Commitment} other @param {Uint8Array[]} path */
function rootsOfPath(one, other, path) {
  try {
    return rootsOfConsistency({ size: one.size, newerSize: other.size, path });
  } catch {
    throw inconsistent("path", `${path.length} hashes`, "those of a consistency proof");
  }
}

/** @param {Map<any, any>} content @param {Standpoint} standpoint */
async function confirmFork(content, standpoint) {
  asMap(content, WORD, [4, 6, 11, 12]);
  const shown = asList(content.get(11), "commitments", 2).map(asCommitment);
  const path = asBytes(content.get(12), "path");
  if (path.length % 32) throw malformed("path", `${path.length} bytes`, "32 a hash");
  const charters = await charterOf(content, standpoint);
  const one = await verified(shown[0], charters, standpoint.check);
  const other = await verified(shown[1], charters, standpoint.check);
  if (one.size < 1n || one.size > other.size) {
    throw malformed("commitments", `sizes ${one.size} and ${other.size}`, "the smaller size first");
  }
  checkFork(one, other, hashesOf(path));
  const { origin } = charters[charters.length - 1];
  return { kind: "fork", origin, sizes: [one.size, other.size], roots: [one.root, other.root] };
}

/** @param {Map<any, any>} content @param {Standpoint} standpoint */
async function confirmRollback(content, standpoint) {
  asMap(content, WORD, [4, 6, 11, 13]);
  const notes = asList(content.get(11), "checkpoints", 2).map((each) => asBytes(each, "checkpoints"));
  const charters = await charterOf(content, standpoint);
  const found = [];
  for (const note of notes) found.push(await signedCheckpoint(note, charters, standpoint.check));
  const times = found.map(({ lines }) => lines.find(({ key }) => key.kind === POST_QUANTUM)?.time ?? null);
  const [first, second] = times;
  const sizes = found.map((each) => each.size);
  const rolled = first !== null && second !== null && first > second;
  if (sizes[0] < 1n || sizes[0] >= sizes[1] || !rolled) {
    throw inconsistent("checkpoints", `sizes ${sizes}, times ${times}`, "the smaller one signed later");
  }
  return { kind: "rollback", origin: charters[charters.length - 1].origin, sizes, times };
}

/**
 * @param {Uint8Array} data
 * @param {Standpoint} standpoint
 * @returns {Promise<Record<string, any>>} what it convicts of
 * @throws unsupported for a kind that is not confirmed here
 */
export async function confirmEvidence(data, standpoint) {
  const content = parseFile(data, WORD);
  if (!(content instanceof Map)) throw malformed(WORD, "another shape", "a map");
  const kind = content.get(13);
  if (kind === undefined) return confirmFork(content, standpoint);
  if (kind === "rollback") return confirmRollback(content, standpoint);
  throw unsupported("evidence", kind, "a fork or a rollback");
}
