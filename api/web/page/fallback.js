/**
 * How this browser checks signatures: by WebCrypto, and where that lacks an algorithm by code of the release, loaded
 * only then. Where neither is there, the error says *cannot be checked in this browser*.
 * @module
 */
import { SuyuanError, cannotCheck } from "../verifier/errors.js";
import { webCheck } from "../verifier/keys.js";
import { released } from "./released.js";

/** @typedef {(raw: Uint8Array, signature: Uint8Array, message: Uint8Array) => boolean} Verify */

/** @type {Record<string, () => Promise<Verify>>} by algorithm; the bundler makes an address of each import */
const LOADERS = {
  EdDSA: async () => (await import("./noble_ed25519.js")).verify,
  "ML-DSA-44": async () => (await import("./noble_mldsa44.js")).verify,
};

/** @type {Map<string, Promise<Verify>>} Loaded once. */
const loaded = new Map();

/** @param {string} name @returns {Promise<Verify>} @throws unsupported: the release has no such code, or it is not reached */
async function fallbackOf(name) {
  if (!released.fallbacks.includes(name)) throw cannotCheck(name);
  let loading = loaded.get(name);
  if (!loading) loaded.set(name, (loading = LOADERS[name]()));
  try {
    return await loading;
  } catch {
    loaded.delete(name);
    throw cannotCheck(name);
  }
}

/** @returns {import("../verifier/keys.js").Check} */
export function checkOfBrowser() {
  const check = webCheck(globalThis.crypto?.subtle);
  return async (name, raw, signature, message) => {
    try {
      return await check(name, raw, signature, message);
    } catch (error) {
      if (!(error instanceof SuyuanError && error.cannotCheck)) throw error;
      return (await fallbackOf(name))(raw, signature, message);
    }
  };
}
