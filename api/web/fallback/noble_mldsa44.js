/**
 * ML-DSA-44 (FIPS 204, empty context) by noble, for browsers whose WebCrypto lacks it.
 * @module
 */
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";

/** @param {Uint8Array} raw @param {Uint8Array} signature @param {Uint8Array} message @returns {boolean} */
export const verify = (raw, signature, message) => ml_dsa44.verify(signature, message, raw);
