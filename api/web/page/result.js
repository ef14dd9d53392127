/**
 * The whole page of a checked trace, first what matters most.
 * @module
 */
import { route } from "./route.js";
import { Story } from "./story.js";
import { filed, notices, product, recalls, strip } from "./strip.js";
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

/** Of a ledger that forked nothing is told: any of its histories may be the false one. */
export const FORKED = "page.said.incomplete-forked";

/** @param {Checked} checked @returns {any} the story that is shown; null where there is none */
export const shownOf = ({ why, verdict }) => (why === FORKED ? null : (verdict?.story ?? null));

/**
 * @param {Checked} checked
 * @param {Around} around
 * @returns {{top: Node[], bottom: Node[]}} nothing in it that the proof does not prove; what the server said stands
 *   between top and bottom where nothing could be checked, and nowhere else
 */
export function result(checked, { subject, saying, policies, again }) {
  const told = shownOf(checked);
  const story = told ? new Story(told, saying) : null;
  const shown = (/** @type {any[]} */ parts) => parts.filter((each) => each !== null);
  const bottom = [
    unchecked(checked, saying),
    why(checked, policies, saying, again),
    report(checked, subject, policies.current().fingerprint, saying),
  ];
  const top = [
    ...recalls(checked.verdict, story, saying),
    checked.state === "cannot" ? null : product(subject, story, saying),
    strip(checked, policies.current().from === "operator", saying),
    notices(checked, story, saying),
    story && filed(story),
    story && route(story),
    story && timeline(story),
  ];
  return { top: shown(top), bottom: shown(bottom) };
}
