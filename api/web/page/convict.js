/**
 * A fork that this browser saw, as a file that convicts: the checkpoint that it kept, the one that it is shown now, and
 * the path between their sizes out of the ledger's own tiles. Loaded where a contradiction is seen.
 * @module
 */
import { concat } from "../verifier/bytes.js";
import { formatCbor, parseCbor } from "../verifier/cbor.js";
import { SuyuanError } from "../verifier/errors.js";
import { confirmFork } from "../verifier/evidence/fork.js";
import { parseFile } from "../verifier/parts.js";
import { parseCheckpointNote, parseTraceProof } from "../verifier/traceproof.js";
import { element } from "./element.js";
import { withLaterTexts } from "./later_saying.js";
import { fetchBytes } from "./ledgercheck.js";
import { consistencyPath, LogTiles } from "./logpaths.js";
import { noteOf } from "./store.js";

/** @typedef {import("../verifier/examination.js").Standpoint} Standpoint */
/** @typedef {import("./saying.js").Saying} Saying */

const WORD = "suyuan evidence";

/**
 * @param {{kept: Uint8Array, shown: Uint8Array, charter: Uint8Array}} given notes of two checkpoints, a charter file
 * @param {import("./logpaths.js").Fetch} fetch of tiles
 * @returns {Promise<Uint8Array>}
 */
async function makeEvidence({ kept, shown, charter }, fetch) {
  const [older, newer] = [kept, shown].map((each) => Number(parseCheckpointNote(each).checkpoint.size));
  const path = older < newer ? await consistencyPath(new LogTiles(fetch, newer), older) : [];
  const parts = /** @type {any[]} */ (parseCbor(charter))[2];
  const content = new Map([
    [4, parts.get(4)],
    [6, parts.get(6)],
    [11, [[1, kept], [1, shown]]],
    [12, concat(...path)],
  ]);
  return formatCbor([WORD, 1, /** @type {any} */ (content)]);
}

/**
 * @param {Uint8Array} shown the note of the checkpoint that contradicts what this browser kept
 * @param {Standpoint} standpoint
 * @returns {Promise<Uint8Array | null>} evidence; null where none convicts: nothing was kept, or the ledger hands out
 *   neither its charter nor the tiles
 */
export async function evidenceAgainst(shown, { policy, check, builtin }) {
  const get = (/** @type {string} */ address) => fetchBytes(address, fetch.bind(globalThis));
  try {
    const [kept, charter] = [noteOf(policy.charter), await get("/charter")];
    if (!kept || !charter) return null;
    const data = await makeEvidence({ kept, shown, charter }, get);
    const content = /** @type {Map<any, any>} */ (parseFile(data, WORD));
    await confirmFork(content, { pinned: policy.charter, check, builtin });
    return data;
  } catch (error) {
    if (error instanceof SuyuanError || error instanceof TypeError) return null; // fetch throws TypeErrors
    throw error;
  }
}

/** @param {Uint8Array | null} data @param {Saying} spoken @returns {any} what is said of it, and the file to save */
export function evidenceLink(data, spoken) {
  const { say } = withLaterTexts(spoken);
  if (!data) return element("p", {}, say("check.keep"));
  const href = URL.createObjectURL(new Blob([/** @type {any} */ (data)]));
  return element(
    "div",
    {},
    element("p", {}, say("convict.why")),
    element("p", {}, element("a", { class: "button", href, download: "fork.evidence" }, say("convict.save"))),
  );
}

/** @param {any} place @param {import("./checking.js").Checked} checked that forked @param {Saying} saying */
export async function offerEvidence(place, { data, standpoint }, saying) {
  if (!data || !standpoint) return;
  place.append(evidenceLink(await evidenceAgainst(parseTraceProof(data).noteBytes, standpoint), saying));
}
