/**
 * Replay of the registry's events in log order: each is judged by what is in force at its leaf, and takes effect at the
 * leaf after the one that completes it (section 12).
 * @module
 */
import { mismatch, notPermitted, unsupported } from "./errors.js";
import { charterOf } from "./charter.js";
import { checkBody, checkHead, checkLinks, checkTargets, ownLinks } from "./mapping.js";
import { pairKey } from "./head.js";
import { apply, checkPossible } from "./registry_effects.js";
import { isRegistryType, parseData } from "./registry_data.js";
import { at } from "./multimap.js";
import { permit } from "./registry_rights.js";
import { isRegistryEvent, isRootInForce, momentOf } from "./signing.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./registry.js").Registry} Registry */
/** @typedef {import("./registry_keys.js").Signer} Signer */
/** @typedef {"alone" | "roots" | "administrators"} Way how it takes effect */
/** @typedef {{event: Event, data: Record<string, any>, way: Way, signer: Signer, approvals: Event[], done: boolean,
 *   needed: number}} Act needed: how many approvals it took */

export class Replay {
  /** @param {Registry} registry @param {Map<string, Event>} shown by name */
  constructor(registry, shown) {
    this.registry = registry;
    this.shown = shown;
    /** @type {Map<string, Act>} by event name */
    this.acts = new Map();
  }

  /** @param {Event} event a registry event that was read @param {Signer} signer of its statement */
  take(event, signer) {
    const { registry } = this;
    if (!isRegistryEvent(event)) throw mismatch("head.type", event.type, "a registry type in the registry part");
    if (!isRegistryType(event.type)) throw unsupported("registry", event.type, "a type of section 12");
    const body = event.body();
    if (!body) throw mismatch("body", "none", "the body: those of the registry are permanent");
    event.vocabulary = registry.type(event.type, event.leaf) ?? null;
    this.checkMapping(event, body);
    if (event.head.behalf) throw notPermitted("head.behalf", event.head.behalf, "none: nobody rules for another");
    if (event.type === "registry.charter") return this.checkCharter(event, signer);
    if (event.type === "registry.approval") return this.approve(event, signer);
    if (signer.root && !isRootInForce(registry, event)) {
      throw notPermitted(event.type, "a root key of a charter that waits", "a root key of the charter in force");
    }
    const data = parseData(event);
    const targets = event.head.about.map((name) => this.shown.get(name));
    const way = permit(registry, event, { signer, data, body, targets });
    const act = { event, data, way, signer, approvals: [], done: false, needed: 0 };
    checkPossible(registry, act, event.leaf);
    this.acts.set(event.name, act);
    if (way === "alone") this.complete(act, event);
  }

  /** @param {Event} event @param {import("./body.js").Body} body */
  checkMapping(event, body) {
    const type = /** @type {import("./vocabulary.js").EventType} */ (event.vocabulary);
    checkHead(type, event.head);
    checkBody(type, body);
    const targets = event.head.about.map((name) => this.shown.get(name));
    if (targets.some((each) => each && !each.before(event))) {
      throw mismatch("head.about", "a target that stands later", "earlier events");
    }
    const known = targets.filter((each) => each !== undefined).map((each) => each.head);
    checkTargets(type, known);
    if (known.length === targets.length) return checkLinks(type, event.head, body, known);
    const stands = new Set([...ownLinks(type, body, "joins"), ...known.flatMap((each) => each.joins)].map(pairKey));
    if (!event.head.joins.some((each) => stands.has(pairKey(each)))) {
      throw notPermitted("head.joins", "no target of it", "the histories of what it answers");
    }
  }

  /** @param {Event} event @param {Signer} signer */
  checkCharter(event, signer) {
    const founding = event.leaf === 0;
    if (!signer.root || !(founding || isRootInForce(this.registry, event))) {
      throw notPermitted(event.type, "another key", "a root key of the charter in force");
    }
    this.checkOwnKeys(charterOf(event));
  }

  /** @param {import("./charter.js").Charter} charter @throws not-permitted where the registry has one of its keys */
  checkOwnKeys(charter) {
    const taken = charter.keys().find(({ key }) => this.registry.keys.has(key.kidHex));
    if (taken) throw notPermitted("charter", taken.key.kidHex, "keys that stand nowhere else");
  }

  /** @param {Event} event @param {Signer} signer */
  approve(event, signer) {
    const kinds = new Set(event.head.joins.map(([kind]) => kind));
    if (kinds.has("registry") && kinds.size > 1) {
      throw notPermitted(event.type, [...kinds], "registry events, or others");
    }
    const waits = signer.root && !isRootInForce(this.registry, event);
    for (const name of event.head.about) {
      const act = this.acts.get(name);
      const own = this.registry.charters.proposedBy(name, event)?.root(event.statement.header.kid, event.head.issuer);
      if (waits && !own) {
        throw notPermitted(event.type, "a root key of a charter that waits", "a root key of the charter in force");
      }
      const completed = this.registry.charters.inForce.find((each) => each.event.name === name);
      if (completed?.approvals.at(-1) === event) this.checkOwnKeys(completed.charter);
      if (act) this.approveOne(event, signer, act);
      else if (!signer.root && this.shown.has(name)) {
        throw notPermitted(event.type, "a key of another use", "a root key");
      }
    }
  }

  /** @param {Event} event @param {Signer} signer @param {Act} act */
  approveOne(event, signer, act) {
    if (signer.root && act.done) return; // no effect
    const own = act.way === "administrators" && signer.administrator && act.event.head.issuer === event.head.issuer;
    const officer = act.event.type === "registry.erasure" && signer.registration !== null;
    // An approval of what is not waiting has no effect; under an administrator's key it is of its own acts alone.
    const fits = own || officer || (signer.root && (act.way === "roots" || act.way === "alone"));
    if (!fits) {
      throw notPermitted(event.type, event.head.issuer, `who may approve ${act.event.type}`);
    }
    if (act.done || act.way === "alone") return;
    act.approvals.push(event);
    if (this.isApproved(act, event)) this.complete(act, event);
  }

  /** @param {Act} act that took approvals @returns {Event[]} those that counted, one a holder */
  counted(act) {
    if (act.way === "administrators") return act.approvals;
    const officers = act.approvals.filter((each) => this.isOfficer(each));
    const charter = this.registry.charters.at(/** @type {Event} */ (act.approvals.at(-1)).leaf);
    return [...this.registry.charters.holders(charter, act.approvals).values(), ...officers];
  }

  /** @param {Act} act @param {Event} last its newest approval @returns {boolean} */
  isApproved(act, last) {
    const { registry } = this;
    if (act.way === "administrators") return this.administratorsOf(act, last);
    const charter = registry.charters.at(last.leaf);
    const holders = registry.charters.holders(charter, act.approvals).size;
    const suspension = act.event.type === "registry.suspension";
    act.needed = suspension ? this.neededToSuspend(act, last, charter.threshold) : charter.threshold;
    if (holders < act.needed) return false;
    return act.event.type !== "registry.erasure" || act.approvals.some((each) => this.isOfficer(each));
  }

  /** @param {Event} approval @returns {boolean} by an agency that held the role then */
  isOfficer(approval) {
    const signer = this.registry.keys.signer(approval);
    const agency = this.registry.admitted(approval.head.issuer, approval.leaf);
    return Boolean(signer?.registration && agency?.roles.includes("privacy-officer"));
  }

  /** @param {Act} act @param {Event} last @returns {boolean} */
  administratorsOf(act, last) {
    const { registry } = this;
    const agency = registry.version(act.event.head.issuer, last.leaf);
    const kids = new Set(act.approvals.map((each) => each.statement.header.kid));
    const valid = [...kids].filter((kid) => registry.keys.administrator(kid, act.event.head.issuer, momentOf(last)));
    act.needed = agency?.threshold ?? 1;
    return Boolean(agency?.administrators.length) && valid.length >= act.needed;
  }

  /** @param {Act} act @param {Event} last @param {number} threshold @returns {number} holders */
  neededToSuspend(act, last, threshold) {
    const { registry } = this;
    const subject = /** @type {string} */ ([.../** @type {any} */ (act.event.body()).subjects.values()][0]);
    const holder = this.holderOf(subject, last.leaf);
    const subjects = holder ? [subject, holder] : [subject];
    const closely = subjects.some((each) => registry.followsClosely({ at: last.time }, last.leaf, each));
    return closely ? threshold : Math.min(2, threshold);
  }

  /** @param {string} subject @param {number} leaf @returns {string | undefined} of a key */
  holderOf(subject, leaf) {
    const kid = subject.startsWith("urn:suyuan:key:") ? subject.slice(15) : "";
    const { keys } = this.registry;
    return keys.registration(kid, leaf)?.holder ?? at(keys.administrators, kid)[0]?.agency;
  }

  /** @param {Act} act @param {Event} last */
  complete(act, last) {
    if (act.way !== "alone") checkPossible(this.registry, act, last.leaf);
    act.done = true;
    apply(this.registry, act, last);
  }
}

/** @param {Event[]} events @returns {Event[]} the registry's */
export const registryEvents = (events) => events.filter(isRegistryEvent);
