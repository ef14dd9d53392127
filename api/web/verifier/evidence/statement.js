/**
 * Evidence of an inadmissible statement: one event that could not be said where it stands (section 17).
 * @module
 */
import { inconsistent, malformed } from "../errors.js";
import { Event } from "../event.js";
import { parseIndexProof } from "../index.js";
import { Headers, parseSeals, parseStatements } from "../parts.js";
import { asBytes, asMap } from "../shape.js";
import { leavesOf } from "../steps/step3.js";
import { subjectsOfAct } from "./acts.js";
import { checkLogged, signedCheckpoint, walkShown, WORD } from "./ledger.js";
import { reasonAgainst } from "./reasons.js";
import { checkSeals, readLogged, registryBefore } from "./registry.js";
import { checkTraces, parseTraces, readTraces, typesBehind } from "./traces.js";

/** @param {Map<any, any>} content */
function parseStatementEvidence(content) {
  asMap(content, WORD, [3, 4, 5, 6, 7, 8, 10, 13, 16], [9, 18, 19]);
  const headers = new Headers(content.get(4));
  const seals = parseSeals(content.get(5), headers);
  const charter = parseStatements(content.get(6), headers, "charter");
  const statements = parseStatements(content.get(8), headers, "statement");
  const registry = parseStatements(content.get(16), headers, "registry");
  const traces = parseTraces(content, headers);
  headers.checkUsed();
  if (statements.length !== 1 || statements[0].events.length !== 1) {
    throw malformed("statement", "another shape", "one statement with one event");
  }
  const note = asBytes(content.get(3), "checkpoint");
  const proof = parseIndexProof(content.get(7));
  const path = asBytes(content.get(10), "log path");
  return { charter, note, seals, part: statements[0], registry, proof, path, traces };
}

/** @param {Event} event @returns {Event} the same by its head alone: what the registry part follows from */
export function headOf({ statement, position, headBytes, time }) {
  const head = new Event({ statement, position, headBytes, state: { word: "restricted" }, disclosures: [] });
  head.time = time;
  return head;
}

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmInadmissible(content, standpoint) {
  const evidence = parseStatementEvidence(content);
  const { part, seals, path, traces } = evidence;
  const charters = await walkShown(evidence.charter, standpoint);
  const { checkpoint } = await signedCheckpoint(evidence.note, charters, standpoint.check);
  const seal = await checkSeals(evidence, part.leaf, charters, standpoint.check);
  const parts = [...evidence.registry, part, ...(traces?.parts ?? [])];
  checkLogged(checkpoint, leavesOf(seals, parts), path);
  const [event] = part.events;
  readLogged(event);
  event.time = seal.time;
  const judged = headOf(event);
  const touching = traces ? readTraces(traces, judged) : [];
  const also = traces ? typesBehind(judged, touching) : subjectsOfAct(event);
  const { registry, known } = await registryBefore(evidence, part.leaf, [judged], also, standpoint, judged);
  const before = traces && checkTraces(traces, { judged, touching, registry, root: seal.root, known });
  const reason = await reasonAgainst(event, { registry, before, check: standpoint.check });
  if (!reason) throw inconsistent("statement", "what could be said there", "a reason: no evidence");
  return { origin: charters.origin, leaf: part.leaf, position: event.position, event: event.name, reason };
}
