/**
 * Under which key an event was signed, and whether that key might say it (sections 2, 6 and 12).
 * @module
 */
import { notPermitted } from "./errors.js";
import { allSubjects } from "./body.js";
import { matches } from "./type_words.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./registry.js").Registry} Registry */
/** @typedef {import("./registry_keys.js").Signer} Signer */

/** @param {Event} event @returns {import("./registry.js").Moment} */
export const momentOf = ({ leaf, time }) => ({ leaf, time });

/** @param {Event} event @returns {boolean} */
export const isRegistryEvent = ({ type }) => type.startsWith("registry.");

/**
 * @param {Registry} registry @param {Event} event
 * @returns {Signer} registered keys first, then administrators', then roots'
 * @throws not-permitted where no valid key of the issuer has this thumbprint
 */
export function findSigner(registry, event) {
  const { kid, issuer } = event.statement.header;
  const moment = momentOf(event);
  const registration = registry.keys.registration(kid, event.leaf);
  if (registration) {
    if (!registry.keys.isValid(registration, moment)) {
      throw notPermitted("statement.kid", `key ${kid}`, `a key valid at leaf ${event.leaf}`);
    }
    if (registration.use !== "statement") throw notPermitted("key.use", registration.use, "statement");
    return { key: registration.key, holder: registration.holder, root: false, administrator: false, registration };
  }
  const administrator = registry.keys.administrator(kid, issuer, moment);
  if (administrator)
    return { key: administrator, holder: issuer, root: false, administrator: true, registration: null };
  const named = registry.keys.administrators.get(kid)?.some((each) => each.from <= event.leaf);
  const root = named ? undefined : findRoot(registry, event);
  if (!root) throw notPermitted("statement.kid", `key ${kid}`, `a key valid at leaf ${event.leaf}`);
  return { key: root.key, holder: issuer, root: true, administrator: false, registration: null };
}

/**
 * @param {Registry} registry
 * @param {Event} event
 * @returns {import("./charter.js").Root | undefined} in force, or of a charter that waits
 */
function findRoot({ charters }, event) {
  const { kid, issuer } = event.statement.header;
  const listed = charters.inForceAt(event.leaf)?.listed(kid);
  if (listed) return listed;
  const waiting = charters.proposed
    .filter((each) => each.event.leaf <= event.leaf)
    .map((each) => each.charter.listed(kid));
  return waiting.find((each) => each?.agency === issuer) ?? waiting.find(Boolean);
}

/**
 * @param {Registry} registry
 * @param {Event} event under a root's key
 * @returns {boolean} of the charter in force, not compromised
 */
export function isRootInForce({ charters }, event) {
  const { kid, issuer } = event.statement.header;
  const current = charters.inForceAt(event.leaf);
  return Boolean(current?.root(kid, issuer) && !charters.isCompromisedBefore(current, kid));
}

/**
 * Signature, audience, issuer of a statement; what its events show; scope of the key.
 * @param {Registry} registry @param {import("./parts.js").StatementPart} part @param {import("./keys.js").Check} check
 * @returns {Promise<Signer>}
 */
export async function checkSigner(registry, part, check) {
  const [event] = part.events;
  const signer = findSigner(registry, event);
  await part.verify(check, signer, registry.charters.origin);
  registry.keys.remember(event, signer);
  for (const each of part.events) each.read();
  if (signer.registration) for (const each of part.events) checkScope(signer.registration, each);
  return signer;
}

/** @param {import("./registry_keys.js").Registration} registration @param {Event} event */
export function checkScope({ types, subjects }, event) {
  if (!matches(types, event.type)) throw notPermitted("head.type", event.type, String(types));
  const body = event.body();
  if (!subjects.length || !body) return;
  const outside = allSubjects(body).find((each) => !subjects.some((prefix) => each.startsWith(prefix)));
  if (outside !== undefined) throw notPermitted("body.subjects", outside, String(subjects));
}
