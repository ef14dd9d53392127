/**
 * Evidence of a foreign seal: one that is not under the key of its charter (section 17).
 * @module
 */
import { walkCharters } from "../charter_walk.js";
import { inconsistent, mismatch, SuyuanError } from "../errors.js";
import { parseIndexProof } from "../index.js";
import { Headers, parseSeals, parseStatements } from "../parts.js";
import { parseSealHeader } from "../seal.js";
import { asBytes, asMap } from "../shape.js";
import { checkBlocks, leavesOf } from "../steps/step3.js";
import { checkLogged, signedCheckpoint, walkShown, WORD } from "./ledger.js";
import { cover, lastOf, registryBefore } from "./registry.js";

/** @param {Map<any, any>} content */
function parseForeignSeal(content) {
  asMap(content, WORD, [3, 4, 5, 6, 7, 10, 13, 16]);
  const headers = new Headers(content.get(4));
  const seals = parseSeals(content.get(5), headers);
  const charter = parseStatements(content.get(6), headers, "charter");
  const registry = parseStatements(content.get(16), headers, "registry");
  headers.checkUsed();
  const note = asBytes(content.get(3), "checkpoint");
  const proof = parseIndexProof(content.get(7));
  return { charter, note, seals, registry, proof, path: asBytes(content.get(10), "log path") };
}

/**
 * @param {import("../seal.js").Seal} seal
 * @param {import("../charter.js").Charter} charter in force at its leaf
 * @param {import("../keys.js").Check} check
 * @returns {Promise<string | null>} what is foreign about it
 */
async function foreignIn(seal, charter, check) {
  const { alg, kid } = parseSealHeader(seal.protectedHeader);
  if (alg !== charter.seal.alg || kid !== charter.seal.kidHex) return "key";
  try {
    await seal.verify(check, charter.seal, charter.origin);
  } catch (error) {
    if (error instanceof SuyuanError && error.code === "bad-signature") return "signature";
    throw error;
  }
  return null;
}

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmForeignSeal(content, standpoint) {
  const evidence = parseForeignSeal(content);
  const { seals } = evidence;
  const charters = await walkShown(evidence.charter, standpoint);
  const { checkpoint } = await signedCheckpoint(evidence.note, charters, standpoint.check);
  await walkCharters(evidence.registry, standpoint.pinned, standpoint.check);
  checkBlocks(seals);
  checkLogged(checkpoint, leavesOf(seals, evidence.registry), evidence.path);
  const { leaf: last } = lastOf(seals);
  cover(
    seals,
    evidence.registry.filter((each) => each.leaf < last),
  );
  const { registry } = await registryBefore(evidence, last, [], [], standpoint);
  for (const seal of seals) {
    const reason = await foreignIn(seal, registry.charters.at(seal.leaf), standpoint.check);
    if (!reason) continue;
    if (cover(seals, evidence.registry).add(lastOf(seals)).add(seal).size < seals.length) {
      throw mismatch("seals", "others", "the covering ones, the last, and the one that is accused");
    }
    return { origin: charters.origin, leaf: seal.leaf, reason };
  }
  throw inconsistent("seals", "seals under their charters' keys", "another: no evidence");
}
