/**
 * Step 8, Coherent: the rules of order hold; a goods' trace follows its product.
 * @module
 */
import { checkRule } from "../coherence.js";
import { contradiction } from "../errors.js";
import { formOrNull, productOf, subjectName } from "../subject.js";

/** @param {import("../examination.js").Examination} examination */
export function checkCoherent(examination) {
  const { story, reach, proof } = examination;
  const unjudged = new Set();
  const leave = (/** @type {string} */ code) => {
    if (!unjudged.has(code)) examination.leave("unchecked.order", { code });
    unjudged.add(code);
  };
  for (const event of proof.since ? [] : story.timeline) {
    for (const rule of event.vocabulary?.order ?? []) {
      if (!checkRule(reach, event, rule)) leave(rule.code);
    }
  }
  checkProduct(examination);
}

/** @param {import("../examination.js").Examination} examination */
function checkProduct({ proof, reach, asked }) {
  if (!["item", "lot"].includes(formOrNull(proof.subject) ?? "")) return;
  const trace = proof.kinds.includes("trace") ? reach.history("trace", asked) : [];
  const product = subjectName(productOf(proof.subject));
  const follows = trace.some((each) => each.head.follows.some(([kind, name]) => kind === "trace" && name === product));
  if (trace.length && !follows) {
    throw contradiction("product", "a trace that follows no product", productOf(proof.subject));
  }
}
