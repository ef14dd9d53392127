/**
 * Evidence of an inadmissible statement: one event that could not be said where it stands (section 17).
 * @module
 */
import { bodyHash, parseBody } from "../body.js";
import { equalBytes } from "../bytes.js";
import { walkCharters } from "../charter_walk.js";
import { inconsistent, incomplete, malformed, mismatch } from "../errors.js";
import { Event, inLogOrder } from "../event.js";
import { checkIndex, indexKey, parseIndexProof, valueOf } from "../index.js";
import { Headers, parseSeals, parseStatements } from "../parts.js";
import { registryHistories } from "../registry_histories.js";
import { Registry } from "../registry.js";
import { Replay } from "../replay.js";
import { asBytes, asMap } from "../shape.js";
import { checkBlocks, leavesOf } from "../steps/step3.js";
import { replayParts } from "../steps/step4.js";
import { subjectName } from "../subject.js";
import { checkLogged, signedCheckpoint, walkShown, WORD } from "./ledger.js";
import { isRootAt, reasonAgainst } from "./reasons.js";
import { checkTraces, parseTraces, readTraces, typesBehind } from "./traces.js";

/** @typedef {import("../parts.js").StatementPart} StatementPart */
/** @typedef {import("../seal.js").Seal} Seal */
/** @typedef {ReturnType<typeof parseStatementEvidence>} StatementEvidence */

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

/** @param {Seal[]} seals @param {number} leaf @returns {Seal} that covers it */
function sealOf(seals, leaf) {
  const seal = seals.find((each) => each.leaf >= leaf);
  if (!seal?.covers(leaf)) throw mismatch("seals", `none that covers leaf ${leaf}`, "the covering seal");
  return seal;
}

/**
 * Every seal is the ledger's and covers something that is shown; events get their ledger time.
 * @param {StatementEvidence} evidence @param {import("./ledger.js").Charters} charters
 * @param {import("../keys.js").Check} check
 */
async function checkSeals({ seals, part, registry }, charters, check) {
  for (const seal of seals) {
    const charter = charters.at(seal.leaf);
    await seal.verify(check, charter.seal, charter.origin);
  }
  checkBlocks(seals);
  const used = new Set();
  for (const shown of [part, ...registry]) {
    const seal = sealOf(seals, shown.leaf);
    used.add(seal);
    for (const event of shown.events) event.time = seal.time;
  }
  if (used.size < seals.length || sealOf(seals, part.leaf) !== seals[seals.length - 1]) {
    throw mismatch("seals", "others", "the covering ones, and last that of the statement's block");
  }
}

/** @param {Event} event as it stands in the log, whoever signed it @throws mismatch, malformed */
function read(event) {
  const { head, state, texts } = event;
  if (texts.length || (state.word !== "shown" && state.word !== "restricted")) {
    throw mismatch("event", "another shape", "a head, and a body or none");
  }
  if (state.word !== "shown") return;
  if (!equalBytes(bodyHash(state.bytes), head.body)) throw mismatch("body", "other bytes", "a body of its hash");
  parseBody(state.bytes);
}

/** @param {Event} event @returns {Event} the same by its head alone: what the registry part follows from */
function headOf({ statement, position, headBytes, time }) {
  const head = new Event({ statement, position, headBytes, state: { word: "restricted" }, disclosures: [] });
  head.time = time;
  return head;
}

/**
 * The registry before the statement, out of histories that are whole. What stands at its leaf or after it says nothing
 * about it: it is only counted.
 * @param {StatementEvidence} evidence @param {Event} judged by its head @param {string[]} also names of type subjects
 * @param {import("./ledger.js").Standpoint} standpoint
 * @returns {Promise<{registry: Registry, shown: Map<string, Event>}>} shown: events of the registry part, by name
 */
async function registryBefore({ registry: parts, seals, proof }, judged, also, { pinned, check, builtin }) {
  const before = parts.filter((each) => each.leaf < judged.leaf);
  const charters = await walkCharters(before, pinned, check);
  const registry = new Registry(charters, builtin);
  const known = new Map([judged, ...before.flatMap((each) => each.events)].map((each) => [each.name, each]));
  const events = await replayParts(new Replay(registry, known), { own: before, deciding: [], check });
  const later = parts.filter((each) => each.leaf >= judged.leaf).flatMap((each) => each.events);
  later.forEach(read);
  const shown = new Map([...events, ...later].map((each) => [each.name, each]));
  const all = [...new Map([judged, ...shown.values()].map((each) => [each.name, each])).values()].sort(inLogOrder);
  const histories = registryHistories([judged], all, registry, also);
  const needed = new Set([...histories.values()].flat().map((each) => each.name));
  if (shown.has(judged.name) || [...shown.keys()].some((each) => !needed.has(each))) {
    throw mismatch("registry", "events that this does not rest on", "only those it needs");
  }
  const claims = new Map([...histories].map(([name, history]) => [indexKey("registry", name), valueOf(history)]));
  checkIndex(seals[seals.length - 1].root, claims, proof);
  checkSigner(registry, judged, histories);
  return { registry, shown };
}

/** @param {Registry} registry @param {Event} judged @param {Map<string, Event[]>} histories by subject name */
function checkSigner(registry, judged, histories) {
  const { kid } = judged.statement.header;
  if (isRootAt(registry, kid, judged.leaf)) return;
  for (const subject of [judged.head.issuer, `urn:suyuan:key:${kid}`]) {
    if (!histories.has(subjectName(subject))) throw incomplete("registry", `no history of ${subject}`, "one");
  }
}

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmInadmissible(content, standpoint) {
  const evidence = parseStatementEvidence(content);
  const { part, seals, path, traces } = evidence;
  const charters = await walkShown(evidence.charter, standpoint);
  const { checkpoint } = await signedCheckpoint(evidence.note, charters, standpoint.check);
  await checkSeals(evidence, charters, standpoint.check);
  const parts = [...evidence.registry, part, ...(traces?.parts ?? [])];
  checkLogged(checkpoint, leavesOf(seals, parts), path);
  const [event] = part.events;
  read(event);
  const judged = headOf(event);
  const touching = traces ? readTraces(traces, judged) : [];
  const also = typesBehind(judged, touching);
  const { registry, shown } = await registryBefore(evidence, judged, also, standpoint);
  const root = seals[seals.length - 1].root;
  const before = traces && checkTraces(traces, { judged, touching, registry, root, known: [...shown.values()] });
  const reason = await reasonAgainst(event, { registry, before, check: standpoint.check });
  if (!reason) throw inconsistent("statement", "what could be said there", "a reason: no evidence");
  return { origin: charters.origin, leaf: part.leaf, position: event.position, event: event.name, reason };
}
