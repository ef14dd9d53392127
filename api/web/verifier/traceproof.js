/**
 * Trace proofs (section 17).
 * @module
 */
import { hashesOf } from "./bytes.js";
import { parseCheckpoint } from "./checkpoint.js";
import { malformed } from "./errors.js";
import { parseIndexProof } from "./index.js";
import { subtreesOf } from "./merkle.js";
import { parseNote } from "./note.js";
import { Headers, parseFile, parseSeals, parseStatements } from "./parts.js";
import { asBytes, asList, asMap, asNatural, asText } from "./shape.js";
import { formOf } from "./subject.js";

export const WORD = "suyuan trace";
const LABELS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
export const HISTORY_WALKS = ["list", "claim", "member", "quota", "recall"];
/** Kinds of each walk. @type {Record<string, string[]>} */
export const WALKS = {
  public: ["trace", "recall"],
  parties: ["trace", "recall", "case"],
  registry: ["registry", "keys"],
  ...Object.fromEntries(HISTORY_WALKS.map((kind) => [kind, [kind]])),
};

/** @typedef {{count: number, subtrees: Uint8Array[]}} Since */

/** @param {any} value @returns {Since} */
function parseSince(value) {
  const [first, second] = asList(value, "since", 2);
  const count = asNatural(first, "since.count");
  const subtrees = asBytes(second, "since.subtrees");
  if (!count || subtrees.length !== 32 * subtreesOf(count)) {
    throw malformed("since", `${subtrees.length} bytes for ${count} entries`, "32 bytes a complete subtree");
  }
  return { count, subtrees: hashesOf(subtrees) };
}

/**
 * @param {Uint8Array} data
 * @returns {{note: import("./note.js").Note, checkpoint: import("./checkpoint.js").Checkpoint}}
 */
export function parseCheckpointNote(data) {
  const note = parseNote(data, "checkpoint");
  return { note, checkpoint: parseCheckpoint(note.text) };
}

/** @typedef {ReturnType<typeof parseTraceProof>} TraceProof */

/** @param {Uint8Array} data */
export function parseTraceProof(data) {
  const content = asMap(parseFile(data, WORD), WORD, LABELS, [17]);
  const walk = content.get(1);
  if (typeof walk !== "string" || !Object.hasOwn(WALKS, walk)) {
    throw malformed("walk", walk, `one of ${Object.keys(WALKS)}`);
  }
  const subject = asText(content.get(2), "subject");
  formOf(subject, "subject");
  if (content.has(17) && !HISTORY_WALKS.includes(walk)) throw malformed("since", `the walk ${walk}`, "a history walk");
  const headers = new Headers(content.get(4));
  const note = asBytes(content.get(3), "checkpoint");
  const seals = parseSeals(content.get(5), headers);
  const registry = parseStatements(content.get(6), headers, "registry");
  const registryIndex = parseIndexProof(content.get(7), "registry index proof");
  const trace = parseStatements(content.get(8), headers, "trace");
  const traceIndex = parseIndexProof(content.get(9), "trace index proof");
  const path = asBytes(content.get(10), "log path");
  const since = content.has(17) ? parseSince(content.get(17)) : null;
  headers.checkUsed();
  return {
    walk,
    kinds: WALKS[walk],
    subject,
    noteBytes: note,
    seals,
    registry,
    registryIndex,
    trace,
    traceIndex,
    path,
    since,
  };
}
