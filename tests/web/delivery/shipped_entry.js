/**
 * Entry of a bundle for tests: judges a vector.
 * @module
 */
import { concat, formatUtf8, parseHex } from "../verifier/bytes.js";
import { webCheck } from "../verifier/keys.js";
import { parseTrustPolicy } from "../verifier/trust_policy.js";
import { examineTrace } from "../verifier/verdict.js";
import { parseType } from "../verifier/vocabulary.js";
import { types } from "./types.js";

export function start() {
  const builtin = new Map(types.map((text) => parseType(formatUtf8(text))).map((type) => [type.name, type]));
  const check = webCheck(globalThis.crypto.subtle);
  globalThis.shipped = async (data, { edit, policy, at }) => {
    const bytes = new Uint8Array(data);
    const file = edit
      ? concat(bytes.subarray(0, edit.at), parseHex(edit.insert, "insert"), bytes.subarray(edit.at + edit.remove))
      : bytes;
    const trusted = parseTrustPolicy(formatUtf8(policy));
    const verdict = await examineTrace(file, { policy: trusted, now: at, archived: true, seen: null, builtin, check });
    const { outcome, exitCode, steps, error, notices, notChecked } = verdict;
    const told = (texts) => texts.map((each) => each.key);
    return JSON.stringify({
      outcome,
      exit: exitCode,
      steps: steps.map((each) => each.passed),
      error: error && [error.code, error.field],
      notices: told(notices),
      unchecked: told(notChecked),
    });
  };
}
