/**
 * What holds of one event by itself: body, signature, type, disclosures, links (step 5).
 * @module
 */
import { equalBytes } from "./bytes.js";
import { mismatch, notPermitted } from "./errors.js";
import { pairKey } from "./head.js";
import { checkBody, checkHead, checkLinks, checkTargets, ownLinks } from "./mapping.js";
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

/** @param {Event} event whose body is not shown; whether an order to erase it holds is asked elsewhere */
export function checkBodyState(event) {
  if (event.vocabulary?.permanent) throw mismatch("body", "none", `the body: those of ${event.type} are permanent`);
  const restricted = event.state.word === "restricted" && event.head.joins.some(([kind]) => PUBLIC.includes(kind));
  if (restricted) throw mismatch("body", "restricted", "the body of an event in a public history");
}

/** @param {Event} event @param {Registry} registry @param {Uint8Array} order */
function checkErased(event, registry, order) {
  const orders = registry.erasuresOf(event.name, Number.MAX_SAFE_INTEGER);
  if (!orders.some((each) => equalBytes(each.order.nameBytes, order))) {
    throw mismatch("body", "erased", "an order about this body that is in force");
  }
}

/**
 * Head, body, links as the type has them; of an answer whose targets are not all shown, what can be said of it.
 * @param {Event} event
 * @param {{shown: Map<string, Event>, held: (kind: string, name: string) => boolean, registry: Registry}} around
 */
export function checkMapping(event, { shown, held, registry }) {
  const type = /** @type {import("./vocabulary.js").EventType} */ (event.vocabulary);
  checkHead(type, event.head);
  const targets = event.head.about.map((name) => shown.get(name)).filter((each) => each !== undefined);
  if (targets.some((each) => !each.before(event))) throw mismatch("head.about", "a later event", "earlier ones");
  const heads = targets.map((each) => each.head);
  checkTargets(type, heads);
  const whole = targets.length === event.head.about.length;
  const body = event.body();
  if (!body) {
    checkBodyState(event);
    if (event.state.word === "erased") checkErased(event, registry, event.state.order);
  } else {
    checkBody(type, body);
    if (whole) checkLinks(type, event.head, body, heads);
  }
  if (!whole) checkStrayAnswer(event, targets, held);
}

/**
 * Of an answer whose targets are not all shown: each of its joins that is a history of the trace part, and does not
 * follow from its own body, must be one of a target that is shown.
 * @param {Event} event @param {Event[]} targets @param {(kind: string, name: string) => boolean} held
 */
function checkStrayAnswer(event, targets, held) {
  const type = /** @type {import("./vocabulary.js").EventType} */ (event.vocabulary);
  const body = event.body();
  const own = new Set(body ? ownLinks(type, body, "joins").map(pairKey) : []);
  const joined = (/** @type {import("./head.js").Pair} */ [kind, name]) =>
    targets.some((each) => each.joins(kind, name));
  const stray = event.head.joins.find(
    (pair) => INHERITED.includes(pair[0]) && held(...pair) && !own.has(pairKey(pair)) && !joined(pair),
  );
  if (stray) throw notPermitted("head.about", "an answer to another subject's event", "a target here");
}
