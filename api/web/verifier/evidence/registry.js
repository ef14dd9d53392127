/**
 * The registry before a leaf, out of the histories that evidence shows whole (section 17).
 * @module
 */
import { bodyHash, parseBody } from "../body.js";
import { equalBytes } from "../bytes.js";
import { walkCharters } from "../charter_walk.js";
import { mismatch } from "../errors.js";
import { inLogOrder } from "../event.js";
import { checkIndex, indexKey, valueOf } from "../index.js";
import { Registry } from "../registry.js";
import { registryHistories } from "../registry_histories.js";
import { Replay } from "../replay.js";
import { checkBlocks } from "../steps/step3.js";
import { replayParts } from "../steps/step4.js";
import { subjectName } from "../subject.js";
import { isRootAt } from "./reasons.js";

/** @typedef {import("../event.js").Event} Event */
/** @typedef {import("../parts.js").StatementPart} StatementPart */
/** @typedef {import("../seal.js").Seal} Seal */
/**
 * @typedef {object} Shown
 * @property {StatementPart[]} registry the registry part
 * @property {Seal[]} seals by leaf; the histories are those of the last one's index
 * @property {import("../index.js").IndexProof} proof
 */

/** @param {Seal[]} seals @returns {Seal} @throws mismatch where there is none */
export function lastOf(seals) {
  if (!seals.length) throw mismatch("seals", "none", "at least the newest");
  return seals[seals.length - 1];
}

/** @param {Seal[]} seals @param {number} leaf @returns {Seal} that covers it */
function sealOf(seals, leaf) {
  const seal = seals.find((each) => each.leaf >= leaf);
  if (!seal?.covers(leaf)) throw mismatch("seals", `none that covers leaf ${leaf}`, "the covering seal");
  return seal;
}

/** @param {Seal[]} seals @param {StatementPart[]} parts @returns {Set<Seal>} that cover them; events get their time */
export function cover(seals, parts) {
  const used = new Set();
  for (const part of parts) {
    const seal = sealOf(seals, part.leaf);
    used.add(seal);
    for (const event of part.events) event.time = seal.time;
  }
  return used;
}

/**
 * Every seal is the ledger's, and covers something that is shown.
 * @param {Shown} shown
 * @param {number} leaf where what is judged stands
 * @param {import("./ledger.js").Charters} charters
 * @param {import("../keys.js").Check} check
 * @returns {Promise<Seal>} of the leaf's block, the last one
 */
export async function checkSeals({ seals, registry }, leaf, charters, check) {
  for (const seal of seals) {
    const charter = charters.at(seal.leaf);
    await seal.verify(check, charter.seal, charter.origin);
  }
  checkBlocks(seals);
  const own = sealOf(seals, leaf);
  if (cover(seals, registry).add(own).size < seals.length || own !== lastOf(seals)) {
    throw mismatch("seals", "others", "the covering ones, and last that of the statement's block");
  }
  return own;
}

/** @param {Event} event as it stands in the log, whoever signed it @throws mismatch, malformed */
export function readLogged({ head, state, texts }) {
  if (texts.length || (state.word !== "shown" && state.word !== "restricted")) {
    throw mismatch("event", "another shape", "a head, and a body or none");
  }
  if (state.word !== "shown") return;
  if (!equalBytes(bodyHash(state.bytes), head.body)) throw mismatch("body", "other bytes", "a body of its hash");
  parseBody(state.bytes);
}

/** @param {Event[]} events @returns {Event[]} each name once, the last of it */
export const byName = (events) => [...new Map(events.map((each) => [each.name, each])).values()];

/**
 * What stands at the leaf or after it says nothing about it: it is only counted.
 * @param {Shown} shown
 * @param {number} leaf
 * @param {Event[]} judged the event that is judged, by its head, if it is one
 * @param {string[]} also names of subjects on whose registry histories it rests besides
 * @param {import("./ledger.js").Standpoint} standpoint
 * @param {Event | null} [signed] the event whose issuer and key have to be known, if it is one
 * @returns {Promise<{registry: Registry, known: Event[]}>} known: the registry part's
 */
export async function registryBefore({ registry: parts, seals, proof }, leaf, judged, also, standpoint, signed = null) {
  const { pinned, check, builtin } = standpoint;
  const before = parts.filter((each) => each.leaf < leaf);
  const registry = new Registry(await walkCharters(before, pinned, check, { approved: false }), builtin);
  const named = new Map([...judged, ...before.flatMap((each) => each.events)].map((each) => [each.name, each]));
  const events = await replayParts(new Replay(registry, named), { own: before, deciding: [], check });
  const later = parts.filter((each) => each.leaf >= leaf).flatMap((each) => each.events);
  later.forEach(readLogged);
  const known = byName([...events, ...later]);
  const all = byName([...judged, ...known]).sort(inLogOrder);
  const behind = signed ? behindKey(registry, signed) : [];
  const histories = registryHistories(judged, all, registry, [...also, ...behind]);
  const needed = new Set([...histories.values()].flat().map((each) => each.name));
  const own = new Set(judged.map((each) => each.name));
  if (known.some((each) => own.has(each.name) || !needed.has(each.name))) {
    throw mismatch("registry", "events that this does not rest on", "only those it needs");
  }
  const claims = new Map([...histories].map(([name, history]) => [indexKey("registry", name), valueOf(history)]));
  checkIndex(lastOf(seals).root, claims, proof);
  return { registry, known };
}

/**
 * While the founding charter waits nothing is registered; a root of a later one that waits is none where its key was
 * registered meanwhile.
 * @param {Registry} registry @param {Event} event
 * @returns {string[]} names of the subjects whose histories say whether its key could sign it
 */
function behindKey(registry, event) {
  const { kid } = event.statement.header;
  if (!registry.charters.inForceAt(event.leaf) || isRootAt(registry, kid, event.leaf)) return [];
  return [event.head.issuer, `urn:suyuan:key:${kid}`].map((each) => subjectName(each));
}
