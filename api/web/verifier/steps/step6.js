/**
 * Step 6, Complete: trace histories are exactly as indexed, no body is missing, the index was replayed.
 * @module
 */
import { formatHex } from "../bytes.js";
import { incomplete } from "../errors.js";
import { checkIndex, indexKey, valueOf } from "../index.js";
import { Frontier } from "../merkle.js";

/** @param {import("../examination.js").Examination} examination */
export function checkComplete(examination) {
  const { reach, proof, newest } = examination;
  /** @type {import("../index.js").Claims} */
  const claims = new Map();
  const before = proof.since ? new Frontier(proof.since.count, proof.since.subtrees) : new Frontier();
  for (const name of reach.subjects) {
    for (const kind of proof.kinds) claims.set(indexKey(kind, name), valueOf(reach.history(kind, name), before));
  }
  if (proof.since) checkSince(examination, proof.since.count, formatHex(before.root()));
  checkIndex(newest.root, claims, proof.traceIndex);
  checkBodies(examination);
  checkReplayed(examination);
  for (const { event, by } of reach.closed(examination.story)) {
    examination.notice("notice.closed", { type: event.type, by: by.type });
  }
}

/** @param {import("../examination.js").Examination} examination @param {number} count @param {string} root */
function checkSince(examination, count, root) {
  const { proof, asked, tracePart } = examination;
  const kind = proof.kinds[0];
  const stating = tracePart.find(
    ({ head: { state } }) =>
      state && state.kind === kind && state.name === asked && state.count === count && state.root === root,
  );
  if (!stating) throw incomplete("since", `no event states the root of the first ${count} entries`, root);
  examination.stating = stating;
  examination.leave("unchecked.since", { count });
}

/** @param {import("../examination.js").Examination} examination */
function checkBodies({ tracePart }) {
  const missing = tracePart.filter((each) => each.state.word === "missing");
  if (missing.length) {
    throw incomplete("body", `${missing.length} bodies missing, first of ${missing[0].type}`, "every body");
  }
}

/** @param {import("../examination.js").Examination} examination */
function checkReplayed(examination) {
  const { charter, standpoint, lines } = examination;
  const own = standpoint.policy;
  const keys = lines.filter((each) => each.time !== null).map((each) => each.key);
  const named = [charter.replay, own.replay].filter((each) => each !== null);
  if (!named.length) return examination.leave("unchecked.replay");
  if (charter.replay !== null) checkGroup(charter.policy, charter.replay, keys);
  if (own.replay !== null) checkGroup(own.policy ?? charter.policy, own.replay, keys);
}

/**
 * @param {import("../tlog_policy.js").TlogPolicy} policy
 * @param {string} name
 * @param {import("../note.js").VerifierKey[]} keys
 */
function checkGroup(policy, name, keys) {
  if (!policy.defines(name)) throw incomplete("replay", name, "a group that charter or policy defines");
  if (!policy.satisfied(name, keys)) throw incomplete("cosignatures", "cosignatures that do not reach it", name);
}
