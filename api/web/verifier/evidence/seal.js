/**
 * Evidence of a broken seal: one that does not continue the chain of the seals (sections 9 and 17).
 * @module
 */
import { parseCbor } from "../cbor.js";
import { parseHeader, parseSign1 } from "../cose.js";
import { parseSeal } from "../entries.js";
import { inconsistent, malformed, SuyuanError, unsupported } from "../errors.js";
import { SIGNATURE_SIZES } from "../keys.js";
import { leafHash } from "../merkle.js";
import { parseSealHeader, sameHash } from "../seal.js";
import { asBytes, asList, asMap, asNatural } from "../shape.js";
import { SEAL_TYPE } from "../statement.js";
import { checkLogged, parseCharters, signedCheckpoint, walkShown, WORD } from "./ledger.js";

/** @typedef {import("../seal.js").Seal} Seal */
/** @typedef {{leaf: number, bytes: Uint8Array}} Entry of the log */

/** @param {any} value @returns {Entry[]} one or two, by leaf */
function parseEntries(value) {
  const pairs = asList(value, "entries").map((each) => asList(each, "entry", 2));
  const leaves = pairs.map(([leaf]) => asNatural(leaf, "entry.leaf"));
  const two = leaves.length === 2 && leaves[0] < leaves[1];
  if (leaves.length !== 1 && !two) throw malformed("entries", `leaves ${leaves}`, "one or two, by leaf, none twice");
  return pairs.map(([, entry], at) => ({ leaf: leaves[at], bytes: asBytes(entry, "entry") }));
}

/** @param {Pick<Entry, "bytes">} entry @returns {boolean} with the seals' content type; what cannot be read has none */
export function hasSealType({ bytes }) {
  try {
    return parseSign1(bytes, "seal").header.get(3) === SEAL_TYPE;
  } catch (error) {
    if (error instanceof SuyuanError) return false;
    throw error;
  }
}

/**
 * Whoever does not know the format cannot say that it is broken.
 * @param {Entry} entry with the seals' content type @throws unsupported
 */
function checkSupported({ bytes }) {
  const sign1 = parseSign1(bytes, "seal");
  const alg = parseHeader(sign1.protectedHeader, "seal").get(1);
  if (!SIGNATURE_SIZES.has(alg)) throw unsupported("seal.alg", alg, "a known algorithm");
  const payload = readOrNull(() => parseCbor(sign1.payload ?? new Uint8Array(), "seal"));
  if (!Array.isArray(payload)) return;
  for (const version of [payload[0], payload[6]]) {
    const other = typeof version === "number" || typeof version === "bigint" ? version !== 1 : false;
    if (other) throw unsupported("seal version", version, 1);
  }
}

/** @template T @param {() => T} read @returns {T | null} null where it cannot be read */
function readOrNull(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof SuyuanError) return null;
    throw error;
  }
}

/** @param {Entry} entry @param {string} origin @returns {string | null} why this seal cannot stand there by itself */
function reasonAlone(entry, origin) {
  checkSupported(entry);
  const seal = readOrNull(() => parseSeal(entry.bytes));
  if (!seal) return "shape";
  if (parseSealHeader(seal.protectedHeader).origin !== origin) return "origin";
  return seal.leaf === entry.leaf ? null : "covered";
}

/** @param {Entry} entry @param {string} origin @returns {Seal} that holds by itself */
function soundSeal(entry, origin) {
  if (!hasSealType(entry) || reasonAlone(entry, origin)) {
    throw malformed("entries", `something else at leaf ${entry.leaf}`, "a seal that convicts nobody by itself");
  }
  return parseSeal(entry.bytes);
}

/** @param {Entry} before @param {Entry} entry @param {string} origin @returns {string | null} */
function reasonBetween(before, entry, origin) {
  const seal = soundSeal(entry, origin);
  const isSeal = hasSealType(before);
  if (before.leaf >= seal.first) return isSeal ? "first" : null;
  const follows = before.leaf === seal.first - 1;
  if (!isSeal) return follows ? "first" : null;
  const older = soundSeal(before, origin);
  if (follows && !sameHash(seal.previous, leafHash(before.bytes))) return "previous";
  return seal.time <= older.time ? "time" : null;
}

/**
 * @param {Entry[]} entries one or two, by leaf
 * @param {import("../checkpoint.js").Checkpoint} checkpoint
 * @returns {string | null} why the last one breaks the chain; null where it does not
 */
function reasonAgainst(entries, { origin, size }) {
  const last = entries[entries.length - 1];
  if (entries.length === 2) return reasonBetween(entries[0], last, origin);
  if (hasSealType(last)) return reasonAlone(last, origin);
  return BigInt(last.leaf) === BigInt(size) - 1n ? "last" : null;
}

/** @param {Map<any, any>} content @param {import("./ledger.js").Standpoint} standpoint */
export async function confirmBrokenSeal(content, standpoint) {
  asMap(content, WORD, [3, 4, 6, 10, 13, 15]);
  const charter = parseCharters(content);
  const entries = parseEntries(content.get(15));
  const path = asBytes(content.get(10), "log path");
  const note = asBytes(content.get(3), "checkpoint");
  const charters = await walkShown(charter, standpoint);
  const { checkpoint } = await signedCheckpoint(note, charters, standpoint.check);
  checkLogged(checkpoint, new Map(entries.map(({ leaf, bytes }) => [leaf, leafHash(bytes)])), path);
  const reason = reasonAgainst(entries, checkpoint);
  if (!reason) throw inconsistent("entries", "what can stand there", "a broken chain: no evidence");
  return { origin: checkpoint.origin, leaves: entries.map((each) => each.leaf), reason };
}
