/**
 * Authority: who may say an event of this type at these subjects (section 13).
 * @module
 */
import { allSubjects } from "./body.js";
import { stepsOf } from "./disclosure.js";
import { notPermitted } from "./errors.js";
import { isRegistryEvent, momentOf } from "./signing.js";
import { formOrNull, productOf, subjectName } from "./subject.js";
import { matches } from "./type_words.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./examination.js").Examination} Examination */

const isAgency = (/** @type {string} */ uri) => uri.startsWith("urn:suyuan:agency:");
/** Forms whose histories everybody may join: that gives no right to their counters. */
const OF_NOBODY = ["set", "quota", "claim", "list-entry"];
/** Forms whose first type says that only their own go on. */
const KEPT = ["product", "lot", "enterprise", "book"];

/** @param {any} data an object @param {string} pointer @returns {any} what stands there; undefined for nothing */
const valueAt = (data, pointer) =>
  stepsOf(pointer).reduce((value, step) => (value instanceof Map ? value.get(step) : undefined), data);

export class Authority {
  /** @param {Examination} examination @param {Event} event its type known */
  constructor({ registry, reach, shownInTrace }, event) {
    this.registry = registry;
    this.reach = reach;
    this.event = event;
    this.type = /** @type {import("./vocabulary.js").EventType} */ (event.vocabulary);
    this.principal = event.head.principal;
    this.targets = event.head.about.map((name) => shownInTrace.get(name)).filter((each) => each !== undefined);
    /** @type {Map<string, string>} name → URI of the subjects that the body shows */
    this.subjects = new Map(
      allSubjects(event.body() ?? { subjects: new Map(), data: new Map(), digests: new Map() }).map((uri) => [
        subjectName(uri),
        uri,
      ]),
    );
  }

  /** @throws not-permitted */
  check() {
    this.checkPrincipal();
    this.checkPlace();
  }

  /** Rules 2 to 6 and 9. @throws not-permitted */
  checkPlace() {
    this.checkAnswers();
    for (const [kind, name] of this.event.head.joins) {
      if (!this.holds(name)) continue;
      const [first] = this.before(name);
      if (kind === "trace") this.checkTrace(name);
      else if (kind === "case" && !first) this.refuse("head.joins", name, "a subject whose trace has begun");
      else if (kind === "recall" && !isAgency(this.principal) && first?.head.principal !== this.principal) {
        this.refuse("head.joins", this.principal, "an agency, or the owner");
      }
    }
    for (const pair of this.event.head.follows) this.checkFollow(pair);
    this.checkCounters();
    this.checkOwnCode();
  }

  /** @param {string} field @param {string} came @param {string} expected @returns {never} */
  refuse(field, came, expected) {
    throw notPermitted(field, came, expected);
  }

  /** @param {string} name @returns {boolean} the proof holds the trace of this subject */
  holds(name) {
    return this.reach.kinds.includes("trace") && this.reach.windows.has(name);
  }

  /** @param {string} name @returns {Event[]} of its trace, before the event; registry events change no trace */
  before(name) {
    return this.reach.history("trace", name).filter((each) => each.before(this.event) && !isRegistryEvent(each));
  }

  /** @param {string} name @returns {Event | undefined} that began the trace, this one included */
  first(name) {
    return this.before(name)[0] ?? (this.event.joins("trace", name) ? this.event : undefined);
  }

  /** @param {string} name @returns {string | undefined} */
  owner(name) {
    return this.first(name)?.head.principal;
  }

  /** @param {string} name @returns {string | null} who has open custody */
  custodian(name) {
    const past = this.before(name);
    const at = past.findLastIndex((each) => each.head.to !== null);
    return at < 0 || past.slice(at + 1).some((each) => each.vocabulary?.ends) ? null : past[at].head.to;
  }

  /** @param {string} name @returns {boolean} an agency, its owner, or who has custody of it */
  mayGoOn(name) {
    return isAgency(this.principal) || this.owner(name) === this.principal || this.custodian(name) === this.principal;
  }

  /** Rules 1 and 7. @throws not-permitted */
  checkPrincipal() {
    const { registry, event, type, principal } = this;
    const participant = registry.admitted(principal, event.leaf);
    if (!participant) this.refuse("head.issuer", principal, `a participant admitted at leaf ${event.leaf}`);
    const roles = /** @type {any} */ (participant).roles;
    if (type.roles[0] !== "*" && !type.roles.some((each) => roles.includes(each))) {
      this.refuse("head.issuer", principal, `one of ${type.roles}`);
    }
    const { to } = event.head;
    if (to && !registry.admitted(to, event.leaf)) this.refuse("head.to", to, "a participant that is admitted");
    if (event.head.behalf && !this.mandates().length) this.refuse("head.behalf", principal, "a mandate in force");
  }

  /** @returns {import("./registry.js").Mandate[]} in force that allow the event */
  mandates() {
    return mandatesOf(this.registry, this.event);
  }

  /** @param {string} name */
  checkTrace(name) {
    if (this.before(name).length) {
      const answers = this.targets.some((each) => each.joins("trace", name));
      if (!answers && !this.mayGoOn(name)) {
        this.refuse(
          "head.joins",
          `${this.principal} at ${this.subjects.get(name) ?? name}`,
          "an agency, its owner, or who has custody of it",
        );
      }
      return;
    }
    const uri = this.subjects.get(name);
    if (uri === undefined ? !this.type.opens.size : !this.opens(uri)) {
      this.refuse("head.joins", uri ?? name, "a subject that the issuer may open");
    }
  }

  /** @param {string} uri @returns {boolean} */
  opens(uri) {
    const form = formOrNull(uri) ?? "";
    if (!this.roleOpens(uri, form)) return false;
    if (form.startsWith("handle:")) return true;
    if (form === "enterprise" || form === "agency") return uri === this.principal;
    if (form === "lot" || form === "item") {
      const product = subjectName(productOf(uri));
      return this.event.head.follows.some(([kind, name]) => kind === "trace" && name === product);
    }
    const participant = this.registry.version(this.principal, this.event.leaf);
    if (participant?.subjects.includes(uri)) return true;
    const digits = { product: 1, unit: 1, place: 0, party: 0 }[form];
    const code = uri.split("/").at(-1)?.slice(digits) ?? "";
    return digits !== undefined && Boolean(participant?.gs1Prefixes.some((each) => code.startsWith(each)));
  }

  /** @param {string} uri @param {string} form @returns {boolean} a role that names it opens its form */
  roleOpens(uri, form) {
    const subjects = this.event.body()?.subjects;
    return [...this.type.subjects].some(
      ([role, { opens }]) => opens.includes(form) && [subjects?.get(role) ?? []].flat().includes(uri),
    );
  }

  checkAnswers() {
    const { registry, event, type, principal } = this;
    for (const { head } of this.targets) {
      const carries = (/** @type {string | null} */ uri) =>
        uri !== null && (uri === principal || registry.successor(uri, event.leaf) === principal);
      const holds = type.answers?.by.some((by) =>
        by === "agency" ? isAgency(principal) : carries(by === "principal" ? head.principal : head.to),
      );
      if (!holds) this.refuse("head.about", principal, String(type.answers?.by));
    }
  }

  /** @param {import("./head.js").Pair} pair */
  checkFollow(pair) {
    const { event, targets } = this;
    const name = pair[1];
    if (this.holds(name)) this.checkFollowed(name);
    if (!event.head.about.length || targets.length < event.head.about.length) return;
    const joined = targets.some((each) => each.joins(...pair));
    if (!joined) this.refuse("head.follows", this.subjects.get(name) ?? name, "what a target joins");
  }

  /** @param {string} name of a subject whose trace is held */
  checkFollowed(name) {
    const { event } = this;
    const first = this.first(name);
    if (!first) return this.refuse("head.follows", this.subjects.get(name) ?? name, "a subject whose trace has begun");
    const kept = KEPT.some((each) => first.vocabulary?.opens.has(each));
    if (kept && !this.mayGoOn(name)) {
      this.refuse(
        "head.follows",
        `${this.principal} for ${event.type}`,
        "an agency, its owner, or who has custody of it",
      );
    }
  }

  checkCounters() {
    const subjects = this.event.body()?.subjects;
    for (const role of isAgency(this.principal) ? [] : this.type.counted) {
      for (const uri of [subjects?.get(role) ?? []].flat()) {
        if (!this.mayMove(uri)) this.refuse(`body.subjects.${role}`, `${this.principal} at ${uri}`, "who may move it");
      }
    }
  }

  checkOwnCode() {
    const data = this.event.body()?.data;
    if (!data || isAgency(this.principal)) return;
    const named = this.type.own
      .map((pointer) => valueAt(data, pointer))
      .filter((code) => typeof code === "string")
      .map((code) => `urn:suyuan:enterprise:${code}`)
      .filter((uri) => formOrNull(uri) === "enterprise");
    if (named.length && !named.includes(this.principal)) {
      this.refuse("body.data", String(named), `a code of ${this.principal} in one of ${this.type.own}`);
    }
  }

  /** @param {string} uri @returns {boolean} whether its principal, no agency, may move the counter of it */
  mayMove(uri) {
    const form = formOrNull(uri) ?? "";
    const own = form === "set" && this.principal === `urn:suyuan:enterprise:${uri.split(":")[4]}`;
    if (OF_NOBODY.includes(form) && !own) return false;
    const name = subjectName(uri);
    return !this.holds(name) || !this.before(name).length || this.mayGoOn(name);
  }
}

/**
 * @param {import("./registry.js").Registry} registry
 * @param {Event} event
 * @returns {import("./registry.js").Mandate[]} in force that allow it
 */
export function mandatesOf(registry, event) {
  const { behalf, issuer } = event.head;
  const body = event.body();
  return registry.mandates.filter(
    (each) =>
      each.principal === behalf &&
      each.agent === issuer &&
      registry.holds(each, momentOf(event)) &&
      matches(each.types, event.type) &&
      (!body ||
        !each.subjects.length ||
        allSubjects(body).every((uri) => each.subjects.some((prefix) => uri.startsWith(prefix)))),
  );
}
