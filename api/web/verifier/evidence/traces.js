/**
 * What stands before an event: histories and targets in evidence against it (sections 13, 15 and 17).
 * @module
 */
import { sightsOf } from "../coherence.js";
import { malformed, mismatch, notPermitted, unsupported } from "../errors.js";
import { inLogOrder } from "../event.js";
import { pairKey } from "../head.js";
import { checkIndex, indexKey, parseIndexProof, valueOf } from "../index.js";
import { parseStatements } from "../parts.js";
import { isRegistryType } from "../registry_data.js";
import { isRegistryEvent } from "../signing.js";
import { subjectName } from "../subject.js";

/** @typedef {import("../event.js").Event} Event */
/** @typedef {import("../head.js").Pair} Pair */
/** @typedef {import("../registry.js").Registry} Registry */
/**
 * @typedef {{parts: import("../parts.js").StatementPart[], proof: import("../index.js").IndexProof, ordered: boolean}}
 *   TracePart ordered: with the histories that rules of order and a stated root look at
 */
/** @typedef {{judged: Event, touching: Event[], known: Event[], registry: Registry, root: Uint8Array}} Around */
/**
 * @typedef {{historyOf: (pair: Pair) => Event[], targets: Event[] | null, ordered: boolean}} Before whole histories;
 *   targets: what the event answers, null where not all of it is shown before it
 */

/** @param {Map<any, any>} content @param {import("../parts.js").Headers} headers @returns {TracePart | null} */
export function parseTraces(content, headers) {
  const labels = [9, 18, 19].filter((each) => content.has(each)).join();
  if (!labels) return null;
  if (labels !== "9,18" && labels !== "18,19") throw malformed("traces", labels, "statements, and one index proof");
  const ordered = content.has(19);
  const proof = parseIndexProof(content.get(ordered ? 19 : 9));
  return { parts: parseStatements(content.get(18), headers, "traces"), proof, ordered };
}

/** @param {TracePart} part @param {Event} judged @returns {Event[]} heads that stand in the log @throws mismatch */
export function readTraces({ parts }, judged) {
  const events = parts.flatMap((each) => each.events);
  if (isRegistryEvent(judged)) throw mismatch("traces", judged.type, "none: no rule of these looks at a trace");
  if (events.some((each) => each.state.word !== "restricted" || each.texts.length)) {
    throw mismatch("traces", "more than a head", "heads: no rule looks at more");
  }
  for (const each of events) each.head;
  return events;
}

/** @param {Event} judged @returns {Pair[]} in which it stands who may join and follow what the event does */
function tracePairs({ head }) {
  return [...head.joins, ...head.follows].map(([, name]) => ["trace", name]);
}

/** @param {Event} event @param {Event} judged @param {Set<string>} pairs @returns {boolean} answered, or in one */
const isTouched = (event, judged, pairs) =>
  judged.head.about.includes(event.name) || event.head.joins.some((pair) => pairs.has(pairKey(pair)));

/** @param {Event} judged @param {Event[]} touching @returns {string[]} names of type subjects that these rest on */
export function typesBehind(judged, touching) {
  const pairs = new Set(tracePairs(judged).map(pairKey));
  const before = touching.filter((each) => each.before(judged) && isTouched(each, judged, pairs));
  const types = new Set(before.filter((each) => !isRegistryEvent(each)).map((each) => each.type));
  return [...types].map((each) => subjectName(`urn:suyuan:type:${each}`));
}

/** @param {Registry} registry @param {Event} event @returns {import("../vocabulary.js").EventType} */
export function typeInForce(registry, event) {
  const type = registry.type(event.type, event.leaf);
  if (!type) throw notPermitted("head.type", event.type, `a type in force at leaf ${event.leaf}`);
  return type;
}

/**
 * @param {Event} judged @param {(pair: Pair) => Event[]} historyOf @param {Registry} registry
 * @returns {Pair[]} that rules of order with `refuse`, and a stated root, look at
 */
function orderPairs(judged, historyOf, registry) {
  const rules = typeInForce(registry, judged).order.filter((each) => each.refuse);
  const before = (/** @type {Pair} */ pair) => historyOf(pair).filter((each) => each.before(judged));
  const looked = rules.flatMap((rule) => sightsOf(judged, rule, before).flatMap((sight) => sight.pairs));
  const { state } = judged.head;
  const stated = state && state.kind !== "note" && judged.joins(state.kind, state.name);
  return stated ? [...looked, [state.kind, state.name]] : looked;
}

/**
 * @param {TracePart} part @param {Around} around root: of the index, in the seal of the event's block
 * @returns {Before} what the event is judged by, once the histories that decide about it are whole
 * @throws mismatch for an event that is neither of these nor answered; not-indexed
 */
export function checkTraces({ proof, ordered }, { judged, touching, known, registry, root }) {
  const all = [judged, ...known, ...touching].sort(inLogOrder);
  /** @type {Map<string, Event[]>} */
  const histories = new Map();
  for (const event of all) {
    for (const pair of event.head.joins.map(pairKey)) histories.set(pair, [...(histories.get(pair) ?? []), event]);
  }
  const historyOf = (/** @type {Pair} */ pair) => histories.get(pairKey(pair)) ?? [];
  const pairs = [...tracePairs(judged), ...(ordered ? orderPairs(judged, historyOf, registry) : [])];
  const decisive = new Set(pairs.map(pairKey));
  const stranger = touching.find((each) => !isTouched(each, judged, decisive));
  if (stranger) throw mismatch("traces", stranger.name, "what the event touches or answers");
  checkIndex(root, new Map(pairs.map((pair) => [indexKey(...pair), valueOf(historyOf(pair))])), proof);
  for (const event of tracePairs(judged).flatMap(historyOf)) if (event.before(judged)) readType(registry, event);
  const earlier = new Map(all.filter((each) => each.before(judged)).map((each) => [each.name, each]));
  const targets = judged.head.about.map((name) => earlier.get(name)).filter((each) => each !== undefined);
  return { historyOf, targets: targets.length === judged.head.about.length ? targets : null, ordered };
}

/** @param {Registry} registry @param {Event} event of a trace @throws unsupported, not-permitted */
function readType(registry, event) {
  if (!isRegistryEvent(event)) event.vocabulary = typeInForce(registry, event);
  else if (!isRegistryType(event.type)) throw unsupported("head.type", event.type, "a type of section 12");
}
