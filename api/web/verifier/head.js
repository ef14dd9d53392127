/**
 * Heads of events (section 4). Names and hashes that are compared or looked up are hex texts.
 * @module
 */
import { compareBytes, formatHex } from "./bytes.js";
import { parseCbor } from "./cbor.js";
import { malformed, tooLarge } from "./errors.js";
import { leafHash } from "./merkle.js";
import { asBytes, asList, asMap, asNatural, asText, asUnsigned } from "./shape.js";
import { asParticipant, KIND, TYPE_NAME } from "./subject.js";

const MOST_BYTES = 16_384;
const MOST = 64;

/** @typedef {[kind: string, name: string]} Pair */
/** @typedef {{kind: string, name: string, count: number | bigint, root: string}} State */

/**
 * @typedef {object} Head
 * @property {string} type
 * @property {string} id hex
 * @property {string} issuer
 * @property {string | null} behalf
 * @property {string} principal
 * @property {number} time
 * @property {Pair[]} joins
 * @property {Pair[]} follows
 * @property {string[]} about event names
 * @property {string | null} to
 * @property {number | null} until
 * @property {State | null} state
 * @property {Uint8Array} body hash
 * @property {string} name of the event
 * @property {Uint8Array} leaf the same in bytes
 */

/** @param {Pair} pair @returns {string} */
export const pairKey = ([kind, name]) => `${kind} ${name}`;

/** @param {any} value @param {string} field @param {RegExp} kinds @returns {Pair[]} */
function parsePairs(value, field, kinds) {
  if (value === undefined) return [];
  const list = asList(value, field);
  if (list.length < 1 || list.length > MOST) throw malformed(field, `${list.length} pairs`, `1 to ${MOST}`);
  const pairs = list.map((each, at) => {
    const [kind, name] = asList(each, `${field}[${at}]`, 2);
    if (!kinds.test(asText(kind, `${field}[${at}]`))) throw malformed(`${field}[${at}]`, kind, "a kind");
    return /** @type {Pair} */ ([kind, formatHex(asBytes(name, `${field}[${at}]`, 32))]);
  });
  // Kinds are ASCII without spaces, and so is hex: the order of texts is that of bytes.
  const keys = pairs.map(pairKey);
  const sorted = keys.every((each, at) => !at || keys[at - 1] < each);
  if (!sorted) throw malformed(field, "another order", "sorted, none twice");
  return pairs;
}

/** @param {Uint8Array[]} items @param {string} field */
function ordered(items, field) {
  items.forEach((each, at) => {
    if (at && compareBytes(items[at - 1], each) >= 0) throw malformed(field, "another order", "sorted, none twice");
  });
}

/** @param {any} value @returns {string[]} */
function parseAbout(value) {
  if (value === undefined) return [];
  const list = asList(value, "head.about");
  if (list.length < 1 || list.length > MOST) throw malformed("head.about", `${list.length} names`, `1 to ${MOST}`);
  const names = list.map((each, at) => asBytes(each, `head.about[${at}]`, 32));
  ordered(names, "head.about");
  return names.map(formatHex);
}

/** @param {any} value @returns {State | null} */
function parseState(value) {
  if (value === undefined) return null;
  const [kind, name, count, root] = asList(value, "head.state", 4);
  if (!KIND.test(asText(kind, "head.state"))) throw malformed("head.state", kind, "a kind");
  const hashes = [name, root].map((each) => formatHex(asBytes(each, "head.state", 32)));
  return { kind, name: hashes[0], count: asUnsigned(count, "head.state"), root: hashes[1] };
}

/** @param {any} value @returns {string} */
function parseId(value) {
  const id = asBytes(value, "head.id", 16);
  if (id[6] >> 4 !== 7 || id[8] >> 6 !== 2) throw malformed("head.id", formatHex(id), "a UUIDv7");
  return formatHex(id);
}

/** @param {Uint8Array} data @param {Uint8Array} [leaf] its leaf hash, where it is known @returns {Head} */
export function parseHead(data, leaf = leafHash(data)) {
  if (data.length > MOST_BYTES) throw tooLarge("head", `${data.length} bytes`, `at most ${MOST_BYTES}`);
  const map = asMap(parseCbor(data, "head"), "head", [1, 2, 3, 5, 6, 12], [4, 7, 8, 9, 10, 11]);
  /** @template T @param {number} label @param {(value: any) => T} read @returns {T | null} */
  const optional = (label, read) => (map.has(label) ? read(map.get(label)) : null);
  const type = asText(map.get(1), "head.type");
  if (!TYPE_NAME.test(type)) throw malformed("head.type", type, "the name of a type");
  const id = parseId(map.get(2));
  const issuer = asParticipant(map.get(3), "head.issuer");
  const behalf = optional(4, (value) => asParticipant(value, "head.behalf"));
  const time = asNatural(map.get(5), "head.time");
  const joins = parsePairs(asList(map.get(6), "head.joins"), "head.joins", KIND);
  const follows = parsePairs(map.get(7), "head.follows", /^(trace|case)$/);
  const about = parseAbout(map.get(8));
  const to = optional(9, (value) => asParticipant(value, "head.to"));
  const until = optional(10, (value) => asNatural(value, "head.until"));
  const state = parseState(map.get(11));
  const body = asBytes(map.get(12), "head.body", 32);
  const principal = behalf ?? issuer;
  return {
    type,
    id,
    issuer,
    behalf,
    principal,
    time,
    joins,
    follows,
    about,
    to,
    until,
    state,
    body,
    leaf,
    name: formatHex(leaf),
  };
}
