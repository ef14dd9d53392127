/**
 * Keys of participants and administrators: which one signed, and whether it was valid (section 12).
 * @module
 */
import { add, at } from "./multimap.js";

/** @typedef {import("./registry.js").Effect} Effect */
/** @typedef {import("./registry.js").Moment} Moment */
/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./keys.js").Key} Key */

/** @typedef {Effect & {key: Key, use: string, holder: string, types: string[], subjects: string[],
 *   until: number | null}} Registration */
/**
 * @typedef {{key: Key, holder: string, root: boolean, administrator: boolean, registration: Registration | null}}
 *   Signer
 */

export class KeyBook {
  /** @param {import("./registry.js").Registry} registry */
  constructor(registry) {
    this.registry = registry;
    /** @type {Map<string, Registration[]>} by kid; the first counts */
    this.registered = new Map();
    /** @type {Map<string, {agency: string, key: Key, from: number}[]>} administrators' keys by kid, as first named */
    this.administrators = new Map();
    /** @type {Map<string, Signer>} by event name */
    this.signers = new Map();
  }

  /** @param {string} kid @returns {boolean} it was registered, or named as an administrator's */
  has(kid) {
    return this.registered.has(kid) || this.administrators.has(kid);
  }

  /** @param {Registration} registration */
  register(registration) {
    const { kidHex } = registration.key;
    if (!this.registered.has(kidHex)) add(this.registered, kidHex, registration);
  }

  /** @param {string} agency @param {Key} key @param {number} from */
  name(agency, key, from) {
    if (!at(this.administrators, key.kidHex).some((each) => each.agency === agency)) {
      add(this.administrators, key.kidHex, { agency, key, from });
    }
  }

  /** @param {string} kid @param {number} leaf @returns {Registration | undefined} */
  registration(kid, leaf) {
    return at(this.registered, kid).find((each) => each.from <= leaf);
  }

  /** @param {Event} event @returns {Signer | undefined} as the replay found it */
  signer(event) {
    return this.signers.get(event.statement.leaf + event.statement.header.kid);
  }

  /** @param {Event} event @param {Signer} signer */
  remember(event, signer) {
    this.signers.set(event.statement.leaf + event.statement.header.kid, signer);
  }

  /**
   * @param {string} holder @param {string} kid @param {number} named from which leaf it was registered or named
   * @param {Moment} moment
   * @returns {boolean} the holder stands, and the key with it
   */
  standsWith(holder, kid, named, moment) {
    const { registry } = this;
    if (!registry.admitted(holder, moment.leaf)) return false;
    const subject = `urn:suyuan:key:${kid}`;
    // A suspension by fewer than `threshold` leaves out the keys whose own suspension it follows closely.
    const hit = registry
      .suspended(holder, moment)
      .some((each) => each.whole || !registry.followsClosely(each, each.from - 1, subject));
    if (hit) return false;
    return !at(registry.revocations, holder).some(
      (each) => each.since !== null && named <= each.from && registry.isRestored(holder, each, moment.leaf),
    );
  }

  /** @param {string} kid @param {Moment} moment @returns {boolean} neither revoked nor suspended itself */
  stands(kid, moment) {
    const subject = `urn:suyuan:key:${kid}`;
    return !this.registry.isRevoked(subject, moment.leaf) && !this.registry.suspended(subject, moment).length;
  }

  /** @param {Registration} registration @param {Moment} moment @returns {boolean} */
  isValid(registration, moment) {
    const { key, holder, from, until } = registration;
    const inTerm = from <= moment.leaf && (until === null || moment.time < until);
    return inTerm && this.stands(key.kidHex, moment) && this.standsWith(holder, key.kidHex, from, moment);
  }

  /**
   * @param {string} kid
   * @param {string} agency
   * @param {Moment} moment
   * @returns {Key | undefined} a valid administrator key
   */
  administrator(kid, agency, moment) {
    const key = this.registry.version(agency, moment.leaf)?.administrators.find((each) => each.kidHex === kid);
    const named = at(this.administrators, kid).find((each) => each.agency === agency);
    if (!key || !named) return undefined;
    return this.stands(kid, moment) && this.standsWith(agency, kid, named.from, moment) ? key : undefined;
  }
}
