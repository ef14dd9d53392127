/**
 * Step 5, Authentic: every event of the trace part, by itself and by authority.
 * @module
 */
import { Authority } from "../authority.js";
import { checkMapping, findType } from "../authentic.js";
import { mismatch, notPermitted, tooLarge } from "../errors.js";
import { inLogOrder } from "../event.js";
import { checkSigner, isRegistryEvent } from "../signing.js";
import { Reach } from "../windows.js";

const MOST_SUBJECTS = 64;
const MOST_HEADS = 4_096;

/** @param {import("../examination.js").Examination} examination */
export async function checkEvents(examination) {
  const { registry, shown, proof, check } = examination;
  const events = [...examination.tracePart].sort(inLogOrder);
  for (const part of proof.trace) {
    if (part.events.every(isRegistryEvent)) continue;
    const signer = await checkSigner(registry, part, check);
    if (!signer.registration) throw notPermitted("statement.kid", "another key", "a statement key");
    const twice = part.events.find((each) => shown.get(each.name) !== each);
    if (twice) throw mismatch("event", twice.name, "each event once");
  }
  const ids = new Set(events.map((each) => `${each.head.issuer} ${each.head.id}`));
  if (ids.size < events.length) throw mismatch("head.id", "an id twice", "each id of an issuer once");
  if (events.length > MOST_HEADS) throw tooLarge("trace", `${events.length} heads`, `at most ${MOST_HEADS}`);
  for (const event of events) event.vocabulary = registry.type(event.type, event.leaf) ?? null;
  const reach = new Reach(events, examination.asked, proof.kinds);
  examination.reach = reach;
  if (reach.subjects.length > MOST_SUBJECTS) {
    throw tooLarge("trace", `${reach.subjects.length} subjects`, `at most ${MOST_SUBJECTS}`);
  }
  if (events.some((each) => !reach.holds(each))) {
    throw mismatch("trace", "an event of no history of this trace", "only those it reaches");
  }
  const held = (/** @type {string} */ kind, /** @type {string} */ name) =>
    proof.kinds.includes(kind) && reach.windows.has(name);
  for (const event of events) {
    findType(event, registry);
    checkMapping(event, { shown: examination.shownInTrace, held, registry });
    if (!isRegistryEvent(event)) new Authority(examination, event).check();
  }
}
