/**
 * Step 9, Fresh: charter and cosignatures, by the clock; nothing older than what was seen.
 * @module
 */
import { equalBytes } from "../bytes.js";
import { incomplete, inconsistent } from "../errors.js";

/** How far cosignatures may be ahead of the clock, in seconds. */
const AHEAD = 300;

/** @param {import("../examination.js").Examination} examination */
export function checkFresh(examination) {
  const { standpoint, charter, lines } = examination;
  const { now, policy } = standpoint;
  if (now * 1000 >= charter.expires) {
    throw incomplete("charter", `expired at ${charter.expires}`, "a charter that has not expired");
  }
  const maxAge = policy.maxAge;
  const fresh = lines
    .filter(
      ({ time }) =>
        time !== null && Number(time) <= now + AHEAD && (maxAge === null || Number(time) >= now - Number(maxAge)),
    )
    .map((each) => each.key);
  if (maxAge === null) examination.leave("unchecked.age");
  const names = [...new Set(fresh.map((each) => each.name))].join(", ") || "no cosignature";
  if (!charter.policy.satisfied(charter.policy.quorum, fresh)) {
    throw incomplete("cosignatures", names, `the quorum within max-age: ${charter.policy.quorum}`);
  }
  if (policy.policy && !policy.policy.satisfied(policy.policy.quorum, fresh)) {
    throw incomplete("cosignatures", names, `your quorum within max-age: ${policy.policy.quorum}`);
  }
  checkSeen(examination);
  if (standpoint.archived) examination.leave("unchecked.archived", { time: now });
}

/** @param {import("../examination.js").Examination} examination */
function checkSeen(examination) {
  const { standpoint, checkpoint } = examination;
  const { seen } = standpoint;
  const { size, root } = checkpoint;
  if (!seen) return examination.leave("unchecked.first-sight");
  if (size === seen.size && !equalBytes(root, seen.root)) {
    throw inconsistent("checkpoint", "another root", "the one seen before");
  }
  if (size < seen.size && !standpoint.archived) throw incomplete("checkpoint", size, `a size of ${seen.size} or more`);
  if (size > seen.size) examination.leave("unchecked.consistency", { size: seen.size });
}
