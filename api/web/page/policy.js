/**
 * The trust policy: the release's own, unless the reader brought another.
 * @module
 */
import { formatHex, formatUtf8, parseUtf8 } from "../verifier/bytes.js";
import { sha256 } from "../verifier/sha256.js";
import { parseTrustPolicy } from "../verifier/trust_policy.js";
import { released } from "./released.js";
import { keepPolicy, keptPolicy } from "./store.js";

/**
 * @typedef {object} Policy
 * @property {string} text
 * @property {"reader" | "release" | "operator" | "none"} from who gave it: the reader, whoever made the release, the
 *   operator of the ledger that is checked, or nobody
 * @property {string} fingerprint SHA-256 of the text, 64 hexadecimal digits
 */

/** What the reader chose where the browser keeps nothing: until the page is left. @type {string | null} */
let chosen = null;

/** @param {string} text @param {Policy["from"]} from @returns {Policy} */
const made = (text, from) => ({ text, from, fingerprint: formatHex(sha256(formatUtf8(text))) });

export const policy = {
  /** @returns {Policy} in use; what `parseTrustPolicy` refuses was never kept */
  current() {
    const own = chosen ?? keptPolicy();
    if (own !== null) return made(own, "reader");
    return made(released.policy, released.policy ? (released.own ? "operator" : "release") : "none");
  },

  /**
   * @param {Uint8Array} data of a file that the reader brought
   * @returns {boolean} whether the browser keeps it beyond this page
   * @throws malformed, unsupported: it is no trust policy, and nothing is changed
   */
  replace(data) {
    parseTrustPolicy(data);
    chosen = parseUtf8(data, "trust policy");
    return keepPolicy(chosen);
  },

  /** Go back to the release's. */
  reset() {
    chosen = null;
    keepPolicy(null);
  },
};
