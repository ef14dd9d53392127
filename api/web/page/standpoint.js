/**
 * What this browser brings along to a check: policy, clock, the registry's own types, what it saw, how it checks
 * signatures.
 * @module
 */
import { formatUtf8 } from "../verifier/bytes.js";
import { parseTraceProof } from "../verifier/traceproof.js";
import { parseTrustPolicy } from "../verifier/trust_policy.js";
import { parseType } from "../verifier/vocabulary.js";
import { checkOfBrowser } from "./fallback.js";
import { policy } from "./policy.js";
import { remember, seenOf, unjoinedOf } from "./store.js";
import { types } from "./types.js";

/** Outcomes after which a checkpoint is remembered, as `suyuan-verify` does. */
const REMEMBERED = ["verified", "not-recorded", "not-recognised"];

/** @returns {Map<string, import("../verifier/vocabulary.js").EventType>} */
const builtinTypes = () =>
  new Map(types.map((text) => parseType(formatUtf8(text))).map((type) => [type.name, type]));

/**
 * @param {Date | null} [asOf] when what is checked was fetched, if this browser kept it (offline.js); null for now.
 *   What was kept is judged as of that time and says so: `unchecked.archived`
 * @returns {import("../verifier/examination.js").Standpoint}
 * @throws malformed where there is no trust policy
 */
export function standpointOf(asOf = null) {
  const trusted = parseTrustPolicy(formatUtf8(policy.current().text));
  return {
    policy: trusted,
    now: Math.floor((asOf ?? new Date()).getTime() / 1000),
    archived: asOf !== null,
    seen: seenOf(trusted.charter),
    builtin: builtinTypes(),
    check: checkOfBrowser(),
  };
}

/**
 * Remember the checkpoint of what was just checked.
 * @param {import("../verifier/examination.js").Standpoint} standpoint
 * @param {import("../verifier/verdict.js").Verdict} verdict
 * @param {Uint8Array | null} data the proof; null for one out of a bundle, of which nothing is remembered
 * @returns {boolean} whether what this browser saw before has to be joined to it
 */
export function rememberVerdict({ policy: { charter }, archived, seen }, { outcome, story }, data) {
  if (archived || !data || !story || !REMEMBERED.includes(outcome)) return false;
  remember({ origin: story.origin, size: story.size, root: story.root, charter }, parseTraceProof(data).noteBytes);
  return unjoinedOf(charter) !== null || (seen !== null && seen.size < story.size);
}
