/**
 * The registry's own types: put in by the release (api/web/release/generated.py), from verifier/vocabulary/registry.
 * @module
 */

/** @type {string[]} JSON texts */
export const types = [];
