/**
 * What holds of one event by itself: body, signature, type, disclosures, links (step 5).
 * @module
 */
import { checkAttachment, checkDisclosure } from "./disclosure.js";
import { mismatch, notPermitted } from "./errors.js";
import { pairKey } from "./head.js";
import { checkBody, checkHead, checkLinks, checkSubjects, checkTargets, inheritedJoins, ownLinks } from "./mapping.js";
import { checkSigner } from "./signing.js";
import { INHERITED } from "./vocabulary.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./registry.js").Registry} Registry */

const PUBLIC = ["trace", "recall", "registry"];

/** @param {Event} event @param {Registry} registry */
export function findType(event, registry) {
  const type = registry.type(event.type, event.leaf);
  if (!type) throw mismatch("head.type", event.type, `a type in force at leaf ${event.leaf}`);
  event.vocabulary = type;
}

/** @param {Event} event @param {Registry} registry */
export function checkBodyState(event, registry) {
  const type = /** @type {import("./vocabulary.js").EventType} */ (event.vocabulary);
  const { word } = event.state;
  if (word === "shown") {
    event.body();
    return;
  }
  if (type.permanent) throw mismatch("body", "none", `the body: those of ${event.type} are permanent`);
  const restricted = word === "restricted" && event.head.joins.some(([kind]) => PUBLIC.includes(kind));
  if (restricted) throw mismatch("body", "restricted", "the body of an event in a public history");
  if (event.texts.length) throw mismatch("disclosures", "some of a body that is not shown", "none");
  if (event.state.word === "erased") checkErased(event, registry, event.state.order);
}

/** @param {Event} event @param {Registry} registry @param {Uint8Array} order */
function checkErased(event, registry, order) {
  const orders = registry.erasuresOf(event.name, Number.MAX_SAFE_INTEGER);
  if (!orders.some((each) => each.order.head.leaf.every((byte, at) => byte === order[at]))) {
    throw mismatch("body", "erased", "an order about this body that is in force");
  }
}

/** @param {Event} event */
export function checkDisclosures(event) {
  const body = event.body();
  const type = /** @type {import("./vocabulary.js").EventType} */ (event.vocabulary);
  for (const each of event.disclosures().values()) {
    checkDisclosure(each, body?.digests ?? new Map());
    if (type.disclosures.get(each.pointer)?.attachment) checkAttachment(each.value);
  }
}

/** @param {Event} event @param {Map<string, Event>} shown @param {(kind: string, name: string) => boolean} held histories of the trace part */
export function checkMapping(event, shown, held) {
  const type = /** @type {import("./vocabulary.js").EventType} */ (event.vocabulary);
  const body = event.body();
  checkHead(type, event.head);
  if (body) checkBody(type, body);
  const targets = event.head.about.map((name) => shown.get(name)).filter((each) => each !== undefined);
  if (targets.some((each) => !each.before(event))) throw notPermitted("head.about", "a later event", "earlier events");
  checkTargets(type, targets.map((each) => each.head));
  if (body && targets.length === event.head.about.length) {
    checkLinks(type, event.head, body, targets.map((each) => each.head));
  } else if (targets.length < event.head.about.length) {
    if (body) checkSubjects(type, body);
    checkStrayAnswer(event, shown, held);
  } else checkInherited(event, targets);
}

/** Without the body, what is answered still says what has to be joined. @param {Event} event @param {Event[]} targets */
function checkInherited(event, targets) {
  const missing = targets.flatMap((each) => inheritedJoins(each.head)).find(([kind, name]) => !event.joins(kind, name));
  if (missing) throw mismatch("head.joins", `not ${missing[0]}`, "what its targets join");
}

/**
 * Of an answer whose targets are not all shown: each of its joins that is a history of the trace part, and does not
 * follow from its own body, must be one of a target that is shown.
 * @param {Event} event @param {Map<string, Event>} shown @param {(kind: string, name: string) => boolean} held
 */
export function checkStrayAnswer(event, shown, held) {
  const targets = event.head.about.map((name) => shown.get(name)).filter((each) => each !== undefined);
  if (targets.length === event.head.about.length) return;
  const type = /** @type {import("./vocabulary.js").EventType} */ (event.vocabulary);
  const body = event.body();
  const own = new Set(body ? ownLinks(type, body, "joins").map(pairKey) : []);
  const joined = (/** @type {import("./head.js").Pair} */ [kind, name]) => targets.some((each) => each.joins(kind, name));
  const stray = event.head.joins.find((pair) => INHERITED.includes(pair[0]) && held(...pair) && !own.has(pairKey(pair))
    && !joined(pair));
  if (stray) throw notPermitted("head.about", "an answer to another subject's event", "a target here");
}

/** @param {Event} event @param {Registry} registry @param {import("./keys.js").Check} check */
export async function checkAuthentic(event, registry, check) {
  await checkSigner(registry, event, check);
}
