/**
 * A file of any kind, as somebody drops it: what it is, and what it says. Evidence and bundles are loaded only when one
 * is met.
 * @module
 */
import { parseCbor } from "./cbor.js";
import { malformed, tooLarge } from "./errors.js";
import { MOST_BYTES } from "./parts.js";

/** @typedef {import("./examination.js").Standpoint} Standpoint */
/** @typedef {import("./verdict.js").Verdict} Verdict */
/**
 * @typedef {{kind: "trace", verdict: Verdict} | {kind: "bundle", bundle: import("./bundle.js").Bundle}
 *   | {kind: "evidence", convicted: Record<string, any>}
 *   | {kind: "charter", charters: import("./charter_walk.js").Charters}} Opened
 */

/** @type {Record<string, (data: Uint8Array, standpoint: Standpoint) => Promise<Opened>>} */
const BY_WORD = {
  "suyuan trace": async (data, standpoint) => {
    const { examineTrace } = await import("./verdict.js");
    return { kind: "trace", verdict: await examineTrace(data, standpoint) };
  },
  "suyuan bundle": async (data, standpoint) => {
    const { examineBundle } = await import("./bundle.js");
    return { kind: "bundle", bundle: await examineBundle(data, standpoint) };
  },
  "suyuan evidence": async (data, { policy, check, builtin }) => {
    const { confirmEvidence } = await import("./evidence.js");
    return { kind: "evidence", convicted: await confirmEvidence(data, { pinned: policy.charter, check, builtin }) };
  },
  "suyuan charter": async (data, { policy, check }) => {
    const { examineCharterFile } = await import("./charterfile.js");
    return { kind: "charter", charters: await examineCharterFile(data, { pinned: policy.charter, check }) };
  },
};

/**
 * @param {Uint8Array} data a trace proof, evidence bundle, evidence, or charter file
 * @param {Standpoint} standpoint
 * @returns {Promise<Opened>}
 * @throws malformed for any other file; of evidence, bundles and charter files, whatever is wrong with them
 */
export async function openFile(data, standpoint) {
  if (data.length > MOST_BYTES) throw tooLarge("file", `${data.length} bytes`, `at most ${MOST_BYTES}`);
  const word = asWord(parseCbor(data, "file"));
  const open = Object.hasOwn(BY_WORD, word) ? BY_WORD[word] : null;
  if (!open) throw malformed("file", word || "another file", Object.keys(BY_WORD).join(", "));
  return open(data, standpoint);
}

/** @param {any} value @returns {string} the file's word; empty where it has none */
const asWord = (value) => (Array.isArray(value) && typeof value[0] === "string" ? value[0] : "");
