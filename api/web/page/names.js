/**
 * What a participant is called, by the registry or, where that does not name it, by the charter.
 * @module
 */
import { inLanguage } from "./saying.js";

/**
 * @param {import("../verifier/registry.js").Registry} registry
 * @param {string} uri of an agency or enterprise
 * @param {number} leaf at which
 * @param {string} lang
 * @returns {string} as admitted, or as a charter names a holder of a root, else the URI
 */
export function nameAt(registry, uri, leaf, lang) {
  const { roots } = registry.charters.at(leaf);
  const named = registry.version(uri, leaf) ?? roots.find((/** @type {any} */ each) => each.agency === uri);
  return inLanguage(named?.names, lang) || uri;
}
