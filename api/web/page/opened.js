/**
 * A file that was opened from a disk: what it is, and what comes of checking it.
 * @module
 */
import { examineBundle } from "../verifier/bundle.js";
import { parseCbor } from "../verifier/cbor.js";
import { SuyuanError } from "../verifier/errors.js";
import { confirmEvidence } from "../verifier/evidence.js";
import { examineEvent } from "../verifier/eventproof.js";
import { parseTraceProof } from "../verifier/traceproof.js";
import { examineTrace } from "../verifier/verdict.js";
import { stateOf } from "./checking.js";

/** @typedef {import("../verifier/examination.js").Standpoint} Standpoint */
/** @typedef {import("./checking.js").Checked} Checked */
/**
 * @typedef {object} Opened
 * @property {"traces" | "event" | "evidence" | "refused"} kind
 * @property {{checked: Checked, subject: string}[]} traces of a trace proof one, of a bundle one or more
 * @property {any} facts of an event: {event, time, quorum}; of evidence: {kind, origin, …}
 * @property {string} why key of the sentence that says why it was refused, or nothing
 * @property {SuyuanError | null} error
 */

/** @type {Opened} */
const NOTHING = { kind: "refused", traces: [], facts: null, why: "", error: null };

/** @param {Uint8Array} data @returns {string} the word with which the file begins, or nothing */
function wordOf(data) {
  try {
    const parts = parseCbor(data);
    return Array.isArray(parts) && typeof parts[0] === "string" ? parts[0] : "";
  } catch {
    return "";
  }
}

/** @param {Uint8Array} data @returns {string} */
function subjectOf(data) {
  try {
    return parseTraceProof(data).subject;
  } catch {
    return "";
  }
}

/**
 * @param {import("../verifier/verdict.js").Verdict} verdict
 * @param {Uint8Array | null} data
 * @param {Standpoint} standpoint
 * @returns {{checked: Checked, subject: string}}
 */
function traceOf(verdict, data, standpoint) {
  const subject = data ? subjectOf(data) : (verdict.story?.subject ?? "");
  return { checked: { ...stateOf(verdict), verdict, data, standpoint, at: Date.now(), asOf: null }, subject };
}

/** @type {Record<string, (data: Uint8Array, standpoint: Standpoint, registry: Uint8Array | null) => Promise<Opened>>} */
const READERS = {
  "suyuan trace": async (data, standpoint) => {
    const verdict = await examineTrace(data, standpoint);
    return { ...NOTHING, kind: "traces", traces: [traceOf(verdict, data, standpoint)] };
  },
  "suyuan bundle": async (data, standpoint) => {
    const { verdicts, ...facts } = await examineBundle(data, standpoint);
    return { ...NOTHING, kind: "traces", traces: verdicts.map((each) => traceOf(each, null, standpoint)), facts };
  },
  "suyuan event": async (data, standpoint, registry) => {
    if (!registry) return { ...NOTHING, why: "single.needs-registry" };
    return { ...NOTHING, kind: "event", facts: await examineEvent(data, registry, standpoint) };
  },
  "suyuan evidence": async (data, { policy, check }) => {
    return { ...NOTHING, kind: "evidence", facts: await confirmEvidence(data, { pinned: policy.charter, check }) };
  },
};

/**
 * @param {Uint8Array} data
 * @param {() => Standpoint} standpointOf
 * @param {Uint8Array | null} registry a trace proof of the same ledger: an event proof needs its registry
 * @returns {Promise<Opened>}
 */
export async function examineFile(data, standpointOf, registry) {
  const read = READERS[wordOf(data)];
  if (!read) return { ...NOTHING, why: "single.unknown" };
  try {
    return await read(data, standpointOf(), registry);
  } catch (error) {
    if (!(error instanceof SuyuanError)) throw error;
    const why = error.field === "trust policy" ? "page.said.policy" : "";
    return { ...NOTHING, why: error.cannotCheck ? "page.said.no-algorithm" : why, error };
  }
}
