/**
 * Who may say a registry event, as far as evidence of an inadmissible statement judges it (sections 12 and 17).
 * @module
 */
import { notPermitted } from "../errors.js";
import { at } from "../multimap.js";
import { subjectName } from "../subject.js";
import { asObject } from "../type_words.js";

/** @typedef {import("../body.js").Body} Body */
/** @typedef {import("../event.js").Event} Event */
/** @typedef {import("../registry.js").Registry} Registry */
/**
 * @typedef {object} Act
 * @property {Event} event a registry event
 * @property {Body} body
 * @property {import("../registry_keys.js").Signer} signer valid at its leaf
 * @property {boolean} inForce its key is that of a root of the charter in force
 * @property {Registry} registry before its leaf
 */

const REVOCATION = "registry.revocation";
const RESTORATION = "registry.restoration";
const BY_REGISTRAR = ["registry.enterprise", "registry.enterprise-key"];
const BY_PARTICIPANT = ["registry.mandate", "registry.grant", "registry.reattestation"];
const ADMINISTERED = ["statement", "request", "mirror"];
const SHOWN = ["key", "mandate", "grant"]; // of a revocation: what decides about these stands in their own history

/** @param {Event} event @param {string} expected @returns {never} */
function refuse(event, expected) {
  throw notPermitted(event.type, event.head.issuer, expected);
}

/** @param {Event} event @returns {string[]} names of subjects on whose histories the right to say it rests besides */
export function subjectsOfAct(event) {
  const body = event.type === REVOCATION ? event.body() : null;
  if (!body) return [];
  return SHOWN.flatMap((role) => body.subjects.get(role) ?? []).map((each) => subjectName(each));
}

/** @param {Event} event @param {Body} body @returns {[role: string, subject: string]} of what is ended or restored */
function onlySubject(event, body) {
  const named = [...body.subjects].flatMap(([role, uris]) => [uris].flat().map((uri) => [role, uri]));
  if (named.length !== 1) refuse(event, "exactly one subject");
  return /** @type {[string, string]} */ (named[0]);
}

/** @param {Event} event @returns {string | null} the role of what is ended or restored */
const roleOf = (event) =>
  [REVOCATION, RESTORATION].includes(event.type) ? onlySubject(event, /** @type {Body} */ (event.body()))[0] : null;

/** @param {Registry} registry @param {string} subject @returns {string | undefined} who holds a key, as far as known */
function holderOf({ keys }, subject) {
  const kid = subject.slice("urn:suyuan:key:".length);
  return at(keys.registered, kid)[0]?.holder ?? at(keys.administrators, kid)[0]?.agency;
}

/** @param {Act} act @param {string} role @returns {boolean} the issuer is an agency that holds it */
function hasRole({ event, registry }, role) {
  const { issuer } = event.head;
  const agency = issuer.startsWith("urn:suyuan:agency:") && registry.admitted(issuer, event.leaf);
  return Boolean(agency && agency.roles.includes(role));
}

/** @param {Act} act @throws not-permitted where roots have no right to it */
function checkRoots({ event, inForce }) {
  if (!inForce) refuse(event, "a root key of the charter in force");
  const role = roleOf(event);
  if (BY_REGISTRAR.includes(event.type) || role === "enterprise") refuse(event, "an agency with role registrar");
  if (BY_PARTICIPANT.includes(event.type)) refuse(event, "a statement key");
  if (role === "mandate" || role === "grant") refuse(event, "its principal, or a registrar");
}

/** @param {Act} act @throws not-permitted, malformed where it is about another's key, or about something else */
function checkAdministrators({ event, body, signer, registry }) {
  if (event.type === "registry.key") {
    if (body.subjects.get("holder") !== signer.holder) refuse(event, "the holder's administrators");
    const data = asObject(body.data, "body.data", ["use", "key", "types", "subjects"]);
    if (!ADMINISTERED.includes(data.get("use"))) refuse(event, `one of ${ADMINISTERED}`);
    return;
  }
  if (event.type !== REVOCATION) refuse(event, "registry.key, registry.revocation or registry.approval");
  const [role, subject] = onlySubject(event, body);
  if (role !== "key" || holderOf(registry, subject) !== signer.holder) refuse(event, "a key of the agency");
}

/** @param {Act} act a revocation @throws not-permitted */
function checkRevocation(act) {
  const { event, registry } = act;
  const [role, subject] = onlySubject(event, act.body);
  if (role === "agency") refuse(event, "a root key");
  const registrar = hasRole(act, "registrar");
  if (role === "key") {
    const holder = at(registry.keys.registered, subject.slice("urn:suyuan:key:".length))[0]?.holder;
    const own = holder === event.head.issuer && holder.startsWith("urn:suyuan:agency:");
    if (own || (registrar && holder?.startsWith("urn:suyuan:enterprise:"))) return;
    refuse(event, "who may end the key");
  }
  const all = role === "mandate" ? registry.mandates : role === "grant" ? registry.grants : [];
  const own = all.some((each) => each.uri === subject && each.principal === event.head.issuer);
  if (!own && !registrar) refuse(event, "its principal, or a registrar");
}

/** @param {Act} act @throws not-permitted where a participant may not say it alone */
function checkAlone(act) {
  const { event, body, registry } = act;
  const { issuer } = event.head;
  if (!registry.admitted(issuer, event.leaf)) refuse(event, "a participant that is admitted");
  if (event.type === REVOCATION) return checkRevocation(act);
  if (BY_REGISTRAR.includes(event.type) || roleOf(event) === "enterprise") {
    if (!hasRole(act, "registrar")) refuse(event, "an agency with role registrar");
  } else if (event.type === "registry.mandate") {
    const [principal, agent] = ["principal", "agent"].map((role) => body.subjects.get(role));
    if (principal !== issuer || agent === principal) refuse(event, "the principal, and another agent");
  } else if (event.type === "registry.reattestation") {
    if (!issuer.startsWith("urn:suyuan:agency:")) refuse(event, "an agency");
  } else if (event.type !== "registry.grant") refuse(event, "a root key");
}

/**
 * Whoever signed a registry event may say it, as far as that follows from its charter, issuer, key and `subjectsOfAct`.
 * @param {Omit<Act, "body">} said
 * @throws not-permitted, malformed
 */
export function checkActRight(said) {
  const { event, signer } = said;
  const body = event.body();
  if (!body) return;
  const act = { ...said, body };
  if (event.head.behalf) throw notPermitted("head.behalf", event.head.behalf, "none: nobody rules for another");
  if (event.type === "registry.approval") {
    if (signer.registration && !hasRole(act, "privacy-officer")) refuse(event, "an agency with role privacy-officer");
  } else if (event.type === "registry.charter") {
    if (!act.inForce) refuse(event, "a root key of the charter in force");
  } else if (signer.root) checkRoots(act);
  else if (signer.administrator) checkAdministrators(act);
  else checkAlone(act);
}
