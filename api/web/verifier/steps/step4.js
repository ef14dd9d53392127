/**
 * Step 4, Keys: all of the registry is replayed, and its histories are exactly as indexed.
 * @module
 */
import { mismatch } from "../errors.js";
import { inLogOrder } from "../event.js";
import { checkIndex, indexKey, valueOf } from "../index.js";
import { byLeaf } from "../parts.js";
import { registryHistories } from "../registry_histories.js";
import { Registry } from "../registry.js";
import { registryEvents, Replay } from "../replay.js";
import { checkSigner } from "../signing.js";
import { Standing } from "../standing.js";

/** @typedef {import("../event.js").Event} Event */
/** @typedef {import("../parts.js").StatementPart} StatementPart */

/** @param {import("../examination.js").Examination} examination */
export async function checkKeys(examination) {
  const { registryPart, tracePart, shown, charters, standpoint, proof, check } = examination;
  const deciding = proof.trace.filter((part) => registryEvents(part.events).length);
  const registry = new Registry(charters, standpoint.builtin);
  examination.registry = registry;
  const replay = new Replay(registry, shown);
  const events = await replayParts(replay, { own: proof.registry, deciding, check });
  checkHistories(examination, events);
  examination.standing = new Standing(registry, replay, [...registryPart, ...tracePart]);
}

/**
 * @param {Replay} replay
 * @param {{own: StatementPart[], deciding: StatementPart[], check: import("../keys.js").Check, until?: Event}} parts
 *   own: those of the registry part; deciding: others, of which the registry events are replayed as well; until:
 *   nothing that stands there or later is
 * @returns {Promise<Event[]>} what was replayed, in log order
 */
export async function replayParts(replay, { own, deciding, check, until }) {
  const events = [];
  const [taken, mine] = [new Set(), new Set(own)];
  for (const parts of byLeaf([...own, ...deciding])) {
    /** @type {[Event, import("../registry_keys.js").Signer][]} */
    const read = [];
    for (const part of parts) {
      const signer = await checkSigner(replay.registry, part, check);
      const earlier = part.events.filter((each) => !until || each.before(until));
      const judged = mine.has(part) ? earlier : registryEvents(earlier);
      read.push(...judged.map((event) => /** @type {any} */ ([event, signer])));
    }
    for (const [event, signer] of read.sort(([one], [other]) => inLogOrder(one, other))) {
      // Recorded twice it would undo newer ones.
      if (taken.has(event.name)) throw mismatch("event", event.name, "each event once");
      taken.add(event.name);
      replay.take(event, signer);
      events.push(event);
    }
  }
  return events;
}

/**
 * @param {import("../examination.js").Examination} examination
 * @param {Event[]} events in log order
 */
function checkHistories({ tracePart, registryPart, registry, newest, proof }, events) {
  const histories = registryHistories(tracePart, events, registry);
  const needed = new Set([...histories.values()].flat());
  if (registryPart.some((each) => !needed.has(each))) {
    throw mismatch("registry", "events that this trace does not rest on", "only those it needs");
  }
  const claims = new Map([...histories].map(([name, history]) => [indexKey("registry", name), valueOf(history)]));
  checkIndex(newest.root, claims, proof.registryIndex);
}
