/**
 * Step 5, Authentic: every event of the trace part, by itself and by authority.
 * @module
 */
import { Authority } from "../authority.js";
import { checkAuthentic, checkBodyState, checkDisclosures, checkMapping, checkStrayAnswer, findType } from "../authentic.js";
import { mismatch, tooLarge } from "../errors.js";
import { inLogOrder } from "../event.js";
import { isRegistryEvent } from "../signing.js";
import { Reach } from "../windows.js";

const MOST_SUBJECTS = 64;
const MOST_HEADS = 4_096;

/** @param {import("../examination.js").Examination} examination */
export async function checkEvents(examination) {
  const { registry, shown, proof, check } = examination;
  const events = [...examination.tracePart].sort(inLogOrder);
  if (events.length > MOST_HEADS) throw tooLarge("trace", `${events.length} heads`, `at most ${MOST_HEADS}`);
  const said = events.filter((each) => !isRegistryEvent(each));
  for (const event of said) {
    await checkAuthentic(event, registry, check);
    findType(event, registry);
    checkBodyState(event, registry);
    checkDisclosures(event);
  }
  const reach = new Reach(events, examination.asked, proof.kinds);
  examination.reach = reach;
  if (reach.subjects.length > MOST_SUBJECTS) throw tooLarge("trace", `${reach.subjects.length} subjects`, `at most ${MOST_SUBJECTS}`);
  const stranger = events.find((each) => !reach.holds(each));
  if (stranger) throw mismatch("trace", "an event of no history of this trace", "only those it reaches");
  const ids = new Set(events.map((each) => `${each.head.issuer} ${each.head.id}`));
  if (ids.size < events.length) throw mismatch("trace", "one id twice", "one event an id");
  const held = (/** @type {string} */ kind, /** @type {string} */ name) => proof.kinds.includes(kind) && reach.windows.has(name);
  for (const event of events.filter(isRegistryEvent)) checkStrayAnswer(event, shown, held);
  for (const event of said) {
    checkMapping(event, shown, held);
    new Authority(examination, event).check();
  }
}
