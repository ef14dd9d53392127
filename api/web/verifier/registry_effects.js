/**
 * What a registry event brings about once it is complete: from the leaf after on (section 12).
 * @module
 */
import { add, at } from "./registry.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./registry.js").Registry} Registry */
/** @typedef {import("./replay.js").Act} Act */
/** @typedef {{registry: Registry, act: Act, last: Event, effect: import("./registry.js").Effect,
 *   subject: (role: string) => string}} Doing */

/** @param {Doing} doing @param {Partial<import("./registry.js").Participant>} stated */
function participant({ registry, act, effect, subject }, stated) {
  const uri = subject(act.event.type === "registry.enterprise" ? "enterprise" : "agency");
  /** @type {any} */
  const version = { names: new Map(), roles: [], jurisdiction: [], gs1Prefixes: [], subjects: [], administrators: [],
    threshold: 0, ...effect, basis: [act.event], ...stated };
  add(registry.participants, uri, version);
  for (const key of version.administrators) registry.keys.name(uri, key, effect.from);
}

/** A role or jurisdiction event replaces that; one about an agency that is not admitted has no effect.
 * @param {Doing} doing @param {"roles" | "jurisdiction"} member */
function restate(doing, member) {
  const { registry, act, last, subject, effect } = doing;
  const before = registry.admitted(subject("agency"), last.leaf);
  if (!before) return;
  const basis = [...before.basis.filter((each) => each.type !== act.event.type), act.event];
  const newest = registry.participants.get(subject("agency"))?.at(-1) ?? before;
  add(registry.participants, subject("agency"), { ...newest, ...effect, basis, [member]: act.data[member] });
}

/** @param {Doing} doing */
function register({ registry, act, effect, subject }) {
  const { use, key, types, subjects } = act.data;
  const { until } = act.event.head;
  const used = registry.charters.inForce.some((each) => each.from <= effect.from && each.charter.keys().some((one) => one.key.hex === key.hex));
  if (used || registry.keys.administrators.has(key.kidHex)) return;
  registry.keys.register({ ...effect, use, key, types, subjects, holder: subject("holder"), until });
}

/** @param {Doing} doing */
function revoke({ registry, act, last, effect }) {
  const [role, subject] = /** @type {[string, string]} */ ([.../** @type {any} */ (act.event.body()).subjects][0]);
  if (role === "key") {
    const kid = subject.slice("urn:suyuan:key:".length);
    // What is not known is not ended.
    if (!registry.keys.registration(kid, last.leaf) && !at(registry.keys.administrators, kid).some((each) => each.from <= last.leaf)) return;
  }
  if ((role === "agency" || role === "enterprise") && !registry.version(subject, last.leaf)) return;
  add(registry.revocations, subject, { ...effect, since: act.data.compromisedSince, roots: act.signer.root, time: last.time });
}

/** @param {Doing} doing */
function suspend({ registry, act, last, effect }) {
  const [, subject] = /** @type {[string, string]} */ ([.../** @type {any} */ (act.event.body()).subjects][0]);
  const charter = registry.charters.at(last.leaf);
  const whole = registry.charters.holders(charter, act.approvals).size >= charter.threshold;
  add(registry.suspensions, subject, { ...effect, at: last.time, until: /** @type {number} */ (act.event.head.until), whole });
}

/** What each type does. @type {Record<string, (doing: Doing) => void>} */
const EFFECTS = {
  "registry.agency": (doing) => {
    const { names, roles, jurisdiction, administrators = [], administratorThreshold = 0 } = doing.act.data;
    participant(doing, { names, roles, jurisdiction, administrators, threshold: administratorThreshold });
  },
  "registry.enterprise": (doing) => {
    const { names, roles, gs1Prefixes, subjects } = doing.act.data;
    participant(doing, { names, roles, gs1Prefixes, subjects });
  },
  "registry.role": (doing) => restate(doing, "roles"),
  "registry.jurisdiction": (doing) => restate(doing, "jurisdiction"),
  "registry.key": register,
  "registry.enterprise-key": register,
  "registry.revocation": revoke,
  "registry.suspension": suspend,
  "registry.restoration": ({ registry, act, effect }) => {
    const [subject] = [.../** @type {any} */ (act.event.body()).subjects.values()];
    add(registry.restorations, subject, effect);
  },
  "registry.type": ({ registry, act, effect }) => {
    const { type } = act.data;
    const newest = at(registry.types, type.name).reduce((most, each) => Math.max(most, each.type.version), 0);
    if (!type.name.startsWith("registry.") && type.version > newest) add(registry.types, type.name, { ...effect, type });
  },
  "registry.kind": () => {},
  "registry.policy": ({ registry, act, effect }) => {
    const { subjects } = /** @type {import("./body.js").Body} */ (act.event.body());
    const uri = /** @type {string} */ (subjects.get("policy"));
    const types = [subjects.get("types") ?? []].flat().map((each) => each.slice("urn:suyuan:type:".length));
    const { rule, zone = null } = act.data;
    add(registry.policies, uri, { ...effect, uri, types, rule, zone, until: act.event.head.until });
  },
  "registry.succession": ({ registry, last, effect, subject }) => {
    const [agency, successor] = [subject("agency"), subject("successor")];
    const fits = registry.admitted(successor, last.leaf) && !registry.successions.has(successor);
    if (fits && agency !== successor && !registry.successions.has(agency)) {
      add(registry.successions, agency, { ...effect, successor });
    }
  },
  "registry.mandate": ({ registry, act, effect, subject }) => {
    const { types, subjects } = act.data;
    const until = /** @type {number} */ (act.event.head.until);
    registry.mandates.push({ ...effect, uri: subject("mandate"), principal: subject("principal"), agent: subject("agent"),
      types, subjects, until });
  },
  "registry.grant": ({ registry, act, effect, subject }) => {
    const until = /** @type {number} */ (act.event.head.until);
    registry.grants.push({ ...effect, uri: subject("grant"), principal: act.event.head.issuer, agent: subject("grantee"),
      types: [], subjects: [], until });
  },
  "registry.reattestation": ({ registry, act, effect }) => {
    for (const name of act.event.head.about) add(registry.reattestations, name, effect);
  },
  "registry.erasure": ({ registry, act, effect }) => {
    for (const name of act.event.head.about) add(registry.erasures, name, { ...effect, order: act.event, what: act.data.what });
  },
};

/** @param {Registry} registry @param {Act} act @param {Event} last that completes it */
export function apply(registry, act, last) {
  const body = /** @type {import("./body.js").Body} */ (act.event.body());
  const effect = { from: last.leaf + 1, event: act.event, by: act.way === "alone" ? [] : [...act.approvals] };
  const subject = (/** @type {string} */ role) => /** @type {string} */ (body.subjects.get(role));
  EFFECTS[act.event.type]({ registry, act, last, effect, subject });
}
