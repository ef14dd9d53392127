/** How vectors of proof files are read in JavaScript. The twin of tests/vectors/proof_readers.py. */
import { readdirSync, readFileSync } from "node:fs";
import { examineBundle } from "../../api/web/verifier/bundle.js";
import { concat, formatUtf8, parseHex } from "../../api/web/verifier/bytes.js";
import { examineCharterFile } from "../../api/web/verifier/charterfile.js";
import { confirmEvidence } from "../../api/web/verifier/evidence.js";
import { examineEvent } from "../../api/web/verifier/eventproof.js";
import { webCheck } from "../../api/web/verifier/keys.js";
import { examinePromise } from "../../api/web/verifier/promise.js";
import { parseTrustPolicy } from "../../api/web/verifier/trust_policy.js";
import { examineTrace } from "../../api/web/verifier/verdict.js";
import { parseType } from "../../api/web/verifier/vocabulary.js";
import { storyOf, summary } from "./summary.mjs";

const ROOT = new URL("../../", import.meta.url);
const FILES = new URL("tests/vectors/v1/files/", ROOT);
const TYPES = new URL("verifier/vocabulary/registry/", ROOT);

/** The registry's own types. */
export const builtin = new Map(
  readdirSync(TYPES)
    .map((name) => parseType(readFileSync(new URL(name, TYPES))))
    .map((type) => [type.name, type]),
);
const check = webCheck(globalThis.crypto.subtle);

/** @param {string} name @returns {Uint8Array} */
export const fileOf = (name) => new Uint8Array(readFileSync(new URL(name, FILES)));

/** @param {any} vector @returns {Uint8Array} the file as recorded, or with one edit */
export function editedFile({ file, edit }) {
  const data = fileOf(file);
  if (!edit) return data;
  const { at, remove, insert } = edit;
  return concat(data.subarray(0, at), parseHex(insert, "insert"), data.subarray(at + remove));
}

/** @param {any} vector @returns {import("../../api/web/verifier/examination.js").Standpoint} */
export function standpoint({ policy, at, archived = true }) {
  return { policy: parseTrustPolicy(formatUtf8(policy)), now: at, archived, seen: null, builtin, check };
}

/** @param {any} vector */
async function readTrace(vector) {
  const verdict = await examineTrace(editedFile(vector), standpoint(vector));
  const step = verdict.steps.find((each) => each.passed === false)?.number ?? null;
  if (verdict.error) {
    throw Object.assign(verdict.error, { verdict: { outcome: verdict.outcome, exit: verdict.exitCode, step } });
  }
  const concluded = { outcome: verdict.outcome, exit: verdict.exitCode, step };
  if (!verdict.story) return { verdict: concluded, story: null };
  const { outside, rest, ...story } = storyOf(verdict.story);
  const recalled = verdict.notices
    .filter((each) => each.key === "notice.recalled")
    .map((each) => each.values.event)
    .sort();
  const more = { ...(outside.length ? { outside } : {}), ...(rest ? { rest } : {}) };
  return { verdict: concluded, story: { ...story, recalled, ...more } };
}

/** @param {any} vector */
async function readCharter(vector) {
  const { policy } = standpoint(vector);
  const charters = await examineCharterFile(editedFile(vector), { pinned: policy.charter, check });
  const charter = charters.at(0);
  const { version, origin, threshold } = charter;
  const keys = { seal: charter.seal.kidHex, receipt: charter.receipt.kidHex };
  return { version, origin, threshold, ...keys, roots: charter.roots.map((each) => each.agency).sort() };
}

/** @param {any} vector */
async function readPromise(vector) {
  const pinned = standpoint(vector).policy.charter;
  const { event, issuer, origin, leaf, size, time } = await examinePromise(editedFile(vector), { pinned, check });
  const pointers = [...(event.shown ?? new Map()).keys()].sort();
  return { name: event.name, type: event.type, issuer, origin, leaf, size, time, pointers };
}

/** @param {any} vector */
async function readEvidence(vector) {
  const pinned = standpoint(vector).policy.charter;
  const { kind, ...facts } = await confirmEvidence(editedFile(vector), { pinned, check, builtin });
  return facts;
}

/** @param {any} vector */
async function readBundle(vector) {
  const { purpose, verdicts, worst, attachments } = await examineBundle(editedFile(vector), standpoint(vector));
  const named = attachments.map((each) => [
    each.event,
    each.pointer,
    each.mediaType,
    each.sha256,
    each.size,
    each.content !== null,
  ]);
  return { purpose, outcomes: verdicts.map((each) => each.outcome), exit: worst.exitCode, attachments: named };
}

/** @param {any} vector */
async function readEvent(vector) {
  const { event, time, quorum } = await examineEvent(editedFile(vector), fileOf(vector.registry), standpoint(vector));
  const { name, leaf, position, type } = event;
  return { name, leaf, position, time, type, principal: event.head.principal, quorum };
}

export const PROOF_READERS = {
  "broken-seal-evidence": readEvidence,
  "charter-file": readCharter,
  "promise-file": readPromise,
  "evidence-bundle": readBundle,
  "event-proof": readEvent,
  "foreign-seal-evidence": readEvidence,
  "fork-evidence": readEvidence,
  "inadmissible-act-evidence": readEvidence,
  "inadmissible-envelope-evidence": readEvidence,
  "rollback-evidence": readEvidence,
  "said-twice-evidence": readEvidence,
  "statement-evidence": readEvidence,
  "trace-proof": readTrace,
  "unreadable-entry-evidence": readEvidence,
  "wrong-index-evidence": readEvidence,
};

/** Of a bent file: the whole verdict, whatever it is. @param {any} vector */
async function readMutant(vector) {
  return summary(await examineTrace(editedFile(vector), standpoint(vector)));
}

/** Of a bent file of any kind of evidence. @param {any} vector */
async function readBentEvidence(vector) {
  return confirmEvidence(editedFile(vector), { pinned: standpoint(vector).policy.charter, check, builtin });
}

/** Of a bent bundle: every verdict. @param {any} vector */
async function readBentBundle(vector) {
  const { purpose, verdicts, worst, attachments } = await examineBundle(editedFile(vector), standpoint(vector));
  const named = attachments.map((each) => [each.event, each.pointer, each.content !== null]);
  return { purpose, verdicts: verdicts.map(summary), worst: worst.outcome, named };
}

Object.assign(PROOF_READERS, {
  mutant: readMutant,
  "bent-evidence": readBentEvidence,
  "bent-bundle": readBentBundle,
});
