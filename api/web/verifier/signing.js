/**
 * Under which key an event was signed, and whether that key might say it (sections 2, 6 and 12).
 * @module
 */
import { mismatch, notPermitted } from "./errors.js";
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
    if (registration.holder !== issuer) throw notPermitted("statement.kid", issuer, registration.holder);
    if (!registry.keys.isValid(registration, moment) || registration.use !== "statement") {
      throw notPermitted("statement.kid", `key ${kid}`, `a statement key valid at leaf ${event.leaf}`);
    }
    return { key: registration.key, holder: issuer, root: false, administrator: false, registration };
  }
  const administrator = registry.keys.administrator(kid, issuer, moment);
  if (administrator) return { key: administrator, holder: issuer, root: false, administrator: true, registration: null };
  const named = registry.keys.administrators.get(kid)?.some((each) => each.from <= event.leaf);
  const root = named ? undefined : findRoot(registry, event);
  if (!root && isWaiting(registry, event)) throw notPermitted(event.type, "a root key of a charter that waits", "one in force");
  if (!root) throw notPermitted("statement.kid", `key ${kid}`, `a key valid at leaf ${event.leaf}`);
  return { key: root.key, holder: issuer, root: true, administrator: false, registration: null };
}

/** @param {Registry} registry @param {Event} event @returns {boolean} under a root key of a charter that waits */
function isWaiting({ charters }, event) {
  const { kid, issuer } = event.statement.header;
  return charters.proposed.some((each) => each.event.before(event) && each.charter.root(kid, issuer));
}

/** @param {Registry} registry @param {Event} event @returns {import("./charter.js").Root | undefined} */
function findRoot({ charters }, event) {
  const { kid, issuer } = event.statement.header;
  const current = charters.at(event.leaf);
  const root = charters.isCompromisedBefore(current, kid) ? undefined : current.root(kid, issuer);
  if (root || event.type !== "registry.approval") return root;
  // A root of a charter that waits may approve that charter and nothing else.
  const about = event.head.about.map((name) => charters.proposedBy(name, event));
  const roots = about.map((charter) => charter?.root(kid, issuer));
  return about.length && roots.every(Boolean) ? roots[0] : undefined;
}

/**
 * Signature, audience, issuer, scope of the key.
 * @param {Registry} registry @param {Event} event @param {import("./keys.js").Check} check
 * @returns {Promise<Signer>}
 */
export async function checkSigner(registry, event, check) {
  const { header } = event.statement;
  if (event.head.issuer !== header.issuer) throw mismatch("head.issuer", event.head.issuer, header.issuer);
  const { origin } = registry.charters.at(event.leaf);
  const signer = findSigner(registry, event);
  if (!header.audience.includes(origin)) throw mismatch("statement.aud", String(header.audience), origin);
  await event.statement.statement().verify(check, signer.key);
  registry.keys.remember(event, signer);
  if (!signer.registration) {
    if (!isRegistryEvent(event)) throw notPermitted("statement.kid", event.type, "registry events only");
    return signer;
  }
  checkScope(signer.registration, event);
  return signer;
}

/** @param {import("./registry_keys.js").Registration} registration @param {Event} event */
export function checkScope({ types, subjects }, event) {
  if (!matches(types, event.type)) throw notPermitted("statement.kid", event.type, String(types));
  const body = event.body();
  if (!subjects.length || !body) return;
  const outside = allSubjects(body).find((each) => !subjects.some((prefix) => each.startsWith(prefix)));
  if (outside !== undefined) throw notPermitted("statement.kid", outside, String(subjects));
}
