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

/** @param {Event} event @param {string} where @returns {import("./head.js").Pair[]} the histories that it names */
function named(event, where) {
  const kinds = where === "history" || where === "reach" ? ["trace", "case"] : [where];
  return event.head.joins.filter(([kind]) => kinds.includes(kind));
}

/**
 * @param {Reach} reach
 * @param {import("./head.js").Pair[]} pairs to begin with
 * @param {boolean} onwards whether to go where follows lead to
 * @returns {Sight}
 */
function sightOf(reach, pairs, onwards) {
  const met = new Map(pairs.map((pair) => [pair.join(" "), pair]));
  let whole = true;
  /** @type {Event[][]} */
  const histories = [];
  for (const [kind, name] of met.values()) {
    if (onwards && met.size > MOST_HISTORIES) return { histories: [], whole: false };
    if (!reach.kinds.includes(kind) || !reach.windows.has(name)) {
      whole = false;
      continue;
    }
    const history = reach.history(kind, name);
    histories.push(history);
    if (!onwards) continue;
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
 * @param {OrderRule} rule
 * @param {Event} event
 * @param {Sight} sight
 * @returns {boolean | null} whether it holds there; null where what is held does not settle it
 */
function judge(rule, event, { histories, whole }) {
  const fits = holds(rule, event, histories);
  return whole || fits === Boolean(rule.after) ? fits : null;
}

/**
 * @param {Reach} reach
 * @param {Event} event
 * @param {OrderRule} rule
 * @returns {boolean} false where it is not judged
 * @throws contradiction
 */
export function checkRule(reach, event, rule) {
  const onwards = rule.in === "reach" || rule.in === "each";
  const starts = rule.in === "each" ? event.head.follows.map((pair) => [pair]) : [named(event, rule.in)];
  const found = starts.map((pairs) => judge(rule, event, sightOf(reach, pairs, onwards)));
  if (!found.length || found.includes(false)) {
    throw contradiction("order", `${rule.code} (${event.type} ${event.name.slice(0, 12)}\u2026)`, "its rule of order");
  }
  return !found.includes(null);
}
