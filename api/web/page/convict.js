/**
 * A ledger that contradicts what this browser saw: as a file that convicts, out of the checkpoint that it kept and the
 * one that it is shown now; else both as they were signed. Loaded where a contradiction is seen.
 * @module
 */
import { concat, equalBytes } from "../verifier/bytes.js";
import { formatCbor, parseCbor } from "../verifier/cbor.js";
import { SuyuanError } from "../verifier/errors.js";
import { confirmFork, confirmRollback } from "../verifier/evidence/fork.js";
import { parseFile } from "../verifier/parts.js";
import { parseCheckpointNote, parseTraceProof } from "../verifier/traceproof.js";
import { element } from "./element.js";
import { withLaterTexts } from "./later_saying.js";
import { fetchBytes, Unanswered } from "./fetching.js";
import { consistencyPath, LogTiles } from "./logpaths.js";
import { noteOf, unjoinedOf } from "./store.js";

/** @typedef {import("../verifier/examination.js").Standpoint} Standpoint */
/** @typedef {import("./saying.js").Saying} Saying */
/** @typedef {import("./checking.js").Checked} Checked */
/**
 * @typedef {object} Found
 * @property {Uint8Array | null} evidence a file
 * @property {Uint8Array | null} kept the note that this browser kept
 * @property {Uint8Array} shown the note that it is shown now
 */

const WORD = "suyuan evidence";

/** @param {Uint8Array} note @returns {number} leaves of its checkpoint */
const sizeOf = (note) => Number(parseCheckpointNote(note).checkpoint.size);

/** @param {Uint8Array} one @param {Uint8Array} other @returns {boolean} whoever cosigned them */
function isSame(one, other) {
  const [{ size, root }, second] = [one, other].map((each) => parseCheckpointNote(each).checkpoint);
  return size === second.size && equalBytes(root, second.root);
}

/**
 * What may convict: first that the smaller size was signed later, which asks for no tile; then that they are of two
 * histories.
 * @param {Uint8Array[]} notes the smaller size first @param {[number, any][]} charter parts of a charter file
 * @param {import("./logpaths.js").Fetch} fetch of tiles
 */
async function* contents(notes, charter, fetch) {
  yield { confirm: confirmRollback, content: new Map([...charter, [11, notes], [13, "rollback"]]) };
  const [size, newer] = notes.map(sizeOf);
  const path = size < newer ? await consistencyPath(new LogTiles(fetch, newer), size) : [];
  const commitments = notes.map((each) => [1, each]);
  yield { confirm: confirmFork, content: new Map([...charter, [11, commitments], [12, concat(...path)]]) };
}

/**
 * @param {Uint8Array[]} notes @param {Uint8Array} file of the charter @param {Standpoint} standpoint
 * @param {import("./logpaths.js").Fetch} fetch of tiles
 * @returns {Promise<Uint8Array | null>} the first that convicts
 */
async function convicting(notes, file, { policy, check, builtin }, fetch) {
  const parts = /** @type {any[]} */ (parseCbor(file))[2];
  /** @type {[number, any][]} */
  const charter = [4, 6].map((label) => [label, parts.get(label)]);
  const ordered = [...notes].sort((one, other) => sizeOf(one) - sizeOf(other));
  for await (const { confirm, content } of contents(ordered, charter, fetch)) {
    const data = formatCbor([WORD, 1, /** @type {any} */ (content)]);
    try {
      await confirm(/** @type {any} */ (parseFile(data, WORD)), { pinned: policy.charter, check, builtin });
      return data;
    } catch (error) {
      if (!(error instanceof SuyuanError)) throw error;
    }
  }
  return null;
}

/**
 * @param {Uint8Array} shown the note of a checkpoint that does not go with what this browser kept
 * @param {Standpoint} standpoint
 * @returns {Promise<Found>} evidence is null where none convicts: nothing was kept, nothing contradicts, or the ledger
 *   hands out neither its charter nor the tiles
 */
export async function contradictionOf(shown, standpoint) {
  const get = (/** @type {string} */ address) => fetchBytes(address, fetch.bind(globalThis));
  const { charter } = standpoint.policy;
  const notes = [noteOf(charter), unjoinedOf(charter)].filter((each) => each && !isSame(each, shown));
  const kept = notes[0] ?? null;
  try {
    const file = kept && (await get("/charter"));
    for (const each of file ? notes : []) {
      const evidence = await convicting([/** @type {any} */ (each), shown], /** @type {any} */ (file), standpoint, get);
      if (evidence) return { evidence, kept: each, shown };
    }
    return { evidence: null, kept, shown };
  } catch (error) {
    if (error instanceof SuyuanError || error instanceof Unanswered) return { evidence: null, kept, shown };
    throw error;
  }
}

/** @param {Uint8Array} data @param {string} download name of the file @param {string} text @returns {any} */
const saving = (data, download, text) =>
  element("a", { class: "button", href: URL.createObjectURL(new Blob([/** @type {any} */ (data)])), download }, text);

/**
 * @param {Found} found @param {boolean} forked this browser saw another root
 * @param {Saying} spoken
 * @returns {any} what is said of it, and the files to save; nothing where there is nothing to keep
 */
export function contradiction({ evidence, kept, shown }, forked, spoken) {
  const { say } = withLaterTexts(spoken);
  const told = evidence ? "convict.why" : forked ? "check.keep" : kept ? "convict.doubt" : "";
  if (!told) return null;
  const files = evidence
    ? [saving(evidence, "ledger.evidence", say("convict.save"))]
    : kept
      ? [saving(kept, "kept.checkpoint", say("convict.kept")), saving(shown, "shown.checkpoint", say("convict.shown"))]
      : [];
  return element("div", {}, element("p", {}, say(told)), element("p", { class: "actions" }, ...files));
}

/** @param {Checked} checked that held, of a log that is convicted of a fork @returns {Checked} that says so */
const forkedOf = (checked) => ({
  ...checked,
  state: "incomplete",
  why: "page.said.incomplete-forked",
  todo: "page.todo.incomplete-forked",
  verdict: checked.verdict && {
    ...checked.verdict,
    steps: checked.verdict.steps.map((each) => (each.number === 9 ? { ...each, passed: false } : each)),
  },
});

/**
 * @param {() => any} place
 * @param {Checked} checked whose ledger forked, or shows another log than this browser saw
 * @param {{forked: boolean, convicted: (checked: Checked) => void}} known forked: at one size; convicted: is given
 *   what is said of the trace then, before what convicts is shown
 * @param {Saying} saying
 */
export async function offerEvidence(place, checked, { forked, convicted }, saying) {
  const { data, standpoint } = checked;
  if (!data || !standpoint) return;
  const found = await contradictionOf(parseTraceProof(data).noteBytes, standpoint);
  if (found.evidence) convicted(forkedOf(checked));
  const drawn = contradiction(found, forked, saying);
  if (drawn) place().append(drawn);
}
