/**
 * Fetching a proof and checking it here.
 * @module
 */
import { SuyuanError } from "../verifier/errors.js";
import { examineTrace } from "../verifier/verdict.js";

/** @typedef {import("../verifier/verdict.js").Verdict} Verdict */
/**
 * @typedef {object} Checked
 * @property {string} state of the page: an outcome, or `cannot`
 * @property {string} why key of the sentence that says more
 * @property {string} todo key of the sentence that says what to do, or nothing
 * @property {Verdict | null} verdict null where nothing was examined
 * @property {Uint8Array | null} data the bytes that were checked
 * @property {import("../verifier/examination.js").Standpoint | null} standpoint from which it was examined
 * @property {number} at when, milliseconds since 1970
 * @property {Date | null} asOf when the proof was fetched, if this browser kept it; null where it is fresh
 */

/** Outcomes that are states of the page by themselves; any other is *cannot be checked here*. */
const STATES = ["verified", "incomplete", "not-recognised", "contradictory", "altered", "not-recorded"];

/** @param {Verdict} verdict @returns {{state: string, why: string, todo: string}} */
export function stateOf({ outcome, error, steps, notices }) {
  if (error?.cannotCheck) return { state: "cannot", why: "page.said.no-algorithm", todo: "page.todo.browser" };
  if (!STATES.includes(outcome)) return { state: "cannot", why: `page.said.${outcome}`, todo: "page.todo.later" };
  const recalled = notices.some((each) => each.key === "notice.recalled");
  if (outcome === "verified" && recalled)
    return { state: outcome, why: "page.said.recalled", todo: "page.todo.recalled" };
  if (outcome !== "incomplete") return { state: outcome, why: `page.said.${outcome}`, todo: `page.todo.${outcome}` };
  const step = steps.find((each) => each.error)?.number ?? 0;
  const why = error?.code === "inconsistent" ? "forked" : step;
  return { state: outcome, why: `page.said.incomplete-${why}`, todo: `page.todo.incomplete-${why}` };
}

/** @param {string} address @param {typeof fetch} get @returns {Promise<Response>} @throws Unreached */
async function fetchProof(address, get) {
  let answer;
  try {
    answer = await get(address, { headers: { Accept: "application/vnd.suyuan.trace+cbor" } });
  } catch {
    throw new Unreached("unreached");
  }
  if (!answer.ok) throw new Unreached("refused");
  return answer;
}

/** The proof did not come; the message is the last word of a text's key. */
class Unreached extends Error {}

/**
 * @param {import("./asked.js").Asked} asked
 * @param {{get: typeof fetch, asOf: (answer: Response) => Date | null,
 *   standpointOf: (asOf: Date | null) => import("../verifier/examination.js").Standpoint}} around
 * @returns {Promise<Checked>}
 */
export async function check(asked, { get, asOf, standpointOf }) {
  try {
    const answer = await fetchProof(asked.proof, get);
    const data = new Uint8Array(await answer.arrayBuffer());
    const standpoint = standpointOf(asOf(answer));
    const verdict = await examineTrace(data, standpoint, { subject: asked.subject, walk: asked.walk });
    return { ...stateOf(verdict), verdict, data, standpoint, at: Date.now(), asOf: asOf(answer) };
  } catch (error) {
    const why = error instanceof Unreached ? error.message : error instanceof SuyuanError ? "policy" : "fault";
    const nothing = { verdict: null, data: null, standpoint: null, asOf: null };
    return { state: "cannot", why: `page.said.${why}`, todo: "page.todo.later", ...nothing, at: Date.now() };
  }
}
