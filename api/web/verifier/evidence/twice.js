/**
 * Evidence of what was said twice: a key's number, an issuer's id, or a hash envelope, at two places of one log
 * (sections 6 and 17).
 * @module
 */
import { equalBytes } from "../bytes.js";
import { Envelope } from "../envelope.js";
import { inconsistent, malformed } from "../errors.js";
import { leafHash } from "../merkle.js";
import { Headers, parseStatements } from "../parts.js";
import { asBytes, asList, asMap, asNatural } from "../shape.js";
import { checkLogged, signedCheckpoint, walkShown, WORD } from "./ledger.js";

/** @typedef {import("../parts.js").StatementPart} StatementPart */

/** @param {StatementPart[]} parts @returns {Record<string, any> | null} the numbers that two under one key share */
function numberTwice(parts) {
  if (parts.length === 1) return null;
  const [one, other] = parts;
  const first = Math.max(one.first, other.first);
  // The last number may be above what a float holds exactly.
  const ends = parts.map((each) => BigInt(each.first) + BigInt(each.count));
  const last = (ends[0] < ends[1] ? ends[0] : ends[1]) - 1n;
  const { kid } = one.header;
  return kid !== other.header.kid || first > last ? null : { numbers: [first, last], key: kid };
}

/** @param {StatementPart[]} parts @returns {Record<string, any> | null} the id that two events of one issuer share */
function idTwice(parts) {
  const events = parts.flatMap((each) => each.events);
  // In another's name it is nobody's.
  for (const each of events) if (each.head.issuer !== each.statement.header.issuer) return null;
  const [one, other] = events.map((each) => each.head);
  if (one.issuer !== other.issuer || one.id !== other.id) return null;
  return { issuer: one.issuer, id: one.id, positions: events.map((each) => each.position) };
}

/** @typedef {{leaf: number, bytes: Uint8Array}} Entry */

/** @param {any} value @returns {Entry[]} two, by leaf */
function parseEntries(value) {
  const pairs = asList(value, "entries", 2).map((each) => asList(each, "entry", 2));
  const entries = pairs.map(([leaf, entry]) => {
    return { leaf: asNatural(leaf, "entry.leaf"), bytes: asBytes(entry, "entry") };
  });
  if (entries[0].leaf >= entries[1].leaf) throw malformed("entries", "another order", "by leaf, none twice");
  return entries;
}

/** @param {any} value @param {Headers} headers @returns {StatementPart[]} with two events in all, without bodies */
function parseParts(value, headers) {
  const parts = parseStatements(value, headers, "statements");
  headers.checkUsed();
  const events = parts.flatMap((each) => each.events);
  if (events.length !== 2 || events.some((each) => each.state.word !== "restricted" || each.texts.length)) {
    throw malformed("statements", "another shape", "two events in all, without bodies");
  }
  return parts;
}

/** @param {Map<any, any>} content */
function parseTwice(content) {
  asMap(content, WORD, [3, 4, 6, 10, 13], [8, 15]);
  if (content.has(8) === content.has(15)) throw malformed(WORD, "both or neither", "statements, or hash envelopes");
  const headers = new Headers(content.get(4));
  const charter = parseStatements(content.get(6), headers, "charter");
  const parts = content.has(8) ? parseParts(content.get(8), headers) : [];
  headers.checkUsed();
  const path = asBytes(content.get(10), "log path");
  const entries = content.has(15) ? parseEntries(content.get(15)) : [];
  return { charter, parts, path, entries, note: asBytes(content.get(3), "checkpoint") };
}

/** @param {Entry[]} entries @returns {Record<string, any>} issuer and identity of two envelopes that are one */
function envelopeTwice(entries) {
  const [one, other] = entries.map((each) => new Envelope(each.bytes, "entry"));
  if (!equalBytes(one.identity(), other.identity())) {
    throw inconsistent("entries", "two hash envelopes", "one that stands twice: no evidence");
  }
  return { issuer: one.header.issuer, identity: one.identity() };
}

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmTwice(content, standpoint) {
  const { charter, parts, path, entries, note } = parseTwice(content);
  const charters = await walkShown(charter, standpoint);
  const { checkpoint } = await signedCheckpoint(note, charters, standpoint.check);
  const leaves = new Map(parts.map((each) => [each.leaf, each.statement().leafHash]));
  for (const each of entries) leaves.set(each.leaf, leafHash(each.bytes));
  checkLogged(checkpoint, leaves, path);
  const { origin } = charters;
  const shown = (entries.length ? entries : parts).map((each) => each.leaf);
  const told = { origin, leaves: [shown[0], shown[shown.length - 1]] };
  if (entries.length) return { ...told, reason: "envelope", ...envelopeTwice(entries) };
  const numbers = numberTwice(parts);
  if (numbers) return { ...told, reason: "number", ...numbers };
  const id = idTwice(parts);
  if (!id) throw inconsistent("statements", "what can both stand there", "one thing twice: no evidence");
  return { ...told, reason: "id", ...id };
}
