/**
 * What this release is: put in by the release (api/web/release/release.py).
 * @module
 */

/**
 * @typedef {object} Released
 * @property {string} fingerprint SHA-256 of everything in the release, 64 hexadecimal digits
 * @property {string} policy text of its trust policy; empty where it has none
 * @property {boolean} own the policy is the operator's: it comes from the party that is being checked
 * @property {string[]} fallbacks algorithms for which the release has code of its own: EdDSA, ML-DSA-44
 * @property {boolean} reader the release has a reader of QR codes of its own
 */

/** @type {Released} */
export const released = { fingerprint: "", policy: "", own: true, fallbacks: [], reader: false };
