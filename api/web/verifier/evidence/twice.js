/**
 * Evidence of what was said twice: a key's number, or an issuer's id, at two places of one log (sections 6 and 17).
 * @module
 */
import { inconsistent, malformed } from "../errors.js";
import { Headers, parseStatements } from "../parts.js";
import { asBytes, asMap } from "../shape.js";
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

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmTwice(content, standpoint) {
  asMap(content, WORD, [3, 4, 6, 8, 10, 13]);
  const headers = new Headers(content.get(4));
  const charter = parseStatements(content.get(6), headers, "charter");
  const parts = parseStatements(content.get(8), headers, "statements");
  headers.checkUsed();
  const events = parts.flatMap((each) => each.events);
  if (events.length !== 2 || events.some((each) => each.state.word !== "restricted" || each.texts.length)) {
    throw malformed("statements", "another shape", "two events in all, without bodies");
  }
  const path = asBytes(content.get(10), "log path");
  const note = asBytes(content.get(3), "checkpoint");
  const charters = await walkShown(charter, standpoint);
  const { checkpoint } = await signedCheckpoint(note, charters, standpoint.check);
  checkLogged(checkpoint, new Map(parts.map((each) => [each.leaf, each.statement().leafHash])), path);
  const leaves = [parts[0].leaf, parts[parts.length - 1].leaf];
  const { origin } = charters;
  const numbers = numberTwice(parts);
  if (numbers) return { origin, leaves, reason: "number", ...numbers };
  const id = idTwice(parts);
  if (!id) throw inconsistent("statements", "what can both stand there", "one thing twice: no evidence");
  return { origin, leaves, reason: "id", ...id };
}
