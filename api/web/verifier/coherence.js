/**
 * Rules of order (section 15).
 * @module
 */
import { contradiction } from "./errors.js";
import { matches } from "./type_words.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./windows.js").Reach} Reach */
/** @typedef {import("./type_rules.js").OrderRule} OrderRule */
/**
 * @typedef {{histories: Event[][], whole: boolean}} Sight the histories that the proof holds; whole: all that the
 *   rule needs
 */

const MOST_HISTORIES = 128;
/** Kinds of which the latest one that is needed has to be answered, where it can be. */
const ANSWERED = ["list", "claim", "quota", "trace"];

/** @param {Reach} reach @param {Event} event @param {string} where @returns {Sight} */
export function sightOf(reach, event, where) {
  const kinds = where === "history" || where === "reach" ? ["trace", "case"] : [where];
  const pairs = event.head.joins.filter(([kind]) => kinds.includes(kind));
  const met = new Map(pairs.map((pair) => [pair.join(" "), pair]));
  let whole = true;
  /** @type {Event[][]} */
  const histories = [];
  for (const [kind, name] of met.values()) {
    if (met.size > MOST_HISTORIES) return { histories: [], whole: false };
    if (!reach.kinds.includes(kind) || !reach.windows.has(name)) {
      whole = false;
      continue;
    }
    const history = reach.history(kind, name);
    histories.push(history);
    if (where !== "reach") continue;
    // A Map goes on over what is added to it meanwhile.
    for (const pair of history.flatMap((each) => each.head.follows)) met.set(pair.join(" "), pair);
  }
  return { histories, whole };
}

/**
 * @param {OrderRule} rule
 * @param {Event} event
 * @param {Event[][]} histories
 * @returns {boolean} whether they bear it out
 */
function holds(rule, event, histories) {
  const earlier = histories.map((history) => history.filter((each) => each.before(event)));
  if (rule.after) {
    const after = rule.after;
    const fits = (/** @type {Event} */ each) => matches(after, each.type);
    return rule.by === "position"
      ? earlier.some((history) => history.some(fits))
      : histories.some((history) =>
          history.some((each) => each !== event && fits(each) && each.head.time <= event.head.time),
        );
  }
  if (rule.once) return !earlier.some((history) => history.some((each) => each.type === event.type));
  if (rule.advances) return advances(rule, event, earlier);
  return earlier.every((history) => lastFits(rule, event, history));
}

/** @param {OrderRule} rule @param {Event} event @param {Event[]} earlier in one history @returns {boolean} */
function lastFits(rule, event, earlier) {
  const latest = earlier.findLast((each) => matches(rule.last ?? [], each.type));
  if (rule.is) return !latest || matches(rule.is, latest.type);
  if (!latest || !matches(rule.needs ?? [], latest.type)) return false;
  const answers = event.vocabulary?.answers;
  const answered = answers && ANSWERED.includes(rule.in) && matches(answers.types, latest.type);
  return !answered || event.head.about.includes(latest.name);
}

/** @param {OrderRule} rule @param {Event} event @param {Event[][]} earlier @returns {boolean} */
function advances(rule, event, earlier) {
  const { state } = event.head;
  if (!state || state.kind !== rule.in || !event.joins(state.kind, state.name)) return false;
  return earlier.every((history) =>
    history.every(
      ({ type, head: { state: other } }) =>
        type !== event.type ||
        !other ||
        other.kind !== state.kind ||
        other.name !== state.name ||
        other.count < state.count,
    ),
  );
}

/**
 * @param {Reach} reach @param {Event} event @param {OrderRule} rule
 * @returns {boolean} false where it is not judged
 * @throws contradiction
 */
export function checkRule(reach, event, rule) {
  const { histories, whole } = sightOf(reach, event, rule.in);
  const fits = holds(rule, event, histories);
  const settled = whole || (rule.after ? fits : !fits);
  if (settled && !fits) {
    throw contradiction("order", `${rule.code} (${event.type} ${event.name.slice(0, 12)}\u2026)`, "its rule of order");
  }
  return settled;
}
