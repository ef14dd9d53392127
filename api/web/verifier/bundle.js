/**
 * Evidence bundles (section 17): trace proofs with what was granted of them, and the attachments that go with it.
 * @module
 */
import { compareBytes, formatHex } from "./bytes.js";
import { checkAttachment } from "./disclosure.js";
import { malformed, mismatch } from "./errors.js";
import { parseFile } from "./parts.js";
import { sha256 } from "./sha256.js";
import { asBytes, asList, asMap } from "./shape.js";
import { examineTrace } from "./verdict.js";

const WORD = "suyuan bundle";
const PURPOSES = ["tax", "bank", "insurer", "dispute"];
const MOST_TRACES = 64;

/** @typedef {import("./verdict.js").Verdict} Verdict */
/**
 * @typedef {object} Attachment that a disclosure of a story names
 * @property {string} event name
 * @property {string} pointer of the disclosure
 * @property {string} mediaType
 * @property {string} sha256 hex
 * @property {number} size
 * @property {Uint8Array | null} content null where the bundle does not have it
 */
/** @typedef {{purpose: string, verdicts: Verdict[], worst: Verdict, attachments: Attachment[]}} Bundle */

/** @param {Uint8Array} data @returns {{purpose: string, traces: Uint8Array[], attachments: Map<string, Uint8Array>}} */
export function parseBundle(data) {
  const content = asMap(parseFile(data, WORD), WORD, [1, 2, 3]);
  const purpose = content.get(1);
  if (!PURPOSES.includes(purpose)) throw malformed("purpose", purpose, String(PURPOSES));
  const traces = asList(content.get(2), "traces").map((each) => asBytes(each, "traces"));
  if (!traces.length || traces.length > MOST_TRACES) throw malformed("traces", traces.length, `1 to ${MOST_TRACES}`);
  const attachments = asList(content.get(3), "attachments").map((each) => asBytes(each, "attachments"));
  const digests = attachments.map((each) => sha256(each));
  if (digests.some((each, at) => at && compareBytes(digests[at - 1], each) >= 0)) {
    throw malformed("attachments", "another order", "by SHA-256, none twice");
  }
  return { purpose, traces, attachments: new Map(attachments.map((each, at) => [formatHex(digests[at]), each])) };
}

/**
 * @param {import("./event.js").Event} event of a story
 * @param {Map<string, Uint8Array>} held by SHA-256
 * @returns {Attachment[]}
 */
function attachmentsOf(event, held) {
  const found = [];
  for (const { pointer, value } of event.shown?.values() ?? []) {
    if (!event.vocabulary?.disclosures.get(pointer)?.attachment) continue;
    checkAttachment(value, pointer);
    if (value === null) continue;
    const [mediaType, digest, size] = ["mediaType", "sha256", "size"].map((each) => value.get(each));
    const content = held.get(digest) ?? null;
    if (content && content.length !== size) throw mismatch("attachments", `${content.length} bytes`, size);
    found.push({ event: event.name, pointer, mediaType, sha256: digest, size, content });
  }
  return found;
}

/** @param {Verdict[]} verdicts @returns {Verdict} altered or contradictory before all, else of the highest exit code */
function worstOf(verdicts) {
  const grave = (/** @type {Verdict} */ { exitCode }) => (exitCode === 1 ? Infinity : exitCode);
  return verdicts.reduce((worst, each) => (grave(each) > grave(worst) ? each : worst));
}

/**
 * @param {Uint8Array} data
 * @param {import("./examination.js").Standpoint} standpoint
 * @returns {Promise<Bundle>} each proof with its own verdict
 * @throws malformed, unsupported: no bundle; mismatch for an attachment that no disclosure names
 */
export async function examineBundle(data, standpoint) {
  const { purpose, traces, attachments: held } = parseBundle(data);
  const verdicts = [];
  for (const each of traces) verdicts.push(await examineTrace(each, standpoint));
  const told = verdicts.flatMap((each) => each.story?.timeline ?? []);
  /** @type {Map<string, Attachment>} once for an event and pointer */
  const named = new Map();
  for (const each of told.flatMap((event) => attachmentsOf(event, held))) {
    named.set(`${each.event} ${each.pointer}`, each);
  }
  const known = new Set([...named.values()].map((each) => each.sha256));
  const strange = [...held.keys()].find((each) => !known.has(each));
  // Where a proof tells no story its verdict says why, and nobody knows what its disclosures would name.
  if (strange !== undefined && verdicts.every((each) => each.story)) {
    throw mismatch("attachments", strange, "one that a disclosure names");
  }
  return { purpose, verdicts, worst: worstOf(verdicts), attachments: [...named.values()] };
}
