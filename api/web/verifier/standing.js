/**
 * Which events are disputed (section 14): the least set of undisputed ones; what heals only in a circle stays disputed.
 * @module
 */
import { mandatesOf } from "./authority.js";
import { at } from "./multimap.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./registry.js").Registry} Registry */
/** @typedef {{word: "key" | "root" | "registration" | "admission" | "mandate" | "approval", by: string}} Reason */

/** What an event rests on: each group needs so many of its events, of distinct issuers where that is said. */
/** @typedef {{word: Reason["word"], events: Event[], enough: number}} Ground */

export class Standing {
  /**
   * @param {Registry} registry replayed
   * @param {import("./replay.js").Replay} replay
   * @param {Event[]} events of both parts
   */
  constructor(registry, replay, events) {
    this.registry = registry;
    this.replay = replay;
    /** @type {Map<string, Reason | null>} by event name; null: not suspect */
    this.suspicions = new Map();
    this.events = events;
    /** @type {Set<Event>} */
    this.undisputed = new Set();
    this.settled = false;
    this.calmly = true;
  }

  /** @returns {boolean} whether anything can be suspect */
  get calm() {
    const revoked = [...this.registry.revocations.values()].flat().some((each) => each.since !== null);
    return !revoked && !this.registry.charters.inForce.some((each) => each.charter.compromised.size);
  }

  /** @param {Event} event @returns {boolean} */
  isDisputed(event) {
    if (!this.settled) this.settle();
    return !this.calmly && !this.undisputed.has(event);
  }

  settle() {
    this.settled = true;
    this.calmly = this.calm;
    for (let before = -1; !this.calmly && before < this.undisputed.size;) {
      before = this.undisputed.size;
      for (const event of this.events)
        if (!this.undisputed.has(event) && this.stands(event)) this.undisputed.add(event);
    }
  }

  /** @param {Event} event @returns {boolean} by what is known to be undisputed so far */
  stands(event) {
    const own = !this.suspicion(event) && this.grounds(event).every((each) => this.bears(each));
    return own || this.isReattested(event);
  }

  /** @param {Ground} ground @returns {boolean} */
  bears({ events, enough }) {
    return (
      new Set(
        events.filter((each) => this.undisputed.has(each)).map((each) => each.head.issuer + each.statement.header.kid),
      ).size >= enough
    );
  }

  /** @param {Event} event @returns {Reason | null} */
  suspicion(event) {
    let reason = this.suspicions.get(event.name);
    if (reason === undefined) this.suspicions.set(event.name, (reason = this.suspect(event)));
    return reason;
  }

  /** @param {Event} event @returns {Reason | null} */
  suspect(event) {
    const [revocation] = this.registry.revocationsThatSuspect(event);
    if (revocation) return { word: "key", by: revocation.event.name };
    if (event.type !== "registry.approval" || !this.registry.keys.signer(event)?.root) return null;
    const { kid } = event.statement.header;
    const charter = this.registry.charters.inForce.find(
      (each) => event.leaf >= (each.charter.compromised.get(kid) ?? Infinity),
    );
    return charter ? { word: "root", by: charter.event.name } : null;
  }

  /** @param {Event} event @returns {Ground[]} */
  grounds(event) {
    const signer = this.registry.keys.signer(event);
    if (!signer) return [];
    const approvals = this.approvalsOf(event);
    if (signer.root) return approvals;
    const { leaf, head } = event;
    /** @type {Ground[]} */
    const grounds = [];
    if (signer.registration) grounds.push({ word: "registration", events: [signer.registration.event], enough: 1 });
    for (const uri of new Set([head.issuer, head.principal])) {
      for (const each of this.registry.version(uri, leaf)?.basis ?? [])
        grounds.push({ word: "admission", events: [each], enough: 1 });
    }
    if (head.behalf) {
      const mandates = mandatesOf(this.registry, event).map((each) => each.event);
      if (mandates.length) grounds.push({ word: "mandate", events: mandates, enough: 1 });
    }
    return [...grounds, ...approvals];
  }

  /** @param {Event} event @returns {Ground[]} */
  approvalsOf(event) {
    const act = this.replay.acts.get(event.name);
    if (act && act.way !== "alone" && act.done) {
      return [{ word: "approval", events: this.replay.counted(act), enough: act.needed }];
    }
    const { charters } = this.registry;
    const charter = charters.inForce.find((each) => each.event.name === event.name);
    return charter ? [{ word: "approval", events: charter.approvals, enough: charter.charter.threshold }] : [];
  }

  /** @param {Event} event @returns {boolean} */
  isReattested(event) {
    const heals = at(this.registry.reattestations, event.name).filter((each) => this.undisputed.has(each.event));
    if (!heals.length) return false;
    const { issuer, principal } = event.head;
    const barred = new Set([issuer, principal, ...this.suspectIssuers(event)]);
    return heals.some((each) => !barred.has(each.event.head.issuer));
  }

  /** @param {Event} event @returns {Set<string>} issuers of suspect events on which it rests, however far below */
  suspectIssuers(event) {
    const issuers = new Set();
    const met = new Set([event]);
    for (const each of met) {
      if (this.suspicion(each)) issuers.add(each.head.issuer);
      for (const ground of this.grounds(each)) for (const below of ground.events) met.add(below);
    }
    return issuers;
  }

  /** @param {Event} event a disputed one @returns {Reason[]} */
  reasons(event) {
    const own = this.suspicion(event);
    if (own) return [own];
    return this.grounds(event)
      .filter((each) => !this.bears(each))
      .map(({ word, events }) => ({
        word,
        by: /** @type {Event} */ (events.find((each) => !this.undisputed.has(each))).name,
      }));
  }
}
