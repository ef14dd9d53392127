/**
 * Which registry histories a trace proof rests on (section 17, registry part).
 * @module
 */
import { charterOf } from "./charter.js";
import { malformed } from "./errors.js";
import { subjectName } from "./subject.js";

/** @typedef {import("./event.js").Event} Event */

/** @param {string} kid hex @returns {string} */
const keyName = (kid) => subjectName(`urn:suyuan:key:${kid}`);

/** @param {Event} event @param {string} role @returns {string} name of its subject */
function nameOf(event, role) {
  const uri = event.body()?.subjects.get(role);
  if (typeof uri !== "string") throw malformed(`body.subjects.${role}`, uri, "a subject");
  return subjectName(uri);
}

/** The least set of names whose registry histories the proof has to hold whole. */
class Names {
  /** @param {import("./examination.js").Examination} examination @param {Event[]} events the registry's, in log order */
  constructor({ charters, tracePart, registryPart, proof }, events) {
    this.events = events;
    this.tracePart = tracePart;
    this.inRegistryPart = new Set(registryPart);
    this.charters = events.filter((each) => each.type === "registry.charter").map((event) => ({ event, charter: charterOf(event) }));
    /** @type {Set<string>} */
    this.names = new Set([subjectName(`urn:suyuan:ledger:${charters.at(0).origin}`)]);
    this.types = new Set(tracePart.map((each) => each.type).filter((each) => !each.startsWith("registry.")));
    for (const type of this.types) this.names.add(subjectName(`urn:suyuan:type:${type}`));
    for (const event of tracePart) this.addSpeaker(event);
    this.walk = proof.walk;
  }

  /** @param {Event} event of the trace part */
  addSpeaker(event) {
    const { issuer, to, behalf } = event.head;
    this.names.add(subjectName(issuer)).add(keyName(event.statement.header.kid));
    if (to) this.names.add(subjectName(to));
    if (behalf) this.names.add(subjectName(behalf));
  }

  /** @param {Event} event @returns {boolean} (section 17) */
  isSignedByRoot(event) {
    const { kid } = event.statement.header;
    const named = this.charters.some(({ event: proposed, charter }) => proposed.leaf <= event.leaf && charter.listed(kid));
    return named && !this.isRegistered(kid, event.leaf);
  }

  /** @param {string} kid @param {number} leaf @returns {boolean} or named as an administrator's */
  isRegistered(kid, leaf) {
    return this.events.some((each) => each.leaf < leaf && this.gives(each, kid));
  }

  /** @param {Event} event @param {string} kid @returns {boolean} */
  gives(event, kid) {
    return ["registry.key", "registry.enterprise-key"].includes(event.type) && event.joins("registry", keyName(kid));
  }

  /** @param {Event} event that stands in one of the histories */
  extend(event) {
    if (event.type === "registry.policy") {
      if ([...this.types].some((type) => event.joins("registry", subjectName(`urn:suyuan:type:${type}`)))) {
        this.names.add(nameOf(event, "policy"));
      }
    } else if (event.type === "registry.succession") {
      this.names.add(nameOf(event, "agency")).add(nameOf(event, "successor"));
    } else if (event.type === "registry.mandate") this.extendMandate(event);
    else if (event.type === "registry.key") this.extendSuspended(event);
    if (this.inRegistryPart.has(event) && !this.isSignedByRoot(event)) {
      this.names.add(subjectName(event.head.issuer)).add(keyName(event.statement.header.kid));
    }
  }

  /** @param {Event} event */
  extendMandate(event) {
    const [principal, agent] = ["principal", "agent"].map((role) => event.body()?.subjects.get(role));
    if (this.tracePart.some(({ head }) => head.behalf === principal && head.issuer === agent)) {
      this.names.add(nameOf(event, "mandate"));
    }
  }

  /** @param {Event} event a registry.key */
  extendSuspended(event) {
    const key = nameOf(event, "key");
    const suspended = this.events.some((each) => each.type === "registry.suspension" && each.joins("registry", key) && this.holds(each));
    if (suspended) this.names.add(nameOf(event, "holder"));
  }

  /** @param {Event} event @returns {boolean} it stands in one of these histories or in the trace part */
  holds(event) {
    const inHistory = event.head.joins.some(([kind, name]) => kind === "registry" && this.names.has(name));
    return inHistory || !this.inRegistryPart.has(event);
  }
}

/**
 * @param {import("./examination.js").Examination} examination @param {Event[]} events the registry's, in log order
 * @returns {Set<string>} names of subjects
 */
export function registryNames(examination, events) {
  const names = new Names(examination, events);
  for (let before = -1; before < names.names.size;) {
    before = names.names.size;
    for (const event of events) if (names.holds(event)) names.extend(event);
  }
  return names.names;
}
