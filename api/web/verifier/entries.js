/**
 * Entries of the log as they stand there: statements and seals (sections 6 and 9). A proof shows them in parts.
 * @module
 */
import { equalBytes } from "./bytes.js";
import { parseCbor } from "./cbor.js";
import { parseSign1 } from "./cose.js";
import { malformed, mismatch, tooLarge } from "./errors.js";
import { leafHash, rootOf } from "./merkle.js";
import { checkBlock, parseSealHeader, Seal } from "./seal.js";
import { asBytes, asHashOrNull, asList, asNatural } from "./shape.js";
import { parseStatementHeader, Statement } from "./statement.js";

const MOST_ENTRY = 65_535;
const MOST_EVENTS = 4_096;

/** @param {Uint8Array} entry @returns {Statement} */
export function parseStatement(entry) {
  const sign1 = parseEntrySign1(entry);
  const header = parseStatementHeader(sign1.protectedHeader);
  const field = "statement.payload";
  const [version, root, count, first] = asList(parseCbor(payloadOf(sign1), field), field, 4);
  asNatural(version, field, 1, 1);
  const parts = {
    root: asBytes(root, `${field}.root`, 32),
    count: asNatural(count, `${field}.count`, 1, MOST_EVENTS),
    first: asNatural(first, `${field}.first`),
  };
  return new Statement({ header, protectedHeader: sign1.protectedHeader, signature: sign1.signature, ...parts });
}

/** @param {Uint8Array} entry @param {string} [field] @returns {import("./cose.js").Sign1} */
export function parseEntrySign1(entry, field = "statement") {
  if (entry.length > MOST_ENTRY) throw tooLarge(field, `${entry.length} bytes`, `at most ${MOST_ENTRY}`);
  const sign1 = parseSign1(entry, field);
  if (sign1.unprotected.size) throw malformed(field, "an unprotected header", "an empty one");
  return sign1;
}

/** @param {import("./cose.js").Sign1} sign1 @returns {Uint8Array} */
function payloadOf(sign1) {
  return asBytes(sign1.payload, "statement.payload");
}

/** @param {Statement} statement @param {Uint8Array[]} heads @throws mismatch */
export function checkBatch(statement, heads) {
  const root = heads.length === statement.count ? rootOf(heads.map((head) => leafHash(head))) : null;
  if (!root || !equalBytes(root, statement.root)) throw mismatch("heads", "other heads", "those of the statement");
}

/** @param {Uint8Array} entry @returns {Seal} */
export function parseSeal(entry) {
  const sign1 = parseSign1(entry, "seal");
  if (sign1.unprotected.size) throw malformed("seal", "an unprotected header", "an empty one");
  parseSealHeader(sign1.protectedHeader);
  const payload = asList(parseCbor(asBytes(sign1.payload, "seal"), "seal"), "seal", 8);
  const [version, first, covered, previous, root, keys, mapping, time] = payload;
  asNatural(version, "seal", 1, 1);
  asNatural(mapping, "seal", 1, 1);
  const block = {
    first: asNatural(first, "seal.first"),
    covered: asNatural(covered, "seal"),
    previous: asHashOrNull(previous, "seal.previous"),
    root: asBytes(root, "seal.root", 32),
    keys: asNatural(keys, "seal"),
    time: asNatural(time, "seal"),
  };
  checkBlock(block, "seal");
  return new Seal({ protectedHeader: sign1.protectedHeader, block, signature: sign1.signature });
}
