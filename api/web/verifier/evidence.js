/**
 * Evidence that convicts a ledger by its own word (section 17): loaded where such a file is looked at, not with traces.
 * @module
 */
import { malformed, unsupported } from "./errors.js";
import { confirmAct } from "./evidence/act.js";
import { confirmWrongIndex } from "./evidence/block.js";
import { confirmEnvelope } from "./evidence/envelope.js";
import { confirmForeignSeal } from "./evidence/foreign_seal.js";
import { confirmFork, confirmRollback } from "./evidence/fork.js";
import { WORD } from "./evidence/ledger.js";
import { confirmBrokenSeal } from "./evidence/seal.js";
import { confirmInadmissible } from "./evidence/statement.js";
import { confirmTwice } from "./evidence/twice.js";
import { confirmUnreadable } from "./evidence/unreadable.js";
import { parseFile } from "./parts.js";

/**
 * Kinds by label 13; a fork has none.
 * @type {Map<any, (content: Map<any, any>, standpoint: import("./evidence/ledger.js").Standpoint) =>
 *   Promise<Record<string, any>>>}
 */
const KINDS = new Map([
  ["wrong index", confirmWrongIndex],
  ["rollback", confirmRollback],
  ["inadmissible statement", confirmInadmissible],
  ["inadmissible act", confirmAct],
  ["said twice", confirmTwice],
  ["broken seal", confirmBrokenSeal],
  ["unreadable entry", confirmUnreadable],
  ["inadmissible envelope", confirmEnvelope],
  ["foreign seal", confirmForeignSeal],
]);

/**
 * @param {Uint8Array} data
 * @param {import("./evidence/ledger.js").Standpoint} standpoint
 * @returns {Promise<Record<string, any>>} the kind, the ledger's origin, and what it convicts of
 * @throws unsupported for a kind that is not known; untrusted for another ledger; inconsistent where it convicts nobody
 */
export async function confirmEvidence(data, standpoint) {
  const content = parseFile(data, WORD);
  if (!(content instanceof Map)) throw malformed(WORD, "another shape", "a map");
  const kind = content.get(13);
  const confirm = kind === undefined || kind === null ? confirmFork : KINDS.get(kind);
  if (!confirm) throw unsupported("evidence kind", kind, ["fork", ...KINDS.keys()].join(", "));
  return { kind: kind ?? "fork", ...(await confirm(content, standpoint)) };
}
