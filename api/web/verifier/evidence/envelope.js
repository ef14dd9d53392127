/**
 * Evidence of an inadmissible hash envelope: one that its key could not sign where it stands (sections 6 and 17).
 * @module
 */
import { Envelope } from "../envelope.js";
import { inconsistent, mismatch, notPermitted } from "../errors.js";
import { parseIndexProof } from "../index.js";
import { Headers, parseSeals, parseStatements } from "../parts.js";
import { asBytes, asList, asMap, asNatural } from "../shape.js";
import { leavesOf } from "../steps/step3.js";
import { subjectName } from "../subject.js";
import { matches } from "../type_words.js";
import { checkLogged, signedCheckpoint, walkShown, WORD } from "./ledger.js";
import { checkHolder, checkUnexpired, firstBroken, signerOf } from "./reasons.js";
import { checkSeals, registryBefore } from "./registry.js";

/** @param {Map<any, any>} content */
function parseEnvelopeEvidence(content) {
  asMap(content, WORD, [3, 4, 5, 6, 7, 10, 13, 15, 16]);
  const headers = new Headers(content.get(4));
  const seals = parseSeals(content.get(5), headers);
  const charter = parseStatements(content.get(6), headers, "charter");
  const registry = parseStatements(content.get(16), headers, "registry");
  headers.checkUsed();
  const [leaf, entry] = asList(asList(content.get(15), "entries", 1)[0], "entry", 2);
  const note = asBytes(content.get(3), "checkpoint");
  const logged = { leaf: asNatural(leaf, "entry.leaf"), entry: asBytes(entry, "entry") };
  const proof = parseIndexProof(content.get(7));
  return { charter, note, seals, ...logged, registry, proof, path: asBytes(content.get(10), "log path") };
}

/**
 * @param {Envelope} envelope
 * @param {{leaf: number, time: number}} moment
 * @param {import("../registry.js").Registry} registry before it
 * @param {import("../keys.js").Check} check
 * @returns {Promise<string | null>}
 */
function reasonAgainstEnvelope(envelope, moment, registry, check) {
  const { header } = envelope;
  const place = { ...moment, statement: { header } };
  return firstBroken([
    ["phase", () => checkUnexpired(registry, place, [])],
    ["holder", () => checkHolder(registry, place)],
    ["key", () => void signerOf(registry, place)],
    [
      "audience",
      () => {
        const { origin } = registry.charters;
        if (!header.audience.includes(origin)) throw mismatch("statement.aud", String(header.audience), origin);
      },
    ],
    ["signature", () => envelope.verify(check, signerOf(registry, place).key)],
    ["right", () => checkNoteRight(signerOf(registry, place).registration, header.subject)],
  ]);
}

/** @param {import("../registry_keys.js").Registration | null} registration @param {string} subject */
function checkNoteRight(registration, subject) {
  const may = registration && matches(registration.types, "note");
  if (!may || !registration.subjects.some((prefix) => subject.startsWith(prefix))) {
    throw notPermitted("statement.sub", subject, "below a prefix that the registry gives this key for notes");
  }
}

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmEnvelope(content, standpoint) {
  const evidence = parseEnvelopeEvidence(content);
  const { leaf, seals } = evidence;
  const charters = await walkShown(evidence.charter, standpoint);
  const { checkpoint } = await signedCheckpoint(evidence.note, charters, standpoint.check);
  const envelope = new Envelope(evidence.entry, "entry");
  const { time } = await checkSeals(evidence, leaf, charters, standpoint.check);
  const leaves = leavesOf(seals, evidence.registry);
  if (leaves.has(leaf)) throw mismatch("leaf", `two entries at ${leaf}`, "one");
  checkLogged(checkpoint, leaves.set(leaf, envelope.leafHash), evidence.path);
  const also = [envelope.header.issuer, `urn:suyuan:key:${envelope.header.kid}`].map(subjectName);
  const { registry } = await registryBefore(evidence, leaf, [], also, standpoint);
  const reason = await reasonAgainstEnvelope(envelope, { leaf, time }, registry, standpoint.check);
  if (!reason) throw inconsistent("entries", "what could be said there", "a reason: no evidence");
  return { origin: charters.origin, leaf, reason };
}
