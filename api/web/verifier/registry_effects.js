/**
 * What a registry event brings about once it is complete: from the leaf after on (section 12).
 * @module
 */
import { notPermitted } from "./errors.js";
import { add, at } from "./multimap.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./registry.js").Registry} Registry */
/** @typedef {import("./replay.js").Act} Act */
/** @typedef {{registry: Registry, act: Act, last: Event, effect: import("./registry.js").Effect,
 *   subject: (role: string) => string}} Doing */

/** @param {Doing} doing @param {Partial<import("./registry.js").Participant>} stated */
function participant({ registry, act, effect, subject }, stated) {
  const uri = subject(act.event.type === "registry.enterprise" ? "enterprise" : "agency");
  /** @type {any} */
  const version = {
    names: new Map(),
    roles: [],
    jurisdiction: [],
    gs1Prefixes: [],
    subjects: [],
    administrators: [],
    threshold: 0,
    ...effect,
    basis: [act.event],
    ...stated,
  };
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
  registry.keys.register({ ...effect, use, key, types, subjects, holder: subject("holder"), until });
}

/** @param {Event} event @returns {[role: string, subject: string]} of a revocation, suspension or restoration */
const endedBy = (event) => [.../** @type {any} */ (event.body()).subjects][0];

/**
 * What is not known by then is not ended.
 * @param {Registry} registry @param {string} role @param {string} subject @param {number} leaf
 * @returns {boolean}
 */
function isKnown(registry, role, subject, leaf) {
  if (role === "key") {
    const kid = subject.slice("urn:suyuan:key:".length);
    const named = at(registry.keys.administrators, kid).some((each) => each.from <= leaf);
    return named || registry.keys.registration(kid, leaf) !== undefined;
  }
  const given = { mandate: registry.mandates, grant: registry.grants }[role];
  if (given) return given.some((each) => each.uri === subject && each.from <= leaf);
  return registry.version(subject, leaf) !== undefined;
}

/** @param {Doing} doing */
function revoke({ registry, act, last, effect }) {
  const [role, subject] = endedBy(act.event);
  if (!isKnown(registry, role, subject, last.leaf)) return;
  add(registry.revocations, subject, {
    ...effect,
    since: act.data.compromisedSince,
    roots: act.signer.root,
    time: last.time,
  });
}

/** @param {Doing} doing */
function suspend({ registry, act, last, effect }) {
  const [role, subject] = endedBy(act.event);
  if (!isKnown(registry, role, subject, last.leaf)) return;
  const charter = registry.charters.at(last.leaf);
  const whole = registry.charters.holders(charter, act.approvals).size >= charter.threshold;
  add(registry.suspensions, subject, {
    ...effect,
    at: last.time,
    until: /** @type {number} */ (act.event.head.until),
    whole,
  });
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
    add(registry.types, type.name, { ...effect, type });
  },
  "registry.kind": () => {},
  "registry.policy": ({ registry, act, effect }) => {
    const { subjects } = /** @type {import("./body.js").Body} */ (act.event.body());
    const uri = /** @type {string} */ (subjects.get("policy"));
    const types = [subjects.get("types") ?? []].flat().map((each) => each.slice("urn:suyuan:type:".length));
    const { rule, zone = null } = act.data;
    add(registry.policies, uri, { ...effect, uri, types, rule, zone, until: act.event.head.until });
  },
  "registry.succession": ({ registry, effect, subject }) => {
    add(registry.successions, subject("agency"), { ...effect, successor: subject("successor") });
  },
  "registry.mandate": ({ registry, act, effect, subject }) => {
    const { types, subjects } = act.data;
    const until = /** @type {number} */ (act.event.head.until);
    registry.mandates.push({
      ...effect,
      uri: subject("mandate"),
      principal: subject("principal"),
      agent: subject("agent"),
      types,
      subjects,
      until,
    });
  },
  "registry.grant": ({ registry, act, effect, subject }) => {
    const until = /** @type {number} */ (act.event.head.until);
    registry.grants.push({
      ...effect,
      uri: subject("grant"),
      principal: act.event.head.issuer,
      agent: subject("grantee"),
      types: [],
      subjects: [],
      until,
    });
  },
  "registry.reattestation": ({ registry, act, effect }) => {
    for (const name of act.event.head.about) add(registry.reattestations, name, effect);
  },
  "registry.erasure": ({ registry, act, effect }) => {
    for (const name of act.event.head.about)
      add(registry.erasures, name, { ...effect, order: act.event, what: act.data.what });
  },
};

/**
 * What may not be brought about, at the act's own leaf or at that which completes it.
 * @type {Record<string, (registry: Registry, act: Act, leaf: number) => void>}
 */
const OBSTACLES = {
  "registry.agency": (registry, { event, data }) => {
    const agency = event.body()?.subjects.get("agency");
    for (const key of data.administrators ?? []) {
      const own = at(registry.keys.administrators, key.kidHex).some((each) => each.agency === agency);
      if (!own && registry.isKeyTaken(key)) {
        throw notPermitted("agency.administrators", key.kidHex, "keys that stand nowhere else");
      }
    }
  },
  "registry.key": (registry, { data }) => refuseTaken(registry, data.key),
  "registry.enterprise-key": (registry, { data }) => refuseTaken(registry, data.key),
  "registry.type": (registry, { data: { type } }) => {
    const newest = at(registry.types, type.name).reduce((most, each) => Math.max(most, each.type.version), 0);
    if (type.name.startsWith("registry.")) throw notPermitted("type.type", type.name, "another prefix");
    if (type.version <= newest) throw notPermitted("type.version", type.version, `a version after ${newest}`);
  },
  "registry.revocation": (registry, { event }, leaf) => refuseOfCharter(registry, event, leaf),
  "registry.suspension": (registry, { event }, leaf) => refuseOfCharter(registry, event, leaf),
  "registry.restoration": (registry, { event }, leaf) => {
    refuseOfCharter(registry, event, leaf);
    const [role, subject] = endedBy(event);
    if (role === "key" && at(registry.revocations, subject).some((each) => each.since !== null)) {
      throw notPermitted(event.type, subject, "one that was not compromised");
    }
  },
  "registry.succession": (registry, { event }, leaf) => {
    const [agency, successor] = ["agency", "successor"].map(
      (role) => /** @type {string} */ (event.body()?.subjects.get(role)),
    );
    if (registry.successions.has(agency)) throw notPermitted("succession.agency", agency, "one that nobody followed");
    const fits = agency !== successor && registry.admitted(successor, leaf) && !registry.successions.has(successor);
    if (!fits) {
      throw notPermitted("succession.successor", successor, "another agency that is admitted and has no successor");
    }
  },
};

/** @param {Registry} registry @param {import("./keys.js").Key} key */
function refuseTaken(registry, key) {
  if (registry.isKeyTaken(key)) {
    throw notPermitted("key", key.kidHex, "a key that stands nowhere else: one key, one use");
  }
}

/** No act but a charter ends a key of it. @param {Registry} registry @param {Event} event @param {number} leaf */
function refuseOfCharter({ charters }, event, leaf) {
  const [role, subject] = endedBy(event);
  const kid = role === "key" ? subject.slice("urn:suyuan:key:".length) : "";
  const keys = charters.inForce.filter((each) => each.from <= leaf + 1).flatMap(({ charter }) => charter.keys());
  if (keys.some(({ use, key }) => ["root", "seal", "receipt"].includes(use) && key.kidHex === kid)) {
    throw notPermitted(`${event.type}.key`, subject, "another key");
  }
}

/** @param {Registry} registry @param {Act} act @param {number} leaf @throws not-permitted */
export function checkPossible(registry, act, leaf) {
  OBSTACLES[act.event.type]?.(registry, act, leaf);
}

/** @param {Registry} registry @param {Act} act @param {Event} last that completes it */
export function apply(registry, act, last) {
  const body = /** @type {import("./body.js").Body} */ (act.event.body());
  const effect = { from: last.leaf + 1, event: act.event, by: act.way === "alone" ? [] : [...act.approvals] };
  const subject = (/** @type {string} */ role) => /** @type {string} */ (body.subjects.get(role));
  EFFECTS[act.event.type]({ registry, act, last, effect, subject });
}
