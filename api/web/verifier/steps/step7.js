/**
 * Step 7, Recognised: every event of the story satisfies the policies of its type.
 * @module
 */
import { notRecognised } from "../errors.js";
import { Endorsements, recognise } from "../recognition.js";

/** @typedef {import("../event.js").Event} Event */

/**
 * @param {import("../examination.js").Examination} examination
 * @returns {Map<Event, import("../recognition.js").Recognition>}
 */
export function recogniseAll({ tracePart, registry, standing, newest }) {
  const endorsements = new Endorsements(tracePart, registry, standing);
  return new Map(tracePart.map((event) => [event, recognise(event, endorsements, newest.time)]));
}

/** @param {Event} event @returns {boolean} */
const isJudged = ({ type }) => !type.startsWith("endorsement.") && !type.startsWith("registry.");

/** @param {import("../examination.js").Examination} examination */
export function checkRecognised(examination) {
  if (examination.isHistory) {
    examination.leave("unchecked.trace");
    examination.leave("unchecked.recognition");
    return;
  }
  const found = recogniseAll(examination);
  for (const event of examination.story.timeline.filter(isJudged)) {
    const outcome = found.get(event)?.outcome ?? "";
    if (outcome !== "recorded" && outcome !== "recognised") {
      throw notRecognised(`${event.type} ${event.name.slice(0, 12)}\u2026`, outcome, "recognition by its policies");
    }
  }
}
