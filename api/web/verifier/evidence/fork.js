/**
 * Forks and rollbacks: two commitments of a ledger that cannot both be true (section 17).
 * @module
 */
import { equalBytes, hashesOf } from "../bytes.js";
import { POST_QUANTUM } from "../checkpoint.js";
import { inconsistent, malformed, untrusted } from "../errors.js";
import { rootsOfConsistency } from "../merkle.js";
import { Receipt } from "../receipt.js";
import { asBytes, asList, asMap } from "../shape.js";
import { parseCharters, signedCheckpoint, walkShown, WORD } from "./ledger.js";

/** @typedef {import("./ledger.js").Charters} Charters */
/** @typedef {{size: bigint, root: Uint8Array}} Commitment */

/** @param {any} value @returns {any[]} [1, note] or [2, receipt, leaf hash] */
function asCommitment(value) {
  const parts = asList(value, "commitment");
  if (parts.length === 2 && parts[0] === 1 && parts[1] instanceof Uint8Array) return parts;
  if (parts.length === 3 && parts[0] === 2 && asBytes(parts[2], "commitment.leaf").length === 32) {
    asBytes(parts[1], "commitment.receipt");
    return parts;
  }
  throw malformed("commitment", "another shape", "[1, note] or [2, receipt, leaf hash]");
}

/**
 * @param {any[]} parts
 * @param {Charters} charters
 * @param {import("../keys.js").Check} check
 * @returns {Promise<Commitment>}
 */
async function verified([kind, data, leaf], charters, check) {
  if (kind === 1) {
    const { checkpoint } = await signedCheckpoint(data, charters, check);
    return { size: BigInt(checkpoint.size), root: checkpoint.root };
  }
  const receipt = new Receipt(data);
  const charter = charters.inForce.find((each) => each.charter.receipt.kidHex === receipt.key.kid)?.charter;
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
  const [older, newer] = rootsOfConsistency({ size: one.size, newerSize: other.size, path });
  if (!equalBytes(newer, other.root) || equalBytes(older, one.root)) {
    throw inconsistent("path", "commitments that agree", "the newer root and another older one");
  }
}

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmFork(content, standpoint) {
  asMap(content, WORD, [4, 6, 11, 12]);
  const charter = parseCharters(content);
  const shown = asList(content.get(11), "commitments", 2).map(asCommitment);
  const path = asBytes(content.get(12), "path");
  if (path.length % 32) throw malformed("path", `${path.length} bytes`, "32 a hash");
  const charters = await walkShown(charter, standpoint);
  const one = await verified(shown[0], charters, standpoint.check);
  const other = await verified(shown[1], charters, standpoint.check);
  if (one.size < 1n || one.size > other.size) {
    throw malformed("commitments", `sizes ${one.size} and ${other.size}`, "the smaller size first");
  }
  checkFork(one, other, hashesOf(path));
  return { origin: charters.origin, sizes: [one.size, other.size], roots: [one.root, other.root] };
}

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmRollback(content, standpoint) {
  asMap(content, WORD, [4, 6, 11, 13]);
  const charter = parseCharters(content);
  const notes = asList(content.get(11), "checkpoints", 2).map((each) => asBytes(each, "checkpoint"));
  const charters = await walkShown(charter, standpoint);
  const found = [];
  for (const note of notes) found.push(await signedCheckpoint(note, charters, standpoint.check));
  const times = found.map(({ lines }) => lines.find(({ key }) => key.kind === POST_QUANTUM)?.time ?? null);
  const [first, second] = times;
  const sizes = found.map((each) => BigInt(each.checkpoint.size));
  const rolled = first !== null && second !== null && first > second;
  if (sizes[0] < 1n || sizes[0] >= sizes[1] || !rolled) {
    throw inconsistent("checkpoints", `sizes ${sizes}, times ${times}`, "the smaller one signed later");
  }
  return { origin: charters.origin, sizes, times };
}
