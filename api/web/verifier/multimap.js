/**
 * Maps from a key to a list.
 * @module
 */

/** @template T @param {Map<string, T[]>} map @param {string} key @returns {T[]} */
export const at = (map, key) => map.get(key) ?? [];

/** @template T @param {Map<string, T[]>} map @param {string} key @param {T} value */
export function add(map, key, value) {
  map.set(key, [...at(map, key), value]);
}
