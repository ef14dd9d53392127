/**
 * C2SP tlog-policy: logs, witnesses, groups, quorum (section 8).
 * @module
 */
import { COSIGNATURE, POST_QUANTUM } from "./checkpoint.js";
import { malformed, SuyuanError } from "./errors.js";
import { parseVkey } from "./note.js";

const MOST = 256;
const NONE = "none";

/** @typedef {import("./note.js").VerifierKey} VerifierKey */
/** @typedef {{threshold: number, members: string[]}} Group */

/** @param {string} came @param {string} expected @returns {never} */
function refuse(came, expected) {
  throw malformed("policy", came, expected);
}

/** @param {string} vkey @returns {VerifierKey} */
function parseKey(vkey) {
  try {
    return parseVkey(vkey);
  } catch (error) {
    if (error instanceof SuyuanError && error.code === "malformed") refuse(error.came, error.expected);
    throw error;
  }
}

export class TlogPolicy {
  constructor() {
    /** @type {VerifierKey[]} */
    this.logs = [];
    /** @type {Map<string, VerifierKey>} */
    this.witnesses = new Map();
    /** @type {Map<string, Group>} */
    this.groups = new Map();
    /** @type {string | null | undefined} null for none; undefined while no line says */
    this.quorum = undefined;
    /** @type {Set<string>} */
    this.keys = new Set();
    /** @type {Set<string>} members of groups */
    this.members = new Set();
  }

  /** @param {string} name @returns {boolean} */
  defines(name) {
    return this.witnesses.has(name) || this.groups.has(name);
  }

  /**
   * @param {string | null | undefined} name of a group or witness; null is always reached
   * @param {Iterable<VerifierKey>} verified whose lines were verified
   * @returns {boolean}
   */
  satisfied(name, verified) {
    if (name === null || name === undefined) return true;
    const names = [...verified].map((each) => `${each.name} ${each.kind} ${each.key.hex}`);
    /** @param {string} each @returns {boolean} */
    const reached = (each) => {
      const witness = this.witnesses.get(each);
      if (witness) return names.includes(`${witness.name} ${witness.kind} ${witness.key.hex}`);
      const group = /** @type {Group} */ (this.groups.get(each));
      return group.members.filter(reached).length >= group.threshold;
    };
    return reached(name);
  }

  /** @param {VerifierKey} key */
  addKey(key) {
    if (this.keys.has(key.key.hex)) refuse("one key twice", "each key once");
    this.keys.add(key.key.hex);
  }

  /** @param {string} name */
  addName(name) {
    if (name === NONE || this.defines(name)) refuse(name, "each name once, none of them none");
    if (this.witnesses.size + this.groups.size >= MOST) refuse("more", `at most ${MOST} witnesses and groups`);
  }

  /** @param {string[]} words vkey [url] */
  log(words) {
    if (words.length < 1 || words.length > 2) refuse(`${words.length} words`, "log <vkey> [url]");
    const key = parseKey(words[0]);
    this.addKey(key);
    this.logs.push(key);
  }

  /** @param {string[]} words name vkey [url] */
  witness(words) {
    if (words.length < 2 || words.length > 3) refuse(`${words.length} words`, "witness <name> <vkey> [url]");
    this.addName(words[0]);
    const key = parseKey(words[1]);
    if (key.kind !== COSIGNATURE && key.kind !== POST_QUANTUM) refuse(`type ${key.kind}`, "type 4 or 6");
    this.addKey(key);
    this.witnesses.set(words[0], key);
  }

  /** @param {string[]} words name threshold members */
  group([name, threshold, ...members]) {
    if (!members.length) refuse("no members", "group <name> <threshold> <members>");
    this.addName(name);
    for (const each of members) {
      if (!this.defines(each) || this.members.has(each)) refuse(each, "members defined before, of one group");
      this.members.add(each);
    }
    const count = threshold === "any" ? 1 : threshold === "all" ? members.length : Number(threshold);
    if (!/^(any|all|[1-9][0-9]{0,3})$/.test(threshold) || count > members.length) refuse(threshold, "any, all or k");
    this.groups.set(name, { threshold: count, members });
  }

  /** @param {string[]} words name */
  setQuorum([name, ...more]) {
    if (this.quorum !== undefined || more.length) refuse("another quorum", "one");
    if (name === undefined || (name !== NONE && !this.defines(name))) refuse(String(name), "a name defined before");
    this.quorum = name === NONE ? null : name;
  }
}

/** @param {string} text @returns {TlogPolicy} */
export function parseTlogPolicy(text) {
  if (!text.endsWith("\n") || /[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)) {
    refuse("another text", "lines, without control characters");
  }
  const policy = new TlogPolicy();
  for (const line of text.slice(0, -1).split("\n")) {
    const [word, ...words] = line.split(/[ \t]+/).filter(Boolean);
    if (word === undefined || word.startsWith("#")) continue;
    if (word === "log") policy.log(words);
    else if (word === "witness") policy.witness(words);
    else if (word === "group") policy.group(words);
    else if (word === "quorum") policy.setQuorum(words);
    else refuse(word, "log, witness, group or quorum");
  }
  if (policy.quorum === undefined) refuse("no quorum", "one");
  return policy;
}
