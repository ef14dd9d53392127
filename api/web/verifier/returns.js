/**
 * Returns behind their legal term, counted from the claimed times of a story's heads.
 * @module
 */

/** @typedef {import("./event.js").Event} Event */

const DAY = 86_400_000;
const RECEIVED = ["delivery.signed", "delivery.pick-up"];
const RELEASED = ["clearance.release", "clearance.joint-release"];

/**
 * Code, type of the return, types from the latest of which before it the term is counted, days.
 * @type {[string, string, string[], number][]}
 */
const TERMS = [
  ["returned-late-to-seller", "aftersales.return", RECEIVED, 7],
  ["returned-late-to-customs", "aftersales.return", RELEASED, 30],
  ["exports-returned-late", "aftersales.export-return", RELEASED, 365],
];

/** @param {Event[]} timeline @returns {{code: string, event: Event, days: number, term: number}[]} */
export function lateReturns(timeline) {
  const late = [];
  for (const event of timeline) {
    for (const [code, type, since, term] of TERMS) {
      if (event.type !== type) continue;
      const times = timeline
        .filter((each) => since.includes(each.type) && each.head.time <= event.head.time)
        .map((each) => each.head.time);
      const days = Math.floor((event.head.time - Math.max(...times)) / DAY);
      if (times.length && event.head.time - Math.max(...times) > term * DAY) late.push({ code, event, days, term });
    }
  }
  return late;
}
