/**
 * Promises (section 17): what somebody keeps who had an event recorded for them.
 * @module
 */
import { walkCharters } from "./charter_walk.js";
import { malformed, mismatch, notPermitted, untrusted } from "./errors.js";
import { Headers, parseFile, parseStatements } from "./parts.js";
import { Receipt } from "./receipt.js";
import { asBytes, asMap } from "./shape.js";

const WORD = "suyuan promise";

/** @param {Uint8Array} data */
export function parsePromise(data) {
  const content = asMap(parseFile(data, WORD), WORD, [4, 6, 8, 18]);
  const headers = new Headers(content.get(4));
  const charter = parseStatements(content.get(6), headers, "charter");
  const statements = parseStatements(content.get(8), headers, "statement");
  const events = statements.flatMap((each) => each.events);
  if (statements.length !== 1 || events.length !== 1 || events[0].state.word !== "shown") {
    throw malformed(WORD, "another shape", "one statement with one event and its body");
  }
  headers.checkUsed();
  return { charter, statement: statements[0], event: events[0], receipt: asBytes(content.get(18), "receipt") };
}

/**
 * @param {Uint8Array} data
 * @param {{pinned: Uint8Array, check: import("./keys.js").Check}} standpoint pinned: leaf hash of leaf 0
 * @returns {Promise<{event: import("./event.js").Event, issuer: string, origin: string, leaf: number, size: number,
 *   time: number}>} time: of the receipt, POSIX seconds
 * @throws untrusted, bad-signature, mismatch, not-permitted
 */
export async function examinePromise(data, { pinned, check }) {
  const { charter: parts, statement, event, receipt: bytes } = parsePromise(data);
  const charters = await walkCharters(parts, pinned, check);
  const { leafHash, header } = statement.statement();
  const receipt = new Receipt(bytes);
  const charter = charters.at(receipt.size - 1);
  if (charter.receipt.kidHex !== receipt.key.kid) {
    throw untrusted("receipt.kid", receipt.key.kid, `${charter.receipt.kidHex}, the charter's`);
  }
  await receipt.verify(check, { leaf: leafHash, key: charter.receipt, origin: charter.origin });
  if (receipt.index !== statement.leaf) {
    throw mismatch("leaf", statement.leaf, `${receipt.index}, as in the receipt`);
  }
  if (!header.audience.includes(charter.origin)) {
    throw notPermitted("statement.aud", String(header.audience), charter.origin);
  }
  event.read();
  const { origin, size, time, index: leaf } = receipt;
  return { event, issuer: header.issuer, origin, leaf, size, time };
}
