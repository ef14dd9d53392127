/**
 * The registry as it was at any leaf: who was admitted, which keys were valid, what was in force (section 12).
 * @module
 */
import { at } from "./multimap.js";
import { KeyBook } from "./registry_keys.js";

const HOUR = 3_600_000;
/** How long a suspension holds at most, and how long behind it another one follows closely. */
export const SUSPENDED = 72 * HOUR;
export const CLOSELY = SUSPENDED + 30 * 24 * HOUR;

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./charter_walk.js").Charters} Charters */
/** @typedef {{leaf: number, time: number}} Moment a leaf and its ledger time */
/** @typedef {{from: number, event: Event, by: Event[]}} Effect by: the approvals that it took */
/** @typedef {Effect & {names: Map<string, string>, roles: string[], jurisdiction: string[], gs1Prefixes: string[],
 *   subjects: string[], administrators: import("./keys.js").Key[], threshold: number, basis: Event[]}} Participant */
/**
 * @typedef {Effect & {since: number | null, roots: boolean, time: number}} Revocation time: of the completing leaf
 */
/**
 * @typedef {Effect & {at: number, until: number, whole: boolean}} Suspension at: time of the completing leaf;
 *   whole: by `threshold` holders
 */
/** @typedef {Effect & {principal: string, agent: string, types: string[], subjects: string[], until: number,
 *   uri: string}} Mandate */
/** @typedef {Effect & {uri: string, types: string[], rule: import("./registry_data.js").Rule, zone: string | null,
 *   until: number | null}} Policy */
/** @typedef {Effect & {order: Event, what: string[]}} Erasure */

export class Registry {
  /** @param {Charters} charters @param {Map<string, import("./vocabulary.js").EventType>} builtin types */
  constructor(charters, builtin) {
    this.charters = charters;
    this.builtin = builtin;
    this.keys = new KeyBook(this);
    /** @type {Map<string, Participant[]>} */ this.participants = new Map();
    /** @type {Map<string, Revocation[]>} by subject */ this.revocations = new Map();
    /** @type {Map<string, Effect[]>} by subject */ this.restorations = new Map();
    /** @type {Map<string, Suspension[]>} by subject */ this.suspensions = new Map();
    /** @type {Map<string, (Effect & {successor: string})[]>} by agency */ this.successions = new Map();
    /** @type {Mandate[]} */ this.mandates = [];
    /** @type {Mandate[]} agent is the grantee */ this.grants = [];
    /** @type {Map<string, (Effect & {type: import("./vocabulary.js").EventType})[]>} */ this.types = new Map();
    /** @type {Map<string, Policy[]>} */ this.policies = new Map();
    /** @type {Map<string, Effect[]>} by target */ this.reattestations = new Map();
    /** @type {Map<string, Erasure[]>} by target */ this.erasures = new Map();
  }

  /**
   * @param {string} uri
   * @param {number} leaf
   * @returns {Participant | undefined} the version in force, admitted or not
   */
  version(uri, leaf) {
    return at(this.participants, uri).findLast((each) => each.from <= leaf);
  }

  /** @param {string} subject @param {number} leaf @returns {boolean} */
  isRevoked(subject, leaf) {
    return at(this.revocations, subject).some((each) => each.from <= leaf && !this.isRestored(subject, each, leaf));
  }

  /**
   * @param {string} subject
   * @param {Effect} ended
   * @param {number} leaf
   * @returns {boolean} by a restoration after it
   */
  isRestored(subject, ended, leaf) {
    return at(this.restorations, subject).some((each) => each.from <= leaf && ended.from < each.from);
  }

  /** @param {string} uri @param {number} leaf @returns {Participant | undefined} if admitted there */
  admitted(uri, leaf) {
    const gone = this.isRevoked(uri, leaf) || at(this.successions, uri).some((each) => each.from <= leaf);
    return gone ? undefined : this.version(uri, leaf);
  }

  /** @param {string} subject @param {Moment} moment @returns {Suspension[]} that hold */
  suspended(subject, { leaf, time }) {
    return at(this.suspensions, subject).filter(
      (each) =>
        each.from <= leaf && time < each.until && time < each.at + SUSPENDED && !this.isRestored(subject, each, leaf),
    );
  }

  /**
   * @param {Suspension | {at: number}} later
   * @param {number} leaf its completing leaf
   * @param {string} subject
   * @returns {boolean}
   */
  followsClosely(later, leaf, subject) {
    return at(this.suspensions, subject).some(
      (each) => each !== later && each.from <= leaf && later.at < each.at + CLOSELY,
    );
  }

  /** @param {string} agency @param {number} leaf @returns {string} who carries on for it, at the end of the line */
  successor(agency, leaf) {
    let last = agency;
    for (const met = new Set(); !met.has(last);) {
      met.add(last);
      last = at(this.successions, last).find((each) => each.from <= leaf)?.successor ?? last;
    }
    return last;
  }

  /** @param {import("./keys.js").Key} key @returns {boolean} it stands in charter or registry */
  isKeyTaken({ kidHex, hex }) {
    const inCharter = this.charters.inForce.some((each) => each.charter.keys().some(({ key }) => key.hex === hex));
    return inCharter || this.keys.has(kidHex);
  }

  /**
   * @param {string} kid
   * @param {number} leaf
   * @returns {boolean} a charter proposed by then names it, and nobody else (section 17)
   */
  isRoot(kid, leaf) {
    const named = this.charters.proposed.some((each) => each.event.leaf <= leaf && each.charter.listed(kid));
    return (
      named &&
      !this.keys.registration(kid, leaf) &&
      !at(this.keys.administrators, kid).some((each) => each.from <= leaf)
    );
  }

  /** @param {string} type @param {number} leaf @returns {import("./vocabulary.js").EventType | undefined} in force */
  type(type, leaf) {
    return this.builtin.get(type) ?? at(this.types, type).findLast((each) => each.from <= leaf)?.type;
  }

  /** @param {string} type @param {Moment} moment @returns {Policy[]} in force for it */
  policiesFor(type, { leaf, time }) {
    const newest = [...this.policies.values()].map((all) => all.findLast((each) => each.from <= leaf));
    return newest
      .filter((each) => each !== undefined)
      .filter((each) => each.types.includes(type) && (each.until === null || time < each.until));
  }

  /**
   * @param {string} giver @param {Effect} given @param {Moment} moment
   * @returns {boolean} whether a mandate or grant has fallen with who gave it
   */
  fallen(giver, given, moment) {
    const { leaf } = moment;
    if (!this.admitted(giver, leaf) || this.suspended(giver, moment).length) return true;
    return (
      at(this.revocations, giver).some((each) => each.since !== null && each.from <= leaf && given.from <= each.from) ||
      this.revocationsThatSuspect(given.event).some((each) => each.from <= leaf)
    );
  }

  /** @param {Mandate} mandate @param {Moment} moment @returns {boolean} in force */
  holds(mandate, moment) {
    return (
      mandate.from <= moment.leaf &&
      moment.time < mandate.until &&
      !this.isRevoked(mandate.uri, moment.leaf) &&
      !this.fallen(mandate.principal, mandate, moment)
    );
  }

  /** @param {Event} event @returns {Revocation[]} that call it suspect (section 12) */
  revocationsThatSuspect(event) {
    const key = this.keys.signer(event);
    if (!key || key.root) return [];
    const subjects = [`urn:suyuan:key:${key.key.kidHex}`, key.holder];
    const all = subjects.flatMap((each) => at(this.revocations, each));
    return all.filter(
      (each) =>
        each.since !== null &&
        event.leaf >= each.since &&
        event.leaf < each.from &&
        (each.roots || event.time >= each.time - 7 * 24 * HOUR),
    );
  }

  /**
   * @param {string} name of an event
   * @param {number} leaf
   * @returns {Erasure[]} orders about it in force, of its whole body
   */
  erasuresOf(name, leaf) {
    return at(this.erasures, name).filter((each) => each.from <= leaf && each.what.join() === "body");
  }
}
