/**
 * Step 3, Sealed: what is shown stands in the log, below its seals.
 * @module
 */
import { equalBytes, formatHex } from "../bytes.js";
import { mismatch } from "../errors.js";
import { rootOfSharedPath } from "../merkle.js";
import { sameHash } from "../seal.js";

/** @typedef {import("../parts.js").StatementPart} StatementPart */
/** @typedef {import("../seal.js").Seal} Seal */

/** @param {Seal[]} seals @param {StatementPart[]} parts @returns {Map<number, Uint8Array>} leaf → leaf hash */
export function leavesOf(seals, parts) {
  /** @type {Map<number, Uint8Array>} */
  const leaves = new Map(seals.map((each) => [each.leaf, each.leafHash]));
  for (const part of parts) {
    const { leafHash } = part.statement();
    const known = leaves.get(part.leaf);
    if (known && !equalBytes(known, leafHash)) throw mismatch("leaf", `two at ${part.leaf}`, "one statement");
    leaves.set(part.leaf, leafHash);
  }
  return leaves;
}

/** @param {import("../examination.js").Examination} examination */
export async function checkSealed(examination) {
  const { proof, size, charters, check, checkpoint } = examination;
  const parts = [...proof.registry, ...proof.trace];
  const root = rootOfSharedPath(checkpoint.size, leavesOf(proof.seals, parts), proof.path, "log path");
  if (!equalBytes(root, checkpoint.root)) throw mismatch("log root", formatHex(root), formatHex(checkpoint.root));
  if (examination.newest.leaf !== size - 1) {
    throw mismatch("seal", examination.newest.leaf, `the newest at ${size - 1}`);
  }
  for (const seal of proof.seals) {
    const charter = charters.at(seal.leaf);
    await seal.verify(check, charter.seal, charter.origin);
  }
  checkBlocks(proof.seals);
  checkSequence(parts);
  coverAll(examination, parts);
}

/** @param {Seal[]} seals by leaf */
export function checkBlocks(seals) {
  seals.slice(1).forEach((seal, at) => {
    const before = seals[at];
    if (seal.time <= before.time || seal.first <= before.leaf) {
      throw mismatch("seal.time", `${before.time} then ${seal.time}`, "blocks one after the other");
    }
    const joined = seal.first !== before.leaf + 1 || sameHash(seal.previous, before.leafHash);
    if (!joined) throw mismatch("seal.previous", "another seal", "the one before it");
  });
}

/**
 * Give every event its ledger time.
 * @param {import("../examination.js").Examination} examination
 * @param {StatementPart[]} parts
 */
function coverAll(examination, parts) {
  const used = new Set([examination.newest]);
  for (const part of parts) {
    const seal = examination.sealOf(part.leaf);
    used.add(seal);
    for (const event of part.events) event.time = seal.time;
  }
  if (used.size < examination.proof.seals.length) {
    throw mismatch("seals", "a seal that covers nothing shown", "each used");
  }
}

/** @param {StatementPart[]} parts */
function checkSequence(parts) {
  const byLeaf = new Map(parts.map((each) => [each.leaf, each]));
  const ranges = [...byLeaf.values()].sort((one, other) => one.first - other.first);
  /** @type {Map<string, number>} */
  const ends = new Map();
  for (const { header, first, count } of ranges) {
    if (first < (ends.get(header.kid) ?? 0)) throw mismatch("statement.first", first, "each number of a key once");
    ends.set(header.kid, first + count);
  }
}
