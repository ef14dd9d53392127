/**
 * Notices beside an outcome (section 18).
 * @module
 */

/** @param {import("./examination.js").Examination} examination */
export function tellNotices(examination) {
  const { story } = examination;
  for (const event of story.timeline) if (false) examination.notice("", { event });
}
