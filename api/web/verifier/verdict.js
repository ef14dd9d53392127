/**
 * The nine steps of a trace proof, in their order; the first failure decides (section 18).
 * @module
 */
import { beginSignatures, remembering } from "./ahead.js";
import { malformed, SuyuanError } from "./errors.js";
import { Examination } from "./examination.js";
import { tellNotices } from "./notices.js";
import { recogniseAll } from "./steps/step7.js";
import { checkLedger } from "./steps/step1.js";
import { checkUnforked } from "./steps/step2.js";
import { checkSealed } from "./steps/step3.js";
import { checkKeys } from "./steps/step4.js";
import { checkEvents } from "./steps/step5.js";
import { checkComplete } from "./steps/step6.js";
import { checkRecognised } from "./steps/step7.js";
import { checkCoherent } from "./steps/step8.js";
import { checkFresh } from "./steps/step9.js";
import { parseTraceProof } from "./traceproof.js";

/** Each step, and what its failure means. @type {[(examination: Examination) => void | Promise<void>, string][]} */
const STEPS = [
  [checkLedger, "altered"],
  [checkUnforked, "incomplete"],
  [checkSealed, "altered"],
  [checkKeys, "altered"],
  [checkEvents, "altered"],
  [checkComplete, "incomplete"],
  [checkRecognised, "not-recognised"],
  [checkCoherent, "contradictory"],
  [checkFresh, "incomplete"],
];

/** @type {Record<string, number>} */
export const EXIT_CODES = {
  verified: 0,
  altered: 1,
  contradictory: 1,
  incomplete: 3,
  "not-recognised": 3,
  "not-recorded": 3,
  unreadable: 4,
  unsupported: 5,
};

/**
 * @typedef {{number: number, passed: boolean | null, error: SuyuanError | null}} StepResult
 *   passed is null where the step was not reached, or its signatures cannot be checked in this browser
 */

/**
 * @typedef {object} Verdict
 * @property {string} outcome
 * @property {number} exitCode
 * @property {SuyuanError | null} error
 * @property {StepResult[]} steps
 * @property {import("./examination.js").Told[]} notices
 * @property {import("./examination.js").Told[]} notChecked
 * @property {any} story null where nothing is recorded, or nothing can be told
 */

/** @param {SuyuanError} error @param {string} otherwise @returns {string} */
function outcomeOf(error, otherwise) {
  if (error.code === "unsupported") return "unsupported";
  return error.code === "too-large" ? "unreadable" : otherwise;
}

/** @param {string} outcome @param {Partial<Verdict>} parts @returns {Verdict} */
function verdict(outcome, parts) {
  const steps = STEPS.map((_, at) => parts.steps?.[at] ?? { number: at + 1, passed: null, error: null });
  return {
    outcome,
    exitCode: EXIT_CODES[outcome],
    error: null,
    notices: [],
    notChecked: [],
    story: null,
    ...parts,
    steps,
  };
}

/**
 * @param {Uint8Array} data the file's bytes
 * @param {import("./examination.js").Standpoint} standpoint
 * @param {{subject?: string, walk?: string}} [asked] what was asked for; the proof of anything else is no answer
 * @returns {Promise<Verdict>}
 */
export async function examineTrace(data, standpoint, asked = {}) {
  let examination;
  try {
    const proof = parseTraceProof(data);
    for (const member of /** @type {const} */ (["subject", "walk"])) {
      const expected = asked[member] ?? proof[member];
      if (proof[member] !== expected) throw malformed(member, proof[member], expected);
    }
    examination = new Examination({ ...standpoint, check: remembering(standpoint.check) }, proof);
    beginSignatures(proof, examination.check);
  } catch (error) {
    if (!(error instanceof SuyuanError)) throw error;
    return verdict(outcomeOf(error, "unreadable"), { error });
  }
  /** @type {StepResult[]} */
  const steps = [];
  /** @type {{error: SuyuanError, outcome: string} | null} */
  let failure = null;
  for (const [at, [step, otherwise]] of STEPS.entries()) {
    const number = at + 1;
    try {
      await step(examination);
      steps.push({ number, passed: true, error: null });
      // What the story is follows once everything in it is authentic.
      if (number === 5) examination.story = examination.reach.story();
    } catch (error) {
      if (!(error instanceof SuyuanError)) throw error;
      steps.push({ number, passed: error.cannotCheck ? null : false, error });
      failure = { error, outcome: outcomeOf(error, otherwise) };
      break;
    }
  }
  return conclude(examination, steps, failure);
}

/**
 * @param {Examination} examination
 * @param {StepResult[]} steps
 * @param {{error: SuyuanError, outcome: string} | null} failure
 * @returns {Verdict}
 */
function conclude(examination, steps, failure) {
  examination.leave("unchecked.truth");
  const recorded = examination.tracePart.length > 0;
  const outcome = failure ? failure.outcome : recorded ? "verified" : "not-recorded";
  const told = recorded && steps.length > 6 && steps[5].passed;
  const recognition = told ? recogniseAll(examination) : new Map();
  if (told) tellNotices(examination, recognition);
  const story = told ? tellStory(examination, recognition) : null;
  return verdict(outcome, {
    error: failure?.error ?? null,
    steps,
    notices: examination.notices,
    notChecked: examination.unchecked,
    story,
  });
}

/**
 * @param {Examination} examination
 * @param {Map<import("./event.js").Event, import("./recognition.js").Recognition>} recognition
 */
function tellStory(examination, recognition) {
  const { proof, checkpoint, story, newest, lines, stating, charter, registry, standing } = examination;
  const witnesses = new Set(
    lines
      .filter((each) => each.time !== null && charter.policy.witnesses.has(witnessName(examination, each.key)))
      .map((each) => each.key.name),
  );
  const rest =
    proof.since && stating ? { count: proof.since.count, root: stating.head.state?.root, event: stating } : null;
  return {
    subject: proof.subject,
    walk: proof.walk,
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: checkpoint.root,
    time: newest.time,
    cosigned: [...witnesses].sort(),
    timeline: story.timeline,
    outside: story.outside,
    recognition,
    rest,
    charter,
    registry,
    standing,
  };
}

/** @param {Examination} examination @param {import("./note.js").VerifierKey} key @returns {string} */
function witnessName({ charter }, key) {
  return [...charter.policy.witnesses].find(([, each]) => each === key)?.[0] ?? "";
}
