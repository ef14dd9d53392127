/**
 * Rules of order (section 15).
 * @module
 */
import { contradiction } from "./errors.js";
import { pairKey } from "./head.js";
import { matches } from "./type_words.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./head.js").Pair} Pair */
/** @typedef {import("./type_rules.js").OrderRule} OrderRule */
/** @typedef {(pair: Pair) => Event[] | null} HistoryOf null where it is not held */
/**
 * @typedef {{pairs: Pair[], histories: Event[][], whole: boolean}} Sight the histories that a rule looks at, and those
 *   of them that are held; whole: all that the rule needs
 */

const MOST_HISTORIES = 128;
/** Kinds of which the latest one that is needed has to be answered, where it can be. */
const ANSWERED = ["list", "claim", "quota", "trace"];

/** @param {Event} event @param {OrderRule} rule @returns {Pair[][]} where it begins to look; of `each`, one by one */
function startsOf(event, rule) {
  const { joins, follows, state } = event.head;
  if (rule.in === "each") return follows.map((pair) => [pair]);
  if (rule.advances) {
    return [joins.filter(([kind, name]) => kind === rule.in && kind === state?.kind && name === state.name)];
  }
  const kinds = rule.in === "history" || rule.in === "reach" ? ["trace", "case"] : [rule.in];
  const own = joins.filter(([kind]) => kinds.includes(kind));
  return [rule.in === "reach" ? [...own, ...follows] : own];
}

/**
 * @param {Pair[]} start
 * @param {boolean} onwards whether to go where follows lead to
 * @param {HistoryOf} historyOf
 * @returns {Sight}
 */
function sightOf(start, onwards, historyOf) {
  const met = new Map(start.map((pair) => [pairKey(pair), pair]));
  let whole = true;
  /** @type {Event[][]} */
  const histories = [];
  // A Map goes on over what is added to it meanwhile.
  for (const pair of met.values()) {
    const history = historyOf(pair);
    if (history) histories.push(history);
    else whole = false;
    for (const followed of onwards && history ? history.flatMap((each) => each.head.follows) : []) {
      if (met.size < MOST_HISTORIES) met.set(pairKey(followed), followed);
      else whole &&= met.has(pairKey(followed));
    }
  }
  return { pairs: [...met.values()], histories, whole };
}

/**
 * @param {Event} event
 * @param {OrderRule} rule
 * @param {HistoryOf} historyOf
 * @returns {Sight[]} of `each`, one a follow
 */
export function sightsOf(event, rule, historyOf) {
  const onwards = rule.in === "reach" || rule.in === "each";
  return startsOf(event, rule).map((start) => sightOf(start, onwards, historyOf));
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
  if (!state || state.count <= 0 || state.kind !== rule.in || !event.joins(state.kind, state.name)) return false;
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
 * @param {Event} event
 * @param {OrderRule} rule
 * @param {HistoryOf} historyOf
 * @returns {boolean | null} whether the rule holds; null where what is held does not settle it
 */
export function ruleHolds(event, rule, historyOf) {
  const found = sightsOf(event, rule, historyOf).map((sight) => judge(rule, event, sight));
  if (!found.length || found.includes(false)) return false;
  return found.includes(null) ? null : true;
}

/**
 * @param {import("./windows.js").Reach} reach
 * @param {Event} event
 * @param {OrderRule} rule
 * @returns {boolean} false where it is not judged
 * @throws contradiction
 */
export function checkRule(reach, event, rule) {
  const holds = ruleHolds(event, rule, ([kind, name]) =>
    reach.kinds.includes(kind) && reach.windows.has(name) ? reach.history(kind, name) : null,
  );
  if (holds === false) {
    throw contradiction("order", `${rule.code} (${event.type} ${event.name.slice(0, 12)}\u2026)`, "its rule of order");
  }
  return holds !== null;
}
