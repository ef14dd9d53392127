/**
 * Step 4, Keys: all of the registry is replayed, and its histories are exactly as indexed.
 * @module
 */
import { mismatch } from "../errors.js";
import { inLogOrder } from "../event.js";
import { checkIndex, indexKey, valueOf } from "../index.js";
import { registryHistories } from "../registry_histories.js";
import { Registry } from "../registry.js";
import { registryEvents, Replay } from "../replay.js";
import { Standing } from "../standing.js";

/** @param {import("../examination.js").Examination} examination */
export async function checkKeys(examination) {
  const { registryPart, tracePart, shown, charters, standpoint, check } = examination;
  const all = [...registryPart, ...tracePart];
  const own = new Set(registryPart);
  const events = all.filter((each) => own.has(each) || registryEvents([each]).length).sort(inLogOrder);
  examination.registry = new Registry(charters, standpoint.builtin);
  const replay = new Replay(examination.registry, check, shown);
  for (const event of events) {
    if (shown.get(event.name) !== event) throw mismatch("event", event.name, "each event once");
    await replay.take(event);
  }
  checkHistories(examination, events);
  examination.standing = new Standing(examination.registry, replay, all);
}

/** @param {import("../examination.js").Examination} examination @param {import("../event.js").Event[]} events in log order */
function checkHistories({ tracePart, registryPart, registry, newest, proof }, events) {
  const histories = registryHistories(tracePart, events, registry);
  const needed = new Set([...histories.values()].flat());
  if (registryPart.some((each) => !needed.has(each))) {
    throw mismatch("registry", "events that this trace does not rest on", "only those it needs");
  }
  const claims = new Map([...histories].map(([name, history]) => [indexKey("registry", name), valueOf(history)]));
  checkIndex(newest.root, claims, proof.registryIndex);
}
