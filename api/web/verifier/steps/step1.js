/**
 * Step 1, Ledger: the charter walk, and every signature line of the checkpoint.
 * @module
 */
import { walkCharters } from "../charter_walk.js";
import { LOG_LINE, POST_QUANTUM, verifyLines } from "../checkpoint.js";
import { untrusted } from "../errors.js";
import { parseCheckpointNote } from "../traceproof.js";

/** @param {import("../examination.js").Examination} examination */
export async function checkLedger(examination) {
  const { proof, standpoint, check } = examination;
  examination.charters = await walkCharters([...proof.registry, ...proof.trace], standpoint.policy.charter, check);
  const { note, checkpoint } = parseCheckpointNote(proof.noteBytes);
  examination.checkpoint = checkpoint;
  const { charter } = examination;
  if (charter.origin !== checkpoint.origin) throw untrusted("checkpoint.origin", checkpoint.origin, charter.origin);
  const keys = [...charter.policy.logs, ...charter.policy.witnesses.values()];
  examination.lines = await verifyLines(check, checkpoint, note.lines, keys);
  const own = examination.lines.filter(({ key }) => charter.policy.logs.includes(key));
  if (!own.some(({ key }) => key.kind === LOG_LINE)) {
    throw untrusted("checkpoint", "no Ed25519 line of the ledger", `one of ${charter.origin}`);
  }
  const logs = standpoint.policy.policy?.logs;
  const same = examination.lines.some(({ key }) =>
    logs?.some((each) => each.name === key.name && each.kind === key.kind && each.key.hex === key.key.hex),
  );
  if (logs && !same) throw untrusted("checkpoint", "no line of a log that you trust", "a log line of your policy");
  if (!own.some(({ key }) => key.kind === POST_QUANTUM)) examination.leave("unchecked.post-quantum");
}
