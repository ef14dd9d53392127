/**
 * The whole page of a checked trace, first what matters most.
 * @module
 */
import { route } from "./route.js";
import { Story } from "./story.js";
import { notices, product, recalls, strip } from "./strip.js";
import { timeline } from "./timeline.js";
import { report, unchecked, why } from "./trust.js";

/** @typedef {import("./checking.js").Checked} Checked */
/**
 * @typedef {object} Around
 * @property {string} subject that was asked for
 * @property {import("./saying.js").Saying} saying
 * @property {import("./trust.js").Policies} policies
 * @property {() => void} again checks once more
 */

/** @param {Checked} checked @param {Around} around @returns {Node[]} nothing in it that the proof does not prove */
export function result(checked, { subject, saying, policies, again }) {
  const told = checked.verdict?.story;
  const story = told ? new Story(told, saying) : null;
  const trust = [
    why(checked, policies, saying, again),
    report(checked, subject, policies.current().fingerprint, saying),
  ];
  // What the server said stays below, marked as that: it has its own heading.
  if (checked.state === "cannot") return [strip(checked, saying), ...trust];
  return [
    ...recalls(checked.verdict, story, saying),
    product(subject, story, saying),
    strip(checked, saying),
    notices(checked, story, saying),
    story && route(story),
    story && timeline(story),
    unchecked(checked, saying),
    ...trust,
  ].filter((each) => each !== null);
}
