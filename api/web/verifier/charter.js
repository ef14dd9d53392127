/**
 * Charters: the ledger's constitution (section 12).
 * @module
 */
import { formatHex, once } from "./bytes.js";
import { LOG_LINE, POST_QUANTUM } from "./checkpoint.js";
import { malformed } from "./errors.js";
import { Key, parseKey } from "./keys.js";
import { KIND } from "./subject.js";
import { parseTlogPolicy } from "./tlog_policy.js";
import { asObject, checkTitle } from "./type_words.js";

const MEMBERS = [
  "version",
  "origin",
  "zone",
  "names",
  "threshold",
  "roots",
  "seal",
  "receipt",
  "policy",
  "replay",
  "kinds",
  "expires",
  "previous",
];
const KINDS = ["trace", "case", "member", "recall", "registry", "keys"];
const HEX = /^[0-9a-f]{64}$/;

/** @typedef {{agency: string, key: Key}} Root */

/** @param {any} value @param {string} field @param {number} least @param {number} most @returns {number} */
function integer(value, field, least, most = Number.MAX_SAFE_INTEGER) {
  if (typeof value !== "number" || value < least || value > most) throw malformed(field, value, `from ${least}`);
  return value;
}

/** @param {any} value @param {string} field @returns {any[]} */
function list(value, field) {
  if (!Array.isArray(value)) throw malformed(field, "another shape", "a list");
  return value;
}

/** @param {any} value @returns {Root[]} */
function parseRoots(value) {
  const roots = list(value, "charter.roots").map((each) => {
    const root = asObject(each, "charter.roots", ["agency", "names", "key"]);
    const agency = root.get("agency");
    if (typeof agency !== "string" || !/^urn:suyuan:agency:[a-z][a-z0-9-]{0,62}$/.test(agency)) {
      throw malformed("charter.roots", agency, "an agency");
    }
    checkTitle(root.get("names"), "charter.roots");
    return { agency, names: root.get("names"), key: parseKey(root.get("key"), "charter.roots") };
  });
  if (!roots.length || new Set(roots.map((each) => each.agency)).size < roots.length) {
    throw malformed("charter.roots", `${roots.length} roots`, "distinct agencies, one at least");
  }
  return roots;
}

/** @param {any} value @returns {Map<string, number>} kid in hex → since */
function parseCompromised(value) {
  const found = new Map();
  for (const each of list(value, "charter.compromised")) {
    const named = asObject(each, "charter.compromised", ["kid", "since"]);
    const kid = named.get("kid");
    if (typeof kid !== "string" || !HEX.test(kid) || found.has(kid)) {
      throw malformed("charter.compromised", kid, "a kid, once");
    }
    found.set(kid, integer(named.get("since"), "charter.compromised", 0));
  }
  return found;
}

/** A charter as it was proposed. */
export class Charter {
  /** @param {Map<string, any>} data of the body */
  constructor(data) {
    asObject(data, "charter", MEMBERS, ["compromised"]);
    this.version = integer(data.get("version"), "charter.version", 1);
    /** @type {string} */
    this.origin = data.get("origin");
    if (typeof this.origin !== "string" || !/^[!-*,-~]{1,200}$/.test(this.origin)) {
      throw malformed("charter.origin", this.origin, "an origin");
    }
    if (typeof data.get("zone") !== "string") throw malformed("charter.zone", data.get("zone"), "a text");
    checkTitle(data.get("names"), "charter.names");
    /** @type {Map<string, string>} */
    this.names = data.get("names");
    this.roots = parseRoots(data.get("roots"));
    this.threshold = integer(data.get("threshold"), "charter.threshold", 1, this.roots.length);
    this.seal = parseKey(data.get("seal"), "charter.seal");
    this.receipt = parseKey(data.get("receipt"), "charter.receipt");
    this.policy = this.parsePolicy(data);
    /** @type {string | null} */
    this.replay = data.get("replay");
    this.kinds = list(data.get("kinds"), "charter.kinds");
    const kinds = this.kinds.every((each) => typeof each === "string" && KIND.test(each));
    if (!kinds || KINDS.some((each) => !this.kinds.includes(each))) {
      throw malformed("charter.kinds", this.kinds, String(KINDS));
    }
    this.expires = integer(data.get("expires"), "charter.expires", 0);
    /** @type {string | null} */
    this.previous = data.get("previous");
    const named = typeof this.previous === "string" && HEX.test(this.previous);
    if (this.version === 1 ? this.previous !== null : !named) {
      throw malformed("charter.previous", this.previous, "an event");
    }
    this.compromised = data.has("compromised") ? parseCompromised(data.get("compromised")) : new Map();
    this.checkDistinct();
  }

  /** @param {Map<string, any>} data @returns {import("./tlog_policy.js").TlogPolicy} */
  parsePolicy(data) {
    const [text, replay] = [data.get("policy"), data.get("replay")];
    if (typeof text !== "string") throw malformed("charter.policy", "another shape", "a policy text");
    const policy = parseTlogPolicy(text);
    const own = policy.logs.map((each) => each.kind).sort();
    const named = policy.logs.every((each) => each.name === this.origin);
    if (own.join() !== `${LOG_LINE},${POST_QUANTUM}` || !named) {
      throw malformed("charter.policy", "other log lines", "the ledger's own two");
    }
    if (replay !== null && (typeof replay !== "string" || !policy.defines(replay))) {
      throw malformed("charter.replay", replay, "a group or witness of the policy");
    }
    return policy;
  }

  /** @returns {{use: string, holder: string, key: Key}[]} every key that it names */
  keys() {
    const { logs, witnesses } = this.policy;
    return [
      ...this.roots.map(({ agency, key }) => ({ use: "root", holder: agency, key })),
      { use: "seal", holder: this.origin, key: this.seal },
      { use: "receipt", holder: this.origin, key: this.receipt },
      ...logs.map(({ key }) => ({ use: "checkpoint", holder: this.origin, key })),
      ...[...witnesses.values()].map(({ name, key }) => ({ use: "cosignature", holder: name, key })),
    ];
  }

  checkDistinct() {
    const raw = this.keys().map((each) => each.key.hex);
    if (new Set(raw).size < raw.length) throw malformed("charter", "one key in two places", "each key once");
  }

  /** @param {string} kid hex @param {string} agency @returns {Root | undefined} compromised keys are none */
  root(kid, agency) {
    if (this.compromised.has(kid)) return undefined;
    return this.roots.find((each) => each.key.kidHex === kid && each.agency === agency);
  }

  /** @param {string} kid hex @returns {Root | undefined} as it is listed */
  listed(kid) {
    return this.roots.find((each) => each.key.kidHex === kid);
  }
}

/** The charter of an event; throws malformed. */
export const charterOf = once(parseCharter);

/** @param {import("./event.js").Event} event @returns {Charter} */
function parseCharter(event) {
  const body = event.body();
  if (!body) throw malformed("charter", "no body", "the charter's body");
  const charter = new Charter(body.data);
  const ledger = body.subjects.get("ledger");
  if (body.subjects.size !== 1 || ledger !== `urn:suyuan:ledger:${charter.origin}`) {
    throw malformed("charter.origin", formatHex(event.head.body), "the event's subject");
  }
  return charter;
}
