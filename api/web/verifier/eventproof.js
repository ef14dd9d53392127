/**
 * Event proofs (section 17): one event, checked with the registry part of a trace proof of the same ledger.
 * @module
 */
import { checkBodyState } from "./authentic.js";
import { mandatesOf } from "./authority.js";
import { equalBytes, formatHex } from "./bytes.js";
import { LOG_LINE, verifyLines } from "./checkpoint.js";
import { incomplete, malformed, mismatch, notPermitted, untrusted } from "./errors.js";
import { Examination } from "./examination.js";
import { checkBody, checkHead, checkLinks } from "./mapping.js";
import { rootOfSharedPath } from "./merkle.js";
import { Headers, parseFile, parseSeals, parseStatements } from "./parts.js";
import { at } from "./multimap.js";
import { registryHistories } from "./registry_histories.js";
import { registryEvents } from "./replay.js";
import { asBytes, asMap } from "./shape.js";
import { checkSigner, isRegistryEvent } from "./signing.js";
import { checkLedger } from "./steps/step1.js";
import { checkUnforked } from "./steps/step2.js";
import { checkSealed } from "./steps/step3.js";
import { checkKeys } from "./steps/step4.js";
import { subjectName } from "./subject.js";
import { parseCheckpointNote, parseTraceProof } from "./traceproof.js";

const WORD = "suyuan event";

/** @param {Uint8Array} data */
export function parseEventProof(data) {
  const content = asMap(parseFile(data, WORD), WORD, [3, 4, 8, 10], [5]);
  const headers = new Headers(content.get(4));
  const seals = content.has(5) ? parseSeals(content.get(5), headers) : [];
  const parts = parseStatements(content.get(8), headers, "statement");
  const seal = content.has(5) ? 1 : 0;
  if (parts.length !== 1 || parts[0].events.length !== 1 || seals.length !== seal) {
    throw malformed(WORD, "another shape", "one statement with one event, at most one seal");
  }
  headers.checkUsed();
  const path = asBytes(content.get(10), "log path");
  return { note: asBytes(content.get(3), "checkpoint"), part: parts[0], seal: seals[0] ?? null, path };
}

/** @typedef {ReturnType<typeof parseEventProof>} EventProof */

/** @param {EventProof} proof @param {Examination} held */
export async function checkCheckpoint(proof, held) {
  const { note, checkpoint } = parseCheckpointNote(proof.note);
  const charter = held.charters.at(Math.max(0, Number(checkpoint.size) - 1));
  if (checkpoint.origin !== charter.origin) throw untrusted("checkpoint.origin", checkpoint.origin, charter.origin);
  const keys = [...charter.policy.logs, ...charter.policy.witnesses.values()];
  const lines = await verifyLines(held.check, checkpoint, note.lines, keys);
  const own = lines.filter(({ key }) => charter.policy.logs.includes(key));
  if (!own.some(({ key }) => key.kind === LOG_LINE)) throw untrusted("checkpoint", "no Ed25519 line", charter.origin);
  const { policy } = held.standpoint.policy;
  const trusted = (/** @type {import("./note.js").VerifierKey} */ key) =>
    policy?.logs.some((each) => each.name === key.name && each.kind === key.kind && each.key.hex === key.key.hex);
  if (policy && !lines.some(({ key }) => trusted(key)))
    throw untrusted("checkpoint", "no line of a log", "one of yours");
  const verified = lines.map(({ key }) => key);
  const quorum = charter.policy.satisfied(charter.policy.quorum, verified);
  return { checkpoint, lines, quorum: quorum && (!policy || policy.satisfied(policy.quorum, verified)) };
}

/** @param {EventProof} proof @param {Examination} held @param {import("./checkpoint.js").Checkpoint} checkpoint */
export async function checkPlace({ part, seal, path }, held, checkpoint) {
  const leaves = new Map([[part.leaf, part.statement().leafHash]]);
  if (seal) {
    const charter = held.charters.at(seal.leaf);
    await seal.verify(held.check, charter.seal, charter.origin);
    if (!seal.covers(part.leaf)) throw mismatch("seal", `leaf ${seal.leaf}`, "the seal that covers the statement");
    // A seal covers its own leaf, where it would stand in for the statement.
    if (leaves.has(seal.leaf)) throw mismatch("leaf", `two entries at ${seal.leaf}`, "one");
    leaves.set(seal.leaf, seal.leafHash);
  }
  const root = rootOfSharedPath(checkpoint.size, leaves, path, "log path");
  if (!equalBytes(root, checkpoint.root)) throw mismatch("log root", formatHex(root), formatHex(checkpoint.root));
}

/** @param {string[]} subjects @param {Set<string>} whole names of the histories that the registry part holds */
function checkWhole(subjects, whole) {
  const missing = subjects.find((each) => !whole.has(subjectName(each)));
  if (missing !== undefined) throw incomplete("registry", `no history of ${missing}`, "one");
}

/** @param {Examination} held @param {import("./event.js").Event} event whose seal is not shown */
function checkNeverSuspended({ registry }, event) {
  const { issuer, principal } = event.head;
  for (const subject of [`urn:suyuan:key:${event.statement.header.kid}`, issuer, principal]) {
    const open = at(registry.suspensions, subject).some(
      (each) => each.from <= event.leaf && !registry.isRestored(subject, each, event.leaf),
    );
    if (open) throw incomplete("seal", `none, and ${subject} was suspended`, "the seal that covers the statement");
  }
}

/** @param {Examination} held @param {import("./event.js").Event} event @param {Set<string>} whole */
function checkMandate({ registry }, event, whole) {
  const { behalf, issuer } = event.head;
  if (!behalf) return;
  const between = registry.mandates.filter((each) => each.principal === behalf && each.agent === issuer);
  checkWhole([behalf, ...between.map((each) => each.uri)], whole);
  if (!mandatesOf(registry, event).length) throw notPermitted("head.behalf", behalf, "a mandate in force");
}

/** @param {Examination} held @param {import("./event.js").Event} event */
function checkAlone({ registry }, event) {
  const type = registry.type(event.type, event.leaf);
  if (!type) throw mismatch("head.type", event.type, `a type in force at leaf ${event.leaf}`);
  event.vocabulary = type;
  checkHead(type, event.head);
  const body = event.body();
  if (!body) return checkBodyState(event);
  checkBody(type, body);
  if (!event.head.about.length) checkLinks(type, event.head, body, []);
}

/**
 * @param {Uint8Array} data an event proof
 * @param {Uint8Array} trace a trace proof of the same ledger
 * @param {import("./examination.js").Standpoint} standpoint
 * @returns {Promise<{event: import("./event.js").Event, time: number | null, quorum: boolean,
 *   registry: import("./registry.js").Registry}>} registry: that of the trace, replayed
 * @throws whatever is wrong with either; incomplete where the trace proof's registry does not reach
 */
export async function examineEvent(data, trace, standpoint) {
  const proof = parseEventProof(data);
  const held = new Examination(standpoint, parseTraceProof(trace));
  for (const step of [checkLedger, checkUnforked, checkSealed, checkKeys]) await step(held);
  const { part } = proof;
  const [event] = part.events;
  if (part.leaf >= held.size) throw incomplete("registry", `size ${held.size}`, `more than leaf ${part.leaf}`);
  const { checkpoint, quorum } = await checkCheckpoint(proof, held);
  await checkPlace(proof, held, checkpoint);
  const judged = registryEvents([...held.registryPart, ...held.tracePart]);
  const whole = new Set(registryHistories(held.tracePart, judged, held.registry).keys());
  checkWhole([part.header.issuer, `urn:suyuan:key:${part.header.kid}`], whole);
  event.time = proof.seal?.time ?? held.newest.time;
  const signer = await checkSigner(held.registry, part, held.check);
  if (!signer.registration) throw notPermitted("statement.kid", "another key", "a statement key");
  if (!isRegistryEvent(event)) checkWhole([`urn:suyuan:type:${event.type}`], whole);
  if (!proof.seal) checkNeverSuspended(held, event);
  checkMandate(held, event, whole);
  checkAlone(held, event);
  if (!held.registry.version(event.head.principal, event.leaf)) {
    throw incomplete("registry", "no such participant", event.head.principal);
  }
  return { event, time: proof.seal?.time ?? null, quorum, registry: held.registry };
}
