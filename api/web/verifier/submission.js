/**
 * Submissions and batch answers (section 16): read, not judged.
 * @module
 */
import { malformed, tooLarge } from "./errors.js";
import { parseBodyState, parseFile } from "./parts.js";
import { asBytes, asList, asMap, asText } from "./shape.js";

const SUBMISSION = "suyuan submission";
const BATCH = "suyuan batch";
const MOST_BYTES = 16 * 2 ** 20;
const MOST_EVENTS = 4_096;

/** @param {any} value @param {string} field @returns {any[]} 1 to 4,096 */
function asEvents(value, field) {
  const list = asList(value, field);
  if (list.length < 1 || list.length > MOST_EVENTS) throw malformed(field, list.length, `1 to ${MOST_EVENTS}`);
  return list;
}

/** @param {any} value @param {string} field @returns {Uint8Array[]} */
const asParts = (value, field) => asEvents(value, field).map((each) => asBytes(each, field));

/**
 * @typedef {{statement: Uint8Array, heads: Uint8Array[], bodies: Uint8Array[], disclosures: string[][],
 *   attachments: Uint8Array[]}} Submission
 */

/** @param {Uint8Array} data @returns {Submission} */
export function parseSubmission(data) {
  if (data.length > MOST_BYTES) throw tooLarge(SUBMISSION, `${data.length} bytes`, `at most ${MOST_BYTES}`);
  const content = asMap(parseFile(data, SUBMISSION, "submission"), SUBMISSION, [1, 2, 3], [4, 5]);
  const heads = asParts(content.get(2), "submission.heads");
  const bodies = asParts(content.get(3), "submission.bodies");
  const field = "submission.disclosures";
  const disclosures = content.has(4)
    ? asEvents(content.get(4), field).map((each) => asList(each, field).map((text) => asText(text, field)))
    : heads.map(() => []);
  if (bodies.length !== heads.length || disclosures.length !== heads.length) {
    throw malformed(SUBMISSION, "lists of other lengths", "a body and disclosures for each head");
  }
  if (content.has(4) && disclosures.every((each) => !each.length)) throw malformed(field, "none at all", "left out");
  const attachments = content.has(5) ? asParts(content.get(5), "submission.attachments") : [];
  return { statement: asBytes(content.get(1), "submission.statement"), heads, bodies, disclosures, attachments };
}

/** @param {Uint8Array} data @returns {{head: Uint8Array, state: import("./event.js").BodyState}[]} in batch order */
export function parseBatchAnswer(data) {
  return asEvents(parseFile(data, BATCH, BATCH), BATCH).map((each) => {
    const [head, state] = asList(each, BATCH, 2);
    return { head: asBytes(head, BATCH), state: parseBodyState(state, BATCH) };
  });
}
