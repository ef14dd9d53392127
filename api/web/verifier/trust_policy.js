/**
 * Trust policies (section 8): what a verifier is given by somebody it trusts, never by the ledger.
 * @module
 */
import { parseHex, parseUtf8 } from "./bytes.js";
import { parseDecimal } from "./checkpoint.js";
import { malformed, SuyuanError, unsupported } from "./errors.js";
import { parseTlogPolicy, TlogPolicy } from "./tlog_policy.js";

const FIELD = "trust policy";

/**
 * @typedef {object} TrustPolicy
 * @property {Uint8Array} charter leaf hash of leaf 0
 * @property {number | bigint | null} maxAge seconds
 * @property {string | null} replay
 * @property {TlogPolicy | null} policy
 */

/** @param {string} text @returns {TlogPolicy} */
function parsePolicyText(text) {
  try {
    return parseTlogPolicy(text);
  } catch (error) {
    if (error instanceof SuyuanError && error.code === "malformed") throw malformed(FIELD, error.came, error.expected);
    throw error;
  }
}

/** @param {Uint8Array} data @returns {TrustPolicy} */
export function parseTrustPolicy(data) {
  const text = parseUtf8(data, FIELD);
  const cut = text.indexOf("\n\n");
  const policy = cut < 0 ? null : parsePolicyText(text.slice(cut + 2));
  const [first, ...lines] = (cut < 0 ? text : text.slice(0, cut + 1)).split("\n");
  if (/^suyuan trust policy v[0-9]+$/.test(first) && !first.endsWith(" v1")) {
    throw unsupported(FIELD, first, "version 1");
  }
  if (first !== "suyuan trust policy v1" || lines.pop() !== "") throw malformed(FIELD, first, "suyuan trust policy v1");
  /** @param {string} word @returns {string | undefined} what stands behind it, if this line is it */
  const next = (word) => (lines[0]?.startsWith(`${word} `) ? lines.shift()?.slice(word.length + 1) : undefined);
  const charter = parseHex(next("charter") ?? "", FIELD, 32);
  const maxAge = next("max-age");
  const replay = next("replay") ?? null;
  if (lines.length) throw malformed(FIELD, lines[0], "charter, max-age, replay, in this order");
  if (replay !== null && (!/^[^ \t\u0000-\u001f\u007f]+$/.test(replay) || (policy && !policy.defines(replay)))) {
    throw malformed(FIELD, replay, "a group or witness");
  }
  return { charter, maxAge: maxAge === undefined ? null : parseDecimal(maxAge, FIELD), replay, policy };
}
