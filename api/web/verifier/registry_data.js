/**
 * What bodies of registry events say: members of `data`, by type (section 12).
 * @module
 */
import { formatUtf8 } from "./bytes.js";
import { isPointer } from "./disclosure.js";
import { malformed, mismatch } from "./errors.js";
import { parseKey } from "./keys.js";
import { isPattern, isWord, asObject, checkTitle } from "./type_words.js";
import { parseType } from "./vocabulary.js";

const USES = [
  "root",
  "administrator",
  "statement",
  "seal",
  "receipt",
  "checkpoint",
  "cosignature",
  "replay-cosignature",
  "mirror",
  "request",
];
const MOST_DEADLINE = 316_224_000_000;
const MOST_INNER = 64;
const MOST_DEEP = 8;

/** Members of data by type, those with `?` optional. @type {Record<string, string[]>} */
const MEMBERS = {
  "registry.approval": [],
  "registry.agency": ["names", "roles", "jurisdiction", "administrators?", "administratorThreshold?"],
  "registry.enterprise": ["names", "roles", "gs1Prefixes", "subjects"],
  "registry.role": ["roles"],
  "registry.jurisdiction": ["jurisdiction"],
  "registry.key": ["use", "key", "types", "subjects"],
  "registry.enterprise-key": ["use", "key", "types", "subjects"],
  "registry.revocation": ["reason", "compromisedSince"],
  "registry.suspension": ["reason"],
  "registry.restoration": ["reason"],
  "registry.type": ["file"],
  "registry.kind": [],
  "registry.policy": ["rule", "basis", "zone?", "deadline?"],
  "registry.succession": [],
  "registry.mandate": ["types", "subjects"],
  "registry.grant": ["fields"],
  "registry.reattestation": [],
  "registry.erasure": ["what", "basis"],
};

/**
 * @typedef {{role: string, jurisdiction?: string} | {agency: string} | {k: number, of: Rule[]}} Rule
 */

/**
 * @param {any} value
 * @param {string} field
 * @param {(each: any) => boolean} each
 * @param {boolean} [empty]
 * @returns {any[]}
 */
function listOf(value, field, each, empty = true) {
  if (!Array.isArray(value) || !(empty || value.length) || !value.every(each)) {
    throw malformed(field, "another list", field);
  }
  return value;
}

const isText = (/** @type {any} */ value) => typeof value === "string" && value.length > 0;
const isDigits = (/** @type {any} */ value) => typeof value === "string" && /^[0-9]+$/.test(value);

/** @param {any} value @param {string} field @param {number} least @param {number} most @returns {number} */
function integer(value, field, least, most) {
  if (typeof value !== "number" || value < least || value > most) throw malformed(field, value, `${least} to ${most}`);
  return value;
}

/**
 * @param {any} value
 * @param {string} field
 * @param {boolean} body of an order, which names one at least, and the word `body` alone
 * @returns {string[]}
 */
function parseFields(value, field, body) {
  const isField = (/** @type {any} */ each) => typeof each === "string" && (isPointer(each) || each === "body");
  const fields = listOf(value, field, isField, !body);
  if (new Set(fields).size < fields.length || (fields.includes("body") && body && fields.length > 1)) {
    throw malformed(field, String(fields), "pointers, each once, or body");
  }
  return fields;
}

/** @param {any} value @param {number} [depth] @returns {Rule} */
export function parseRule(value, depth = 1) {
  const field = "policy.rule";
  if (!(value instanceof Map) || depth > MOST_DEEP) {
    throw malformed(field, "another shape", `at most ${MOST_DEEP} deep`);
  }
  if (value.has("role")) {
    const rule = asObject(value, field, ["role"], ["jurisdiction"]);
    if (![...rule.values()].every(isWord)) throw malformed(field, "another word", "a word");
    return /** @type {any} */ (Object.fromEntries(rule));
  }
  if (value.has("agency")) {
    const agency = asObject(value, field, ["agency"]).get("agency");
    if (!/^urn:suyuan:agency:[a-z][a-z0-9-]{0,62}$/.test(agency)) throw malformed(field, agency, "an agency");
    return { agency };
  }
  const rule = asObject(value, field, ["k", "of"]);
  const of = listOf(rule.get("of"), field, () => true, false);
  if (of.length > MOST_INNER) throw malformed(field, of.length, `at most ${MOST_INNER}`);
  return { k: integer(rule.get("k"), field, 1, of.length), of: of.map((each) => parseRule(each, depth + 1)) };
}

/** Readers of members. @type {Record<string, (value: any, field: string) => any>} */
const READERS = {
  names: (value, field) => (checkTitle(value, field), value),
  basis: (value, field) => (checkTitle(value, field), value),
  roles: (value, field) => listOf(value, field, isWord),
  jurisdiction: (value, field) => listOf(value, field, isWord),
  gs1Prefixes: (value, field) => listOf(value, field, isDigits),
  subjects: (value, field) => listOf(value, field, isText),
  types: (value, field) => listOf(value, field, isPattern, false),
  use: (value, field) => (USES.includes(value) ? value : listOf(null, field, isText)),
  key: (value, field) => parseKey(value, field),
  file: (value, field) => (isText(value) ? value : listOf(null, field, isText)),
  reason: (value, field) => (typeof value === "string" ? value : listOf(null, field, isText)),
  compromisedSince: (value, field) => (value === null ? null : integer(value, field, 0, Number.MAX_SAFE_INTEGER)),
  rule: (value) => parseRule(value),
  zone: (value, field) => (isWord(value) ? value : listOf(null, field, isWord)),
  deadline: (value, field) => integer(value, field, 1, MOST_DEADLINE),
  fields: (value, field) => parseFields(value, field, false),
  what: (value, field) => parseFields(value, field, true),
  administrators: (value, field) => {
    const keys = listOf(value, field, () => true, false).map((each) => parseKey(each, field));
    if (new Set(keys.map((each) => each.hex)).size < keys.length) {
      throw malformed(field, "one key twice", "distinct keys");
    }
    return keys;
  },
  administratorThreshold: (value, field) => integer(value, field, 1, Number.MAX_SAFE_INTEGER),
};

/**
 * @param {import("./event.js").Event} event a registry event other than a charter, its body shown
 * @returns {Record<string, any>} members of data, read
 */
export function parseData(event) {
  const members = MEMBERS[event.type];
  const body = /** @type {import("./body.js").Body} */ (event.body());
  const optional = members.filter((each) => each.endsWith("?")).map((each) => each.slice(0, -1));
  const data = asObject(
    body.data,
    "body.data",
    members.filter((each) => !each.endsWith("?")),
    optional,
  );
  /** @type {Record<string, any>} */
  const read = {};
  for (const [name, value] of data) read[name] = READERS[name](value, `body.data.${name}`);
  if (event.type === "registry.agency") checkAdministrators(read);
  if (read.key) checkKey(read.key, body);
  if (event.type === "registry.type") read.type = parseTypeOf(read.file, body);
  return read;
}

/** @param {Record<string, any>} read */
function checkAdministrators({ administrators, administratorThreshold }) {
  const both = (administrators === undefined) === (administratorThreshold === undefined);
  if (!both || (administrators && administratorThreshold > administrators.length)) {
    throw malformed(
      "body.data.administratorThreshold",
      administratorThreshold,
      "from 1 to the number of administrators",
    );
  }
}

/** @param {import("./keys.js").Key} key @param {import("./body.js").Body} body */
function checkKey(key, body) {
  const subject = body.subjects.get("key");
  if (subject !== `urn:suyuan:key:${key.kidHex}`) throw mismatch("body.subjects.key", subject, key.kidHex);
}

/** @param {string} file @param {import("./body.js").Body} body */
function parseTypeOf(file, body) {
  const type = parseType(formatUtf8(file));
  const subject = body.subjects.get("type");
  if (subject !== `urn:suyuan:type:${type.name}`) throw mismatch("body.subjects.type", subject, type.name);
  return type;
}

/** @param {string} type @returns {boolean} */
export const isRegistryType = (type) => type === "registry.charter" || Object.hasOwn(MEMBERS, type);
