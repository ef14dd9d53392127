/** A verdict in the shape in which it is compared with Python's (tests/web/comparing.py). */

/** @param {import("../../api/web/verifier/verdict.js").Verdict} verdict @returns {any} */
export function summary(verdict) {
  const { outcome, exitCode, steps, error, notices, notChecked, story } = verdict;
  const told = (/** @type {any[]} */ texts) => texts.map(({ key, values }) => [key, values]);
  return {
    outcome,
    exit: exitCode,
    steps: steps.map((each) => each.passed),
    error: error && [error.code, error.field],
    notices: told(notices),
    unchecked: told(notChecked),
    story: story && storyOf(story),
  };
}

/** @param {any} story */
export function storyOf({ origin, size, root, time, cosigned, timeline, recognition, outside, rest }) {
  const events = timeline.map((/** @type {any} */ each) => [
    each.name,
    each.leaf,
    each.position,
    each.type,
    each.time,
    each.head.principal,
    recognition.get(each).outcome,
  ]);
  return {
    origin,
    size,
    root,
    time,
    cosigned,
    timeline: events,
    outside: outside.map((/** @type {any} */ each) => each.name),
    rest: rest && [rest.count, rest.root, rest.event.name],
  };
}
