/**
 * What came of checking a file that was opened, or read out of a code.
 * @module
 */
import { dataRows } from "./datarows.js";
import { element, icon, pairs, section } from "./element.js";
import { nameAt } from "./names.js";
import { result } from "./result.js";
import { beijingTime, refusal } from "./saying.js";
import { why } from "./trust.js";

/** @typedef {import("./saying.js").Saying} Saying */
/** @typedef {import("./opened.js").Opened} Opened */
/** @typedef {{saying: Saying, policies: import("./trust.js").Policies, again: () => void}} Around */

/** @param {string} tone @param {string} state @param {string[]} lines the first is the word @returns {any} */
const strip = (tone, state, [word, ...lines]) =>
  element(
    "section",
    { class: `strip ${tone}`, id: "verdict", "data-state": state, tabindex: -1, "aria-label": word },
    icon(/** @type {any} */ (tone)),
    element(
      "div",
      {},
      element("p", { class: "word" }, element("strong", {}, word)),
      ...lines.filter(Boolean).map((each) => element("p", {}, each)),
    ),
  );

/** @param {string} title @param {Saying} saying @returns {any} of a file that is no trace, which has a heading already */
const heading = (title, { say }) => element("h1", {}, title || say("release.single"));

/** @param {any} event @param {[string, string][]} more @param {Saying} saying @returns {any} its facts */
function details(event, more, saying) {
  const { say } = saying;
  const body = event.body();
  return section(
    "details",
    say("trace.details"),
    pairs([
      [say("event.name"), element("span", { class: "mono" }, event.name)],
      [say("trace.claimed"), beijingTime(event.head.time)],
      ...more,
      ...(body ? dataRows(body.data, saying) : []),
      [say("trace.subjects"), ...mono([...(body?.subjects.values() ?? [])].flat())],
    ]),
  );
}

/** @param {string[]} texts @returns {any[]} each on a line of its own */
const mono = (texts) => texts.map((each) => element("span", { class: "mono line" }, each));

/** @param {string[]} keys of texts @param {Saying} saying @returns {any} */
const unchecked = (keys, { say }) =>
  section("unchecked", say("trace.unchecked"), element("ul", {}, ...keys.map((key) => element("li", {}, say(key)))));

/** @param {any} facts of an event @param {Saying} saying @returns {any[]} */
function drawEvent({ event, time, quorum, registry }, saying) {
  const { say, lang } = saying;
  const state = quorum ? "verified" : "incomplete";
  const place = say("trace.position", { leaf: event.leaf });
  /** @type {[string, string][]} */
  const more = [
    [say("trace.recorded"), time === null ? place : `${beijingTime(time)}, ${place}`],
    [say("trace.issuer"), nameAt(registry, event.head.principal, event.leaf, lang)],
  ];
  return [
    heading(event.vocabulary?.title.get(lang) ?? event.type, saying),
    strip(quorum ? "ok" : "warn", state, [
      say(`check.event.state.${state}`),
      say(quorum ? "check.event.quorum" : "check.event.no-quorum"),
    ]),
    details(event, more, saying),
    unchecked(["check.event.truth", "check.event.since"], saying),
  ];
}

/** @param {any} facts of a promise @param {Saying} saying @returns {any[]} */
function drawPromise({ event, issuer, origin, leaf, time }, saying) {
  const { say } = saying;
  /** @type {[string, string][]} */
  const more = [
    [say("opened.promised"), `${beijingTime(time * 1000)}, ${say("trace.position", { leaf })}`],
    [say("trace.issuer"), issuer],
  ];
  return [
    heading(event.type, saying),
    strip("ok", "promised", [say("opened.promise"), say("opened.promise-why", { origin })]),
    details(event, more, saying),
    unchecked(["opened.promise-right", "opened.promise-since", "check.event.truth"], saying),
  ];
}

/** @param {any} value of evidence @returns {string} */
const spelt = (value) =>
  value instanceof Uint8Array
    ? [...value].map((each) => each.toString(16).padStart(2, "0")).join("")
    : Array.isArray(value)
      ? value.map(spelt).join(", ")
      : String(value);

/** @param {any} facts of evidence @param {Saying} saying @returns {any[]} */
function drawEvidence({ kind, origin, ...facts }, saying) {
  const { say, word } = saying;
  const rows = Object.entries(facts).map(([name, value]) => [word("evidence.", name), spelt(value)]);
  return [
    heading(say("status.convicted"), saying),
    strip("bad", "evidence", [say(`outcome.${kind.replaceAll(" ", "-")}`), origin]),
    section("details", say("trace.details"), pairs(/** @type {any} */ (rows))),
  ];
}

/** @param {Opened} opened @param {Around} around @returns {any[]} */
function drawTraces({ traces, facts }, around) {
  const { say } = around.saying;
  const told = traces.flatMap(({ checked, subject }) => {
    const { top, bottom } = result(checked, { subject, ...around });
    return [...top, ...bottom];
  });
  const purpose = facts?.purpose;
  const first = purpose && heading(say("bundle.purpose", { purpose: say(`bundle.purpose.${purpose}`) }), around.saying);
  return first ? [first, ...told] : told;
}

/** @param {Opened} opened @param {Around} around @returns {any[]} */
export function drawOpened(opened, around) {
  const { saying, policies, again } = around;
  const { say } = saying;
  const { kind, state, error, facts } = opened;
  if (kind === "traces") return drawTraces(opened, around);
  if (kind === "event") return drawEvent(facts, saying);
  if (kind === "promise") return drawPromise(facts, saying);
  if (kind === "evidence") return drawEvidence(facts, saying);
  const told = opened.why ? say(opened.why, { algorithm: error?.cannotCheck ?? "" }) : "";
  const reason = error && !error.cannotCheck ? refusal(error, saying) : "";
  return [
    strip(state === "altered" ? "bad" : "warn", state, [say(`page.state.${state}`), told, reason]),
    why(/** @type {any} */ ({ verdict: null }), policies, saying, again),
  ];
}
