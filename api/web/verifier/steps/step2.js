/**
 * Step 2, Not forked: cosignatures reach the charter's quorum, and the policy text's.
 * @module
 */
import { incomplete } from "../errors.js";

/** @param {import("../examination.js").Examination} examination */
export function checkUnforked({ charter, lines, standpoint }) {
  const keys = lines.filter((each) => each.time !== null).map((each) => each.key);
  const names = [...new Set(keys.map((each) => each.name))].join(", ") || "no cosignature";
  if (!charter.policy.satisfied(charter.policy.quorum, keys)) {
    throw incomplete("cosignatures", names, `the charter's quorum: ${charter.policy.quorum}`);
  }
  const own = standpoint.policy.policy;
  if (own && !own.satisfied(own.quorum, keys)) {
    throw incomplete("cosignatures", names, `your policy's quorum: ${own.quorum}`);
  }
}
