/**
 * What is examined, from which standpoint, and what the steps found so far.
 * @module
 */
import { mismatch } from "./errors.js";
import { subjectName } from "./subject.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {{key: string, values: Record<string, any>}} Told a text of the catalogues and what stands in it */
/** @typedef {{origin: string, size: number | bigint, root: Uint8Array, charter: Uint8Array}} Seen */

/**
 * @typedef {object} Standpoint
 * @property {import("./trust_policy.js").TrustPolicy} policy
 * @property {number} now seconds since 1970
 * @property {boolean} archived judged as of that time
 * @property {Seen | null} seen what this verifier saw of the ledger before
 * @property {Map<string, import("./vocabulary.js").EventType>} builtin the registry's own types
 * @property {import("./keys.js").Check} check
 */

export class Examination {
  /** @param {Standpoint} standpoint @param {import("./traceproof.js").TraceProof} proof */
  constructor(standpoint, proof) {
    this.standpoint = standpoint;
    this.proof = proof;
    this.check = standpoint.check;
    /** @type {Event[]} */
    this.registryPart = proof.registry.flatMap((each) => each.events);
    /** @type {Event[]} */
    this.tracePart = proof.trace.flatMap((each) => each.events);
    /** @type {Map<string, Event>} by name */
    this.shown = new Map([...this.registryPart, ...this.tracePart].map((each) => [each.name, each]));
    /** @type {Map<string, Event>} by name, those of the trace part */
    this.shownInTrace = new Map(this.tracePart.map((each) => [each.name, each]));
    this.asked = subjectName(proof.subject);
    /** @type {import("./checkpoint.js").Checkpoint} */ this.checkpoint = /** @type {any} */ (null);
    /** @type {import("./charter_walk.js").Charters} */ this.charters = /** @type {any} */ (null);
    /** @type {import("./checkpoint.js").VerifiedLine[]} */ this.lines = [];
    /** @type {import("./registry.js").Registry} */ this.registry = /** @type {any} */ (null);
    /** @type {import("./windows.js").Reach} */ this.reach = /** @type {any} */ (null);
    /** @type {import("./standing.js").Standing} */ this.standing = /** @type {any} */ (null);
    /** @type {Told[]} */ this.notices = [];
    /** @type {Told[]} */ this.unchecked = [];
    /** @type {import("./windows.js").Story} */ this.story = /** @type {any} */ (null);
    /** @type {Event | null} that states the root of entries not shown */ this.stating = null;
  }

  /** @returns {number} of the log */
  get size() {
    return Number(this.checkpoint.size);
  }

  /** @returns {import("./charter.js").Charter} in force at n − 1 */
  get charter() {
    return this.charters.at(this.size - 1);
  }

  /** @returns {import("./seal.js").Seal} */
  get newest() {
    const newest = this.proof.seals.at(-1);
    if (!newest) throw mismatch("seals", "none", "at least the newest");
    return newest;
  }

  /** @param {number} leaf @returns {import("./seal.js").Seal} that covers it @throws mismatch */
  sealOf(leaf) {
    const seal = this.proof.seals.find((each) => each.leaf >= leaf);
    if (!seal?.covers(leaf)) throw mismatch("seals", `none that covers leaf ${leaf}`, "the covering seal");
    return seal;
  }

  /** @returns {boolean} */
  get isHistory() {
    return !["public", "parties", "registry"].includes(this.proof.walk);
  }

  /** @param {string} key @param {Record<string, any>} [values] */
  leave(key, values = {}) {
    this.unchecked.push({ key, values });
  }

  /** @param {string} key @param {Record<string, any>} [values] */
  notice(key, values = {}) {
    this.notices.push({ key, values });
  }
}
