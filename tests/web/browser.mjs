/** The verifier in a page: the same answers as tests/web/worker.mjs gives in Node, and how long they take. */
import { concat, formatUtf8, parseHex } from "../../api/web/verifier/bytes.js";
import { webCheck } from "../../api/web/verifier/keys.js";
import { parseTrustPolicy } from "../../api/web/verifier/trust_policy.js";
import { examineTrace } from "../../api/web/verifier/verdict.js";
import { parseType } from "../../api/web/verifier/vocabulary.js";
import { summary } from "./summary.mjs";
import { format } from "./values.mjs";

/** @type {Map<string, any>} the registry's own types, given by the test */
const builtin = new Map();
/** @type {Map<string, Uint8Array>} */
const files = new Map();

/** @param {string[]} types texts of type files @param {Record<string, string>} given names and hex of files */
export function prepare(types, given) {
  for (const each of types.map((text) => parseType(formatUtf8(text)))) builtin.set(each.name, each);
  for (const [name, hex] of Object.entries(given)) files.set(name, parseHex(hex, "file"));
}

/** @param {any} vector @returns {Promise<import("../../api/web/verifier/verdict.js").Verdict>} */
function examine({ file, edit, policy, at }) {
  let data = /** @type {Uint8Array} */ (files.get(file));
  if (edit)
    data = concat(data.subarray(0, edit.at), parseHex(edit.insert, "insert"), data.subarray(edit.at + edit.remove));
  const check = webCheck(globalThis.crypto.subtle);
  return examineTrace(data, {
    policy: parseTrustPolicy(formatUtf8(policy)),
    now: at,
    archived: true,
    seen: null,
    builtin,
    check,
  });
}

/** @param {any} vector @returns {Promise<string>} the summary as JSON, and what the browser cannot check */
export async function judge(vector) {
  const verdict = await examine(vector);
  return format({ ...summary(verdict), cannotCheck: verdict.error?.cannotCheck ?? "" });
}

/** @param {any[]} vectors @returns {Promise<string[]>} as tests/web/worker.mjs answers each */
export async function judgeAll(vectors) {
  const answers = [];
  for (const each of vectors) answers.push(format({ facts: summary(await examine(each)) }));
  return answers;
}

/** @param {any} vector @param {number} times @returns {Promise<number>} the median in milliseconds */
export async function measure(vector, times) {
  const taken = [];
  for (let n = 0; n < times; n++) {
    const begun = performance.now();
    await examine(vector);
    taken.push(performance.now() - begun);
  }
  return taken.sort((one, other) => one - other)[times >> 1];
}
