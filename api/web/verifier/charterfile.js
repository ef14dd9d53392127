/**
 * Charter files (section 17): every charter and its approvals, walked from the pinned hash.
 * @module
 */
import { walkCharters } from "./charter_walk.js";
import { Headers, parseFile, parseStatements } from "./parts.js";
import { asMap } from "./shape.js";

const WORD = "suyuan charter";

/** @param {Uint8Array} data @returns {import("./parts.js").StatementPart[]} */
export function parseCharterFile(data) {
  const content = asMap(parseFile(data, WORD), WORD, [4, 6]);
  const headers = new Headers(content.get(4));
  const parts = parseStatements(content.get(6), headers, "registry");
  headers.checkUsed();
  return parts;
}

/**
 * @param {Uint8Array} data
 * @param {{pinned: Uint8Array, check: import("./keys.js").Check}} standpoint pinned: leaf hash of leaf 0
 * @returns {Promise<import("./charter_walk.js").Charters>}
 */
export function examineCharterFile(data, { pinned, check }) {
  return walkCharters(parseCharterFile(data), pinned, check);
}
