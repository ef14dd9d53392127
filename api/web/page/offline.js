/**
 * Without a network: the service worker answers with what it kept, and says when it was kept.
 * @module
 */

const WORKER = "/sw.js";
const AS_OF = "Suyuan-As-Of";

/** @param {string | null | undefined} text @returns {Date | null} */
const dateOf = (text) => (text && !Number.isNaN(Date.parse(text)) ? new Date(text) : null);

/** @param {Response} answer @returns {Date | null} when it was fetched, if it was kept; null where it is fresh */
export const asOf = (answer) => dateOf(answer.headers.get(AS_OF));

/** @returns {Date | null} when the page itself was fetched, if it was kept; null where it is fresh */
export const pageAsOf = () => dateOf(document.documentElement.dataset.asOf);

/**
 * Let the service worker keep the release, this page and its proof, and what is looked at from now on.
 * @param {string | null} proof address of the proof that this page checked
 * @returns {Promise<boolean>} whether this browser can: it needs https, and no `file:`
 */
export async function keepForOffline(proof) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return false;
  const met = serviceWorker.controller !== null;
  try {
    await serviceWorker.register(/** @type {any} */ (trusted(WORKER)), { scope: "/" });
    const { active } = await serviceWorker.ready;
    const files = performance.getEntriesByType("resource").map((each) => each.name);
    if (!met) active?.postMessage({ page: location.pathname + location.search, proof, files });
    return true;
  } catch {
    return false;
  }
}

/** @param {string} address @returns {any} trusted, where the browser asks for that: no other address ever is */
function trusted(address) {
  const { trustedTypes } = /** @type {any} */ (globalThis);
  if (!trustedTypes) return address;
  return trustedTypes.createPolicy("suyuan", { createScriptURL: () => WORKER }).createScriptURL(address);
}
