/**
 * A file that was opened from a disk, or read out of a code: what it is, and what comes of checking it.
 * @module
 */
import { examineBundle } from "../verifier/bundle.js";
import { parseCbor } from "../verifier/cbor.js";
import { SuyuanError } from "../verifier/errors.js";
import { confirmEvidence } from "../verifier/evidence.js";
import { examineEvent } from "../verifier/eventproof.js";
import { examinePromise } from "../verifier/promise.js";
import { parseTraceProof } from "../verifier/traceproof.js";
import { examineTrace } from "../verifier/verdict.js";
import { stateOf } from "./checking.js";
import { stateOf as stateOfRefused } from "./eventcheck.js";

/** @typedef {import("../verifier/examination.js").Standpoint} Standpoint */
/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {(data: Uint8Array) => Promise<Uint8Array | null>} RegistryOf for an event proof, a trace proof of the same
 *   ledger whose registry reaches; null where none is at hand */
/**
 * @typedef {object} Opened
 * @property {"traces" | "event" | "promise" | "evidence" | "refused"} kind
 * @property {string} word with which the file begins
 * @property {{checked: Checked, subject: string}[]} traces of a trace proof one, of a bundle one or more
 * @property {any} facts of an event: {event, time, quorum}; of a promise: {event, issuer, …}; of evidence: {kind, …}
 * @property {"altered" | "incomplete" | "cannot"} state of what was refused
 * @property {string} why key of the sentence that says why it was refused, or nothing
 * @property {SuyuanError | null} error
 */

/** @type {Opened} */
const NOTHING = { kind: "refused", word: "", traces: [], facts: null, state: "cannot", why: "", error: null };

/** Files whose signatures say that they are of somebody: what does not hold in them was altered. */
const SIGNED = ["suyuan event", "suyuan promise"];

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

/** @type {Record<string, (data: Uint8Array, standpoint: Standpoint, registryOf: RegistryOf) => Promise<Opened>>} */
const READERS = {
  "suyuan trace": async (data, standpoint) => {
    const verdict = await examineTrace(data, standpoint);
    return { ...NOTHING, kind: "traces", traces: [traceOf(verdict, data, standpoint)] };
  },
  "suyuan bundle": async (data, standpoint) => {
    const { verdicts, ...facts } = await examineBundle(data, standpoint);
    return { ...NOTHING, kind: "traces", traces: verdicts.map((each) => traceOf(each, null, standpoint)), facts };
  },
  "suyuan event": async (data, standpoint, registryOf) => {
    const registry = await registryOf(data);
    if (!registry) return { ...NOTHING, why: "single.needs-registry" };
    return { ...NOTHING, kind: "event", facts: await examineEvent(data, registry, standpoint) };
  },
  "suyuan promise": async (data, { policy, check }) => {
    return { ...NOTHING, kind: "promise", facts: await examinePromise(data, { pinned: policy.charter, check }) };
  },
  "suyuan evidence": async (data, { policy, check, builtin }) => {
    const facts = await confirmEvidence(data, { pinned: policy.charter, check, builtin });
    return { ...NOTHING, kind: "evidence", facts };
  },
};

/**
 * @param {Uint8Array} data
 * @param {() => Standpoint} standpointOf
 * @param {RegistryOf} registryOf
 * @returns {Promise<Opened>}
 */
export async function examineFile(data, standpointOf, registryOf) {
  const word = wordOf(data);
  const read = READERS[word];
  if (!read) return { ...NOTHING, why: "single.unknown" };
  try {
    return { ...(await read(data, standpointOf(), registryOf)), word };
  } catch (error) {
    if (!(error instanceof SuyuanError)) throw error;
    return { ...refused(error, word), word, error };
  }
}

/** @param {SuyuanError} error @param {string} word of the file @returns {Opened} */
function refused(error, word) {
  if (error.cannotCheck) return { ...NOTHING, why: "page.said.no-algorithm" };
  if (error.field === "trust policy") return { ...NOTHING, why: "page.said.policy" };
  const state = SIGNED.includes(word) ? /** @type {any} */ (stateOfRefused(error)) : "cannot";
  return { ...NOTHING, state };
}
