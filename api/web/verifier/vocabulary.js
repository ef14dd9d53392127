/**
 * Type files (section 5).
 * @module
 */
import { isPointer } from "./disclosure.js";
import { malformed, tooLarge, unsupported } from "./errors.js";
import { parseJson } from "./json.js";
import { TYPE_NAME } from "./subject.js";
import { parseRoles } from "./type_roles.js";
import { checkCounter, parseOrderRule } from "./type_rules.js";
import { asObject, asPatterns, checkTitle, flag, isWord } from "./type_words.js";

const MOST_BYTES = 32_768;
const MEMBERS = ["type", "version", "mapping", "stage", "title", "roles", "subjects", "head", "schema", "disclosures"];
const OPTIONAL = ["answers", "closes", "ends", "permanent", "order", "counts", "late", "own"];
const AUDIENCES = ["public", "parties", "agencies"];
const PERMANENT = ["product", "party", "place", "unit"];
/** What an answer joins of its targets. */
export const INHERITED = ["trace", "case", "registry"];

/** @typedef {{types: string[], most: number, by: string[]}} Answers */
/** @typedef {{audience: string, attachment: boolean}} Field */

/**
 * @typedef {object} EventType
 * @property {string} name
 * @property {number} version
 * @property {string} stage
 * @property {Map<string, string>} title
 * @property {string[]} roles
 * @property {Map<string, import("./type_roles.js").Role>} subjects
 * @property {Answers | null} answers
 * @property {boolean} closes
 * @property {boolean} ends
 * @property {Map<string, "required" | "optional">} head
 * @property {Map<string, Field>} disclosures
 * @property {boolean} permanent
 * @property {import("./type_rules.js").OrderRule[]} order
 * @property {string[]} counted roles whose counters it moves
 * @property {string[]} own pointers of codes of which one is the speaker's
 * @property {number | null} late
 * @property {Set<string>} joinedKinds that events of it can have
 * @property {Set<string>} followedKinds
 * @property {Set<string>} opens forms
 */

/** @param {any} value @returns {Answers} */
function parseAnswers(value) {
  const answers = asObject(value, "type.answers", ["types", "most", "by"]);
  const types = asPatterns(answers.get("types"), "type.answers.types");
  const [most, by] = [answers.get("most"), answers.get("by")];
  if (typeof most !== "number" || most < 1 || most > 64) throw malformed("type.answers", most, "1 to 64");
  const words = ["agency", "principal", "recipient"];
  if (!Array.isArray(by) || !by.length || by.some((each) => !words.includes(each))) {
    throw malformed("type.answers", String(by), "agency, principal, recipient");
  }
  return { types, most, by };
}

/** @param {any} value @returns {EventType["head"]} */
function parseHeadRules(value) {
  const head = asObject(value, "type.head", [], ["to", "until", "state"]);
  if ([...head.values()].some((each) => each !== "required" && each !== "optional")) {
    throw malformed("type.head", "another word", "required or optional");
  }
  return head;
}

/** @param {any} value @returns {Map<string, Field>} */
function parseDisclosures(value) {
  if (!(value instanceof Map)) throw malformed("type.disclosures", "another shape", "an object");
  const fields = new Map();
  for (const [pointer, each] of value) {
    if (!isPointer(pointer)) throw malformed("type.disclosures", pointer, "a JSON pointer");
    const field = asObject(each, "type.disclosures", ["audience"], ["attachment"]);
    if (!AUDIENCES.includes(field.get("audience"))) {
      throw malformed("type.disclosures", field.get("audience"), "a word");
    }
    fields.set(pointer, { audience: field.get("audience"), attachment: flag(field, "attachment", "type.disclosures") });
  }
  for (const one of fields.keys()) {
    for (const other of fields.keys()) {
      if (other.startsWith(one + "/")) throw malformed("type.disclosures", other, `nothing inside ${one}`);
    }
  }
  return fields;
}

/** @param {any} value @returns {string[]} */
function parseSpeakers(value) {
  const words = Array.isArray(value) && value.every(isWord);
  const anybody = Array.isArray(value) && value.length === 1 && value[0] === "*";
  if (!words && !anybody) throw malformed("type.roles", String(value), "words, or * alone");
  return value;
}

/** @param {Map<string, any>} file @param {string} name @param {string} word @returns {boolean} */
function says(file, name, word) {
  if (file.has(name) && file.get(name) !== word) throw malformed(`type.${name}`, file.get(name), word);
  return file.has(name);
}

/** @param {Map<string, any>} file @param {string} name @param {number} [most] @returns {number} positive */
function positive(file, name, most = Number.MAX_SAFE_INTEGER) {
  const value = file.get(name);
  if (typeof value !== "number" || value < 1 || value > most) {
    throw malformed(`type.${name}`, value, "a positive integer");
  }
  return value;
}

/** @param {Map<string, any>} file */
function checkHead(file) {
  if (file.get("mapping") !== 1) throw unsupported("type.mapping", file.get("mapping"), "1");
  const name = file.get("type");
  if (typeof name !== "string" || !TYPE_NAME.test(name)) throw malformed("type.type", name, "the name of a type");
  if (!isWord(file.get("stage"))) throw malformed("type.stage", file.get("stage"), "a word");
  checkTitle(file.get("title"), "type.title");
  if (!(file.get("schema") instanceof Map)) throw malformed("type.schema", "another shape", "an object");
}

/** @param {Map<string, any>} file @param {string} name @returns {any[]} */
function listOf(file, name) {
  const list = file.get(name) ?? (file.has(name) ? null : []);
  if (!Array.isArray(list)) throw malformed(`type.${name}`, "another shape", "a list");
  return list;
}

/** @param {Map<string, any>} file @param {Map<string, Field>} disclosures @returns {string[]} distinct, in clear */
function parseOwn(file, disclosures) {
  if (!file.has("own")) return [];
  const own = file.get("own");
  if (!Array.isArray(own) || !own.length || !own.every((each) => typeof each === "string" && isPointer(each))) {
    throw malformed("type.own", "another shape", "a list of JSON pointers");
  }
  if (new Set(own).size < own.length) throw malformed("type.own", String(own), "distinct pointers");
  for (const each of own) {
    for (const pointer of disclosures.keys()) {
      if (`${each}/`.startsWith(`${pointer}/`) || pointer.startsWith(`${each}/`)) {
        throw malformed("type.own", each, "a pointer of clear data");
      }
    }
  }
  return own;
}

/** @param {Uint8Array} data @returns {EventType} */
export function parseType(data) {
  if (data.length > MOST_BYTES) throw tooLarge("type", `${data.length} bytes`, `at most ${MOST_BYTES}`);
  const file = asObject(parseJson(data, "type"), "type", MEMBERS, OPTIONAL);
  checkHead(file);
  const version = positive(file, "version");
  const roles = parseSpeakers(file.get("roles"));
  const subjects = parseRoles(file.get("subjects"));
  const answers = file.has("answers") ? parseAnswers(file.get("answers")) : null;
  const closes = says(file, "closes", "follows");
  if (closes && !answers) throw malformed("type.closes", "no answers", "answers, which it closes");
  const ends = says(file, "ends", "custody");
  const head = parseHeadRules(file.get("head"));
  const disclosures = parseDisclosures(file.get("disclosures"));
  const permanent = flag(file, "permanent", "type");
  const all = [...subjects.values()];
  const joined = new Set(all.flatMap((each) => each.joins));
  if (!joined.size && !answers) throw malformed("type.subjects", "no joins", "one at least");
  if (answers) for (const kind of [...INHERITED, "member"]) joined.add(kind);
  const opens = new Set(all.flatMap((each) => each.opens));
  if (!permanent && PERMANENT.some((each) => opens.has(each))) throw malformed("type.permanent", "not said", "true");
  const order = listOf(file, "order").map((each, at) =>
    parseOrderRule(each, `type.order[${at}]`, { joined, state: head.get("state") }),
  );
  const counted = listOf(file, "counts").map((each, at) =>
    checkCounter(each, `type.counts[${at}]`, { roles: subjects, disclosures }),
  );
  const late = file.has("late") ? positive(file, "late") : null;
  const own = parseOwn(file, disclosures);
  return {
    name: file.get("type"),
    version,
    stage: file.get("stage"),
    title: file.get("title"),
    roles,
    subjects,
    answers,
    closes,
    ends,
    head,
    disclosures,
    permanent,
    order,
    counted,
    own,
    late,
    joinedKinds: joined,
    followedKinds: new Set(all.flatMap((each) => each.follows)),
    opens,
  };
}
