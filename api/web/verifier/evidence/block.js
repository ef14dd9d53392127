/**
 * Evidence of a wrong index: a block from one seal to the next, and the root that follows (section 17).
 * @module
 */
import { equalBytes, formatHex, hashesOf } from "../bytes.js";
import { Envelope } from "../envelope.js";
import { inconsistent, malformed } from "../errors.js";
import { entryHash, indexKey, parseIndexProof, valueOfRoot } from "../index.js";
import { Frontier, subtreesOf } from "../merkle.js";
import { checkRising, Headers, parseSeals, parseStatements } from "../parts.js";
import { asBytes, asList, asMap, asNatural } from "../shape.js";
import { subjectName } from "../subject.js";
import { firstRoot, updatedRoot } from "./index_update.js";
import { checkLogged, signedCheckpoint, walkShown, WORD } from "./ledger.js";

/** @typedef {import("../parts.js").StatementPart} StatementPart */
/** @typedef {import("../seal.js").Seal} Seal */
/** @typedef {{leaf: number, entry: Uint8Array}} Logged */
/** @typedef {ReturnType<typeof parseIndexEvidence>} IndexEvidence */

/** @param {any} value @returns {Map<string, Frontier>} by key */
function parseHistories(value) {
  const histories = asList(value, "histories").map((each) => {
    const [key, count, subtrees] = asList(each, "history", 3);
    const number = asNatural(count, "history.count");
    const hashes = asBytes(subtrees, "history.subtrees");
    if (!number || hashes.length !== 32 * subtreesOf(number) || asBytes(key, "history.key").length !== 32) {
      throw malformed("history", `${hashes.length} bytes`, "32 for each complete subtree");
    }
    return /** @type {[string, Frontier]} */ ([formatHex(key), new Frontier(number, hashesOf(hashes))]);
  });
  if (histories.some(([key], at) => at && histories[at - 1][0] >= key)) {
    throw malformed("histories", "another order", "by key, none twice");
  }
  return new Map(histories);
}

/** @param {any} value @returns {Logged[]} by leaf */
function parseEnvelopes(value) {
  const envelopes = asList(value, "envelopes").map((each) => {
    const [leaf, entry] = asList(each, "envelope", 2);
    return { leaf: asNatural(leaf, "envelope.leaf"), entry: asBytes(entry, "envelope") };
  });
  checkRising(
    envelopes.map((each) => each.leaf),
    "envelopes.leaf",
  );
  return envelopes;
}

/** @param {Map<any, any>} content */
function parseIndexEvidence(content) {
  asMap(content, WORD, [3, 4, 5, 6, 8, 10, 13, 14, 15], [7]);
  const headers = new Headers(content.get(4));
  const seals = parseSeals(content.get(5), headers);
  const charter = parseStatements(content.get(6), headers, "charter");
  const block = parseStatements(content.get(8), headers, "block");
  headers.checkUsed();
  const envelopes = parseEnvelopes(content.get(15));
  const before = parseHistories(content.get(14));
  const note = asBytes(content.get(3), "checkpoint");
  const proof = content.has(7) ? parseIndexProof(content.get(7)) : null;
  return { charter, note, seals, block, envelopes, before, proof, path: asBytes(content.get(10), "log path") };
}

/** @param {Seal[]} seals @returns {[Seal | null, Seal]} the one before the block, and the block's */
function sealsOfBlock(seals) {
  if (seals.length === 1 && seals[0].first === 0) return [null, seals[0]];
  if (seals.length !== 2 || seals[1].first !== seals[0].leaf + 1) {
    throw malformed("seals", seals.length, "the seal of a block and the one before it");
  }
  return [seals[0], seals[1]];
}

/** @typedef {{leaf: number, hash: Uint8Array, joins: [key: string, entry: Uint8Array][]}} Leaf joins in their order */

/** @param {StatementPart} part with all of its events @returns {Leaf} */
function leafOfPart(part) {
  if (part.events.length !== part.count) throw malformed("block", `some events of leaf ${part.leaf}`, "all of them");
  const hash = part.statement().leafHash;
  const joins = part.events.flatMap((event) => {
    const entry = entryHash(event);
    return event.head.joins.map((pair) => /** @type {[string, Uint8Array]} */ ([indexKey(...pair), entry]));
  });
  return { leaf: part.leaf, hash, joins };
}

/** @param {Logged} logged @returns {Leaf} */
function leafOfEnvelope({ leaf, entry }) {
  const { header, leafHash } = new Envelope(entry, "envelope");
  const hashed = entryHash({ name: formatHex(leafHash), leaf, position: 0 });
  return { leaf, hash: leafHash, joins: [[indexKey("note", subjectName(header.subject)), hashed]] };
}

/** @param {IndexEvidence} evidence @param {Seal} seal @returns {Leaf[]} of the block, whole, in log order */
function leavesOfBlock({ block, envelopes }, seal) {
  const leaves = [...block.map(leafOfPart), ...envelopes.map(leafOfEnvelope)];
  leaves.sort((one, other) => one.leaf - other.leaf);
  if (leaves.length !== seal.leaf - seal.first || leaves.some((each, at) => each.leaf !== seal.first + at)) {
    throw malformed("block", `${leaves.length} leaves`, `those from ${seal.first} to the seal`);
  }
  return leaves;
}

/** @param {Leaf[]} leaves @param {Map<string, Frontier>} before histories @returns {Map<string, Frontier>} after */
function historiesAfter(leaves, before) {
  const after = new Map();
  for (const [key, entry] of leaves.flatMap((each) => each.joins)) {
    const known = before.get(key);
    if (!after.has(key)) after.set(key, new Frontier(known?.count, known?.subtrees));
    after.get(key).add(entry);
  }
  return after;
}

/** @param {Map<string, Frontier>} histories @returns {Map<string, Uint8Array>} values by key */
const valuesOf = (histories) =>
  new Map([...histories].map(([key, each]) => [key, /** @type {any} */ (valueOfRoot(each.count, each.root()))]));

/** @param {IndexEvidence} evidence @param {Seal | null} sealed before @param {Map<string, Frontier>} after */
function rootAfter({ before, proof }, sealed, after) {
  if (!sealed || !after.size) {
    if (proof || before.size) throw malformed("index proof", "one", "none: nothing stood before, or nothing changed");
    return sealed ? sealed.root : firstRoot(valuesOf(after));
  }
  if (!proof) throw malformed("index proof", "none", "one of every history that the block enters");
  const known = valuesOf(before);
  const old = new Map([...after.keys()].map((key) => [key, known.get(key) ?? null]));
  return updatedRoot(sealed.root, old, valuesOf(after), proof);
}

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmWrongIndex(content, standpoint) {
  const evidence = parseIndexEvidence(content);
  const charters = await walkShown(evidence.charter, standpoint);
  const { checkpoint } = await signedCheckpoint(evidence.note, charters, standpoint.check);
  const [sealed, seal] = sealsOfBlock(evidence.seals);
  for (const each of evidence.seals) {
    const charter = charters.at(each.leaf);
    await each.verify(standpoint.check, charter.seal, charter.origin);
  }
  const leaves = leavesOfBlock(evidence, seal);
  const hashes = new Map(evidence.seals.map((each) => [each.leaf, each.leafHash]));
  for (const each of leaves) hashes.set(each.leaf, each.hash);
  checkLogged(checkpoint, hashes, evidence.path);
  const after = historiesAfter(leaves, evidence.before);
  if ([...evidence.before.keys()].some((key) => !after.has(key))) {
    throw malformed("histories", "one that the block does not enter", "only those that it does");
  }
  const computed = rootAfter(evidence, sealed, after);
  const keys = (sealed?.keys ?? 0) + after.size - evidence.before.size;
  if (equalBytes(computed, seal.root) && keys === seal.keys) {
    throw inconsistent("index root", "the root that the block makes", "another: no evidence");
  }
  return { origin: charters.origin, leaf: seal.leaf, roots: [seal.root, computed], keys: [seal.keys, keys] };
}
