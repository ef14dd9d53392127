/**
 * Evidence of an inadmissible act: a registry event that is refused where it stands (section 17).
 * @module
 */
import { formatHex } from "../bytes.js";
import { take, walkCharters } from "../charter_walk.js";
import { incomplete, inconsistent, malformed, mismatch, SuyuanError, unsupported } from "../errors.js";
import { inLogOrder } from "../event.js";
import { checkIndex, indexKey, parseIndexProof, valueOf } from "../index.js";
import { Headers, parseSeals, parseStatements } from "../parts.js";
import { isRegistryType } from "../registry_data.js";
import { registryHistories } from "../registry_histories.js";
import { Registry } from "../registry.js";
import { registryEvents, Replay } from "../replay.js";
import { asBytes, asList, asMap } from "../shape.js";
import { checkScope, isRegistryEvent } from "../signing.js";
import { leavesOf } from "../steps/step3.js";
import { replayParts } from "../steps/step4.js";
import { subjectName } from "../subject.js";
import { checkActRight } from "./acts.js";
import { checkLogged, signedCheckpoint, walkShown, WORD } from "./ledger.js";
import { isRootAt, signerOf } from "./reasons.js";
import { byName, checkSeals, lastOf, readLogged } from "./registry.js";
import { headOf } from "./statement.js";

/** @typedef {import("../event.js").Event} Event */
/** @typedef {import("../parts.js").StatementPart} StatementPart */
/** @typedef {ReturnType<typeof parseAct>} Evidence */

/** @param {any} value @returns {string[]} hex */
function parseNames(value) {
  const names = asList(value, "further").map((each) => formatHex(asBytes(each, "further")));
  if (names.some((each, place) => each.length !== 64 || (place && names[place - 1] >= each))) {
    throw malformed("further", "another list", "names of 32 bytes, sorted, each once");
  }
  return names;
}

/** @param {Map<any, any>} content */
function parseAct(content) {
  asMap(content, WORD, [3, 4, 5, 6, 7, 8, 10, 13, 16, 18, 20]);
  const headers = new Headers(content.get(4));
  const seals = parseSeals(content.get(5), headers);
  const charter = parseStatements(content.get(6), headers, "charter");
  const statements = parseStatements(content.get(8), headers, "statement");
  const registry = parseStatements(content.get(16), headers, "registry");
  const answered = parseStatements(content.get(18), headers, "answered");
  headers.checkUsed();
  if (statements.length !== 1 || statements[0].events.length !== 1) {
    throw malformed("statement", "another shape", "one statement with one event");
  }
  const note = asBytes(content.get(3), "checkpoint");
  const proof = parseIndexProof(content.get(7));
  const path = asBytes(content.get(10), "log path");
  const further = parseNames(content.get(20));
  return { charter, note, seals, part: statements[0], registry, proof, path, answered, further };
}

/** @param {Event} act as it stands in the log @throws mismatch, unsupported */
function readAct(act) {
  act.read();
  if (!isRegistryEvent(act) || !act.body() || !act.leaf) {
    throw mismatch("act", act.type, "a registry event behind leaf 0, with its body");
  }
  if (!isRegistryType(act.type)) throw unsupported("head.type", act.type, "a type of section 12");
}

/** @param {Event[]} answered @param {Event} act @throws mismatch for more or less than it answers */
function readAnswered(answered, act) {
  for (const each of answered) {
    if (each.texts.length || (each.state.word === "restricted") === isRegistryEvent(each)) {
      throw mismatch("answered", "more or less", "acts with their bodies, heads of others");
    }
  }
  const about = new Set([act, ...registryEvents(answered)].flatMap((each) => each.head.about));
  const strange = answered.find((each) => !about.has(each.name));
  if (strange) throw mismatch("answered", strange.name, "what the act, or an act among these, answers");
}

/**
 * What stands at the act's place or after it says nothing about it: it is only counted.
 * @param {Evidence} evidence @param {Event} act @param {import("./ledger.js").Standpoint} standpoint
 * @returns {Promise<Replay>} before the act, out of whole histories
 */
async function replayBefore(evidence, act, { pinned, check, builtin }) {
  const answered = evidence.answered.flatMap((each) => each.events);
  readAnswered(answered, act);
  const judged = [headOf(act), ...answered];
  const own = evidence.registry.filter((each) => each.leaf <= act.leaf);
  const trace = evidence.answered.filter((each) => each.leaf <= act.leaf);
  const charters = await walkCharters(own, pinned, check, { approved: false, until: act });
  const registry = new Registry(charters, builtin);
  const named = [...judged, ...[...own, ...trace].flatMap((each) => each.events)];
  const replay = new Replay(registry, new Map(named.map((each) => [each.name, each])));
  const deciding = trace.filter((part) => registryEvents(part.events).length);
  const events = await replayParts(replay, { own, deciding, check, until: act });
  const mine = new Set(own.flatMap((each) => each.events));
  const later = evidence.registry.flatMap((each) => each.events).filter((each) => !each.before(act));
  later.forEach(readLogged);
  const known = byName([...events.filter((each) => mine.has(each)), ...later]);
  checkHistories(evidence, { act, judged, known, registry, answered });
  return replay;
}

/**
 * @param {Evidence} evidence
 * @param {{act: Event, judged: Event[], known: Event[], registry: Registry, answered: Event[]}} read
 *   judged: the act and what is answered, by heads; known: the registry part
 * @throws mismatch, not-indexed, incomplete
 */
function checkHistories({ seals, proof, further }, { act, judged, known, registry, answered }) {
  const all = byName([...judged, ...known]).sort(inLogOrder);
  const signing = [act.head.issuer, `urn:suyuan:key:${act.statement.header.kid}`].map((each) => subjectName(each));
  const joined = act.head.joins.filter(([kind]) => kind === "registry").map(([, name]) => name);
  const histories = registryHistories(judged, all, registry, [...signing, ...joined, ...further]);
  const needed = new Set([...histories.values()].flat().map((each) => each.name));
  const own = new Set(judged.map((each) => each.name));
  if (known.some((each) => own.has(each.name) || !needed.has(each.name))) {
    throw mismatch("registry", "events that this does not rest on", "only those it needs");
  }
  const claims = new Map([...histories].map(([name, history]) => [indexKey("registry", name), valueOf(history)]));
  checkIndex(lastOf(seals).root, claims, proof);
  if (answered.some(({ head }) => head.joins.some(([kind, name]) => kind === "registry" && histories.has(name)))) {
    throw mismatch("answered", "an event of a history that is shown", "what stands in none");
  }
  const shown = new Set([...answered, ...known].map((each) => each.name));
  const missing = act.head.about.find((name) => !shown.has(name));
  if (missing !== undefined) throw incomplete("answered", `not ${missing}`, "all that the act answers");
}

/**
 * @param {Evidence} evidence @param {Event} act @param {Registry} registry @param {import("../keys.js").Check} check
 * @returns {Promise<import("../registry_keys.js").Signer>} who could sign statements there, and signed this one
 */
async function signerOfAct({ part }, act, registry, check) {
  // What stands before it in its own statement was verified with that, by the registry before their leaf.
  let signer = registry.keys.signer(act);
  if (!signer) {
    signer = signerOf(registry, act);
    await part.verify(check, signer, registry.charters.origin);
    registry.keys.remember(act, signer);
  }
  if (signer.registration) checkScope(signer.registration, act);
  return signer;
}

/** @param {Replay} replay @param {Event} act @param {import("../registry_keys.js").Signer} signer @returns {boolean} */
function isRefused(replay, act, signer) {
  const { registry } = replay;
  try {
    checkActRight({ event: act, signer, registry, inForce: isRootAt(registry, act.statement.header.kid, act.leaf) });
    if (signer.root && ["registry.charter", "registry.approval"].includes(act.type)) take(registry.charters, act);
    replay.take(act, signer);
  } catch (error) {
    if (!(error instanceof SuyuanError) || error.code === "unsupported") throw error;
    return true;
  }
  return false;
}

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmAct(content, standpoint) {
  const evidence = parseAct(content);
  const { part, seals, registry, answered } = evidence;
  const charters = await walkShown(evidence.charter, standpoint);
  const { checkpoint } = await signedCheckpoint(evidence.note, charters, standpoint.check);
  const shown = [...registry, ...answered];
  const seal = await checkSeals({ ...evidence, registry: shown }, part.leaf, charters, standpoint.check);
  checkLogged(checkpoint, leavesOf(seals, [...registry, part, ...answered]), evidence.path);
  const [act] = part.events;
  act.time = seal.time;
  readAct(act);
  const replay = await replayBefore(evidence, act, standpoint);
  const signer = await signerOfAct(evidence, act, replay.registry, standpoint.check);
  replay.shown = new Map(shown.flatMap((each) => each.events).map((each) => [each.name, each]));
  if (!isRefused(replay, act, signer)) {
    throw inconsistent("act", "what the registry takes there", "what it refuses: no evidence");
  }
  return { origin: charters.origin, leaf: part.leaf, position: act.position, event: act.name };
}
