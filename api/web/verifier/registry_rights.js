/**
 * Who may say which registry event (the last column of section 12's table).
 * @module
 */
import { mismatch, notPermitted } from "./errors.js";
import { at } from "./multimap.js";
import { isRegistryEvent } from "./signing.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./registry.js").Registry} Registry */
/** @typedef {import("./replay.js").Way} Way */
/** @typedef {{signer: import("./registry_keys.js").Signer, data: Record<string, any>, body: import("./body.js").Body,
 *   targets: (Event | undefined)[]}} Saying */

const OF_ROOTS = [
  "registry.agency",
  "registry.role",
  "registry.jurisdiction",
  "registry.type",
  "registry.kind",
  "registry.policy",
  "registry.succession",
  "registry.suspension",
  "registry.erasure",
];
const OF_REGISTRARS = ["registry.enterprise", "registry.enterprise-key"];
const ADMINISTERED = ["statement", "request", "mirror"];

/** @param {Event} event @param {string} expected @returns {never} */
function refuse(event, expected) {
  throw notPermitted(event.type, event.head.issuer, expected);
}

/**
 * @param {Registry} registry
 * @param {Event} event
 * @param {Saying} saying
 * @returns {boolean} an agency with role registrar
 */
function isRegistrar(registry, event, { signer }) {
  return (
    signer.registration !== null &&
    Boolean(registry.admitted(event.head.issuer, event.leaf)?.roles.includes("registrar"))
  );
}

/**
 * @param {import("./body.js").Body} body
 * @param {Event} event
 * @returns {[role: string, subject: string]} the one there is
 */
function onlySubject(body, event) {
  if (body.subjects.size !== 1) {
    throw mismatch("body.subjects", `${body.subjects.size} of ${event.type}`, "exactly one");
  }
  return /** @type {any} */ ([...body.subjects][0]);
}

/**
 * @param {Registry} registry @param {Event} event neither a charter nor an approval @param {Saying} saying
 * @returns {Way} @throws not-permitted
 */
export function permit(registry, event, saying) {
  const { signer, body } = saying;
  if (event.type === "registry.suspension") onlySubject(body, event);
  if (event.type === "registry.erasure") checkErasure(registry, event, saying);
  if (OF_ROOTS.includes(event.type)) return signer.root ? "roots" : refuse(event, "a root key");
  if (OF_REGISTRARS.includes(event.type)) {
    return isRegistrar(registry, event, saying) ? "alone" : refuse(event, "an agency with the role registrar");
  }
  if (event.type === "registry.key") return permitKey(event, saying);
  if (event.type === "registry.revocation") return permitRevocation(registry, event, saying);
  if (event.type === "registry.restoration") return permitRestoration(registry, event, saying);
  if (!signer.registration) refuse(event, "a statement key");
  if (event.type === "registry.mandate") return permitMandate(registry, event, saying);
  if (event.type === "registry.grant") return permitGrant(registry, event, saying);
  return permitReattestation(registry, event, saying);
}

/** @param {Registry} registry @param {Event} event @param {Saying} saying */
function checkErasure(registry, event, { targets }) {
  const [target] = targets;
  if (!target) return;
  const all = at(registry.types, target.type).filter((each) => each.from <= event.leaf);
  const permanent = registry.builtin.get(target.type)?.permanent || all.some((each) => each.type.permanent);
  if (isRegistryEvent(target) || permanent) {
    throw notPermitted("head.about", target.type, "an event that is not permanent");
  }
}

/** @param {Event} event @param {Saying} saying @returns {Way} */
function permitKey(event, { signer, data, body }) {
  if (signer.root) return "roots";
  const own = body.subjects.get("holder") === event.head.issuer && ADMINISTERED.includes(data.use);
  return signer.administrator && own ? "administrators" : refuse(event, "roots, or the holder's administrators");
}

/** @param {Registry} registry @param {Event} event @param {Saying} saying @returns {Way} */
function permitRevocation(registry, event, saying) {
  const { signer, body, data } = saying;
  const [role, subject] = onlySubject(body, event);
  const signs = role !== "mandate" && role !== "grant";
  if (data.compromisedSince !== null && (!signs || data.compromisedSince > event.leaf)) {
    throw notPermitted(event.type, data.compromisedSince, "a leaf not after its own");
  }
  if (role === "key") return permitKeyRevocation(registry, event, saying, subject);
  if (role === "agency") return signer.root ? "roots" : refuse(event, "roots");
  if (isRegistrar(registry, event, saying)) return "alone";
  const all = role === "mandate" ? registry.mandates : role === "grant" ? registry.grants : [];
  const given = all.find((each) => each.uri === subject && each.from <= event.leaf);
  const own = signer.registration && given?.principal === event.head.issuer;
  return own ? "alone" : refuse(event, "its principal, or a registrar");
}

/** @param {Registry} registry @param {Event} event @param {Saying} saying @param {string} subject @returns {Way} */
function permitKeyRevocation(registry, event, saying, subject) {
  const { signer } = saying;
  if (signer.root) return "roots";
  const kid = subject.slice("urn:suyuan:key:".length);
  const holder = registry.keys.registration(kid, event.leaf)?.holder;
  const named = at(registry.keys.administrators, kid).some(
    (each) => each.agency === event.head.issuer && each.from <= event.leaf,
  );
  if (signer.administrator) {
    return holder === event.head.issuer || named ? "administrators" : refuse(event, "the holder's administrators");
  }
  if (holder === event.head.issuer && holder.startsWith("urn:suyuan:agency:")) return "alone";
  const enterprise = holder?.startsWith("urn:suyuan:enterprise:");
  return enterprise && isRegistrar(registry, event, saying) ? "alone" : refuse(event, "who may end the key");
}

/** @param {Registry} registry @param {Event} event @param {Saying} saying @returns {Way} */
function permitRestoration(registry, event, saying) {
  const [role] = onlySubject(saying.body, event);
  if (role === "enterprise") {
    return isRegistrar(registry, event, saying) ? "alone" : refuse(event, "an agency with the role registrar");
  }
  return saying.signer.root ? "roots" : refuse(event, "roots");
}

/** @param {Registry} registry @param {Event} event @param {Saying} saying @returns {Way} */
function permitMandate(registry, event, { body }) {
  const [principal, agent] = ["principal", "agent"].map((each) => body.subjects.get(each));
  const taken = registry.mandates.some((each) => each.uri === body.subjects.get("mandate"));
  if (principal !== event.head.issuer) throw notPermitted("mandate.principal", principal, event.head.issuer);
  if (agent === principal) throw notPermitted("mandate.agent", agent, "another participant");
  if (taken) throw notPermitted("mandate", body.subjects.get("mandate"), "a handle that no mandate has");
  return "alone";
}

/** @param {Registry} registry @param {Event} event @param {Saying} saying @returns {Way} */
function permitGrant(registry, event, { body, targets }) {
  const taken = registry.grants.some((each) => each.uri === body.subjects.get("grant"));
  const others = targets.some((each) => each && (isRegistryEvent(each) || each.head.principal !== event.head.issuer));
  if (others) throw notPermitted("head.about", event.head.issuer, "the principal of all targets");
  if (taken) throw notPermitted("grant", body.subjects.get("grant"), "a handle that no grant has");
  return "alone";
}

/** @param {Registry} registry @param {Event} event @param {Saying} saying @returns {Way} */
function permitReattestation(registry, event, { targets }) {
  const { issuer } = event.head;
  const agency = issuer.startsWith("urn:suyuan:agency:") && registry.admitted(issuer, event.leaf);
  const part = targets.some((each) => each && (each.head.issuer === issuer || each.head.principal === issuer));
  if (part) throw notPermitted("head.about", issuer, "an agency that had no part in it");
  if (!agency) refuse(event, "an agency");
  return "alone";
}
