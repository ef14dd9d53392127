/**
 * Step 4, Keys: registry histories are exactly as indexed, and all of the registry is replayed.
 * @module
 */
import { mismatch } from "../errors.js";
import { inLogOrder } from "../event.js";
import { checkIndex, indexKey, valueOf } from "../index.js";
import { registryNames } from "../registry_keys_of_proof.js";
import { Registry } from "../registry.js";
import { registryEvents, Replay } from "../replay.js";
import { Standing } from "../standing.js";

/** @param {import("../examination.js").Examination} examination */
export async function checkKeys(examination) {
  const { registryPart, tracePart, shown, charters, proof, standpoint, check } = examination;
  const all = [...registryPart, ...tracePart];
  const once = new Set(all.map((each) => `${each.leaf} ${each.position}`));
  if (once.size < all.length || shown.size < all.length) throw mismatch("registry", "an event twice", "each once");
  const events = registryEvents(all).sort(inLogOrder);
  for (const event of events) event.body();
  examination.registry = new Registry(charters, standpoint.builtin);
  const names = registryNames(examination, events);
  checkHistories(events, names, registryPart, examination);
  checkIndex(examination.newest.root, claimsOf(events, names), proof.registryIndex);
  const replay = new Replay(examination.registry, check, shown);
  for (const event of events) await replay.take(event);
  examination.standing = new Standing(examination.registry, replay, all);
}

/** @param {import("../event.js").Event[]} events in log order @param {Set<string>} names @returns {import("../index.js").Claims} */
function claimsOf(events, names) {
  return new Map([...names].map((name) => [
    indexKey("registry", name), valueOf(events.filter((each) => each.joins("registry", name))),
  ]));
}

/**
 * @param {import("../event.js").Event[]} events @param {Set<string>} names @param {import("../event.js").Event[]} registryPart
 * @param {import("../examination.js").Examination} examination
 */
function checkHistories(events, names, registryPart, examination) {
  const stranger = registryPart.find((each) => !each.head.joins.some(([kind, name]) => kind === "registry" && names.has(name)));
  if (stranger) throw mismatch("registry", stranger.type, "events of the histories that the trace rests on");
  if (examination.registryPart.some((each) => !events.includes(each))) throw mismatch("registry", "another event", "the registry's");
}
