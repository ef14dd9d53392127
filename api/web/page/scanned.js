/**
 * A proof out of a code, a picture or a file, checked on the home page. The registry that an event proof needs comes
 * from the trace of what the event is about: from the network, or as this browser kept it.
 * @module
 */
import { parseEventProof } from "../verifier/eventproof.js";
import { parseTraceProof } from "../verifier/traceproof.js";
import { examineFile } from "./opened.js";
import { drawOpened } from "./opened_view.js";
import { withLaterTexts } from "./later_saying.js";
import { policy } from "./policy.js";
import { rememberVerdict, standpointOf } from "./standpoint.js";

/** @typedef {import("./saying.js").Saying} Saying */
/** @typedef {import("../verifier/event.js").Event} Event */

const GS1 = "https://id.gs1.org";

/** A trace proof that was opened here: the registry of its ledger. @type {Uint8Array | null} */
let held = null;

/** @param {string} subject @returns {string} of its proof, as its page asks for it */
const proofOf = (subject) =>
  subject.startsWith(`${GS1}/`)
    ? `${subject.slice(GS1.length)}?format=proof`
    : `/trace?subject=${encodeURIComponent(subject)}&format=proof`;

/** @param {string} address @returns {Promise<Response | null>} */
async function fetched(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? answer : null;
  } catch {
    return null;
  }
}

/** @param {Event} event @returns {string[]} addresses of its subjects' proofs; none where its body is not shown */
function subjectsOf(event) {
  try {
    return [...(event.body()?.subjects.values() ?? [])].flat().map(proofOf);
  } catch {
    return []; // the check itself says what is wrong with the body
  }
}

/** @param {Event} event @returns {AsyncGenerator<string>} where a trace with this event may be had */
async function* addressesOf(event) {
  yield* subjectsOf(event);
  // Where to look is all that the server says here: what comes is checked.
  const answer = await fetched(`/events/${event.name}?format=json`);
  const { registry } = answer ? await answer.json().catch(() => ({})) : {};
  if (typeof registry === "string" && registry.startsWith("/")) yield `${registry}&format=proof`;
}

/** @param {Uint8Array} trace @param {string} name of an event @returns {boolean} */
function tells(trace, name) {
  try {
    return parseTraceProof(trace).trace.some((part) => part.events.some((each) => each.name === name));
  } catch {
    return false;
  }
}

/** @param {Uint8Array} data an event proof @returns {Promise<Uint8Array | null>} */
async function registryOf(data) {
  const [event] = parseEventProof(data).part.events;
  for await (const address of addressesOf(event)) {
    const answer = await fetched(address);
    const trace = answer && new Uint8Array(await answer.arrayBuffer());
    if (trace && tells(trace, event.name)) return trace;
  }
  return held;
}

/**
 * @param {Uint8Array} data of a file
 * @param {any} place where it is shown
 * @param {Saying} spoken without the texts that only this script says
 */
export async function showFile(data, place, spoken) {
  const saying = withLaterTexts(spoken);
  place.replaceChildren(document.createTextNode(saying.say("page.checking")));
  const opened = await examineFile(data, standpointOf, registryOf);
  for (const { checked } of opened.traces) {
    if (checked.standpoint && checked.verdict) rememberVerdict(checked.standpoint, checked.verdict, checked.data);
    if (checked.data && checked.verdict?.steps[3].passed) held = checked.data;
  }
  const again = () => showFile(data, place, spoken);
  place.replaceChildren(...drawOpened(opened, { saying, policies: policy, again }));
  place.querySelector("#verdict")?.focus();
}
