/**
 * The hidden code under the scratch layer, checked on this device against the proof that was checked here, before
 * anybody is told it. Loaded where the proof commits to a code, or one came behind `#`.
 * @module
 */
import { ACTIVATED, checkActivation, checkHiddenCode, COMMITTED, parseHiddenCode } from "../verifier/hidden_code.js";
import { SuyuanError } from "../verifier/errors.js";
import { element, icon, section } from "./element.js";
import { withLaterTexts } from "./later_saying.js";
import { beijingTime } from "./saying.js";

/** @typedef {import("./saying.js").Saying} Saying */
/** @typedef {import("../verifier/event.js").Event} Event */
/**
 * @typedef {object} Asked
 * @property {string} subject the item
 * @property {Event[] | null} timeline of the story that was checked; null where nothing could be
 * @property {boolean} complete whether the records are proved to be all there are
 * @property {string} desk address of the public desk; empty where there is none
 */
/** @typedef {{tone: "ok" | "bad" | "warn", name: string, time: number | null, reveal: string}} Finding time: of the
 *   first activation on record; reveal: the code, where it can be revealed */

/** @param {() => unknown} check @returns {boolean} whether it holds */
function holds(check) {
  try {
    check();
    return true;
  } catch (error) {
    if (!(error instanceof SuyuanError)) throw error;
    return false;
  }
}

/** @param {Asked} asked @returns {Event | undefined} what commits the item to its code */
const committedOf = ({ subject, timeline }) =>
  timeline?.find((each) => each.type === COMMITTED && each.body()?.subjects.get("item") === subject);

/** @param {Event[]} timeline @param {Event} committed @returns {Event | undefined} the first that shows the code */
function activationOf(timeline, committed) {
  const body = /** @type {import("../verifier/body.js").Body} */ (committed.body());
  return timeline.find((each) => {
    const shown = each.type === ACTIVATED && each.head.about.includes(committed.name) ? each.body() : null;
    return shown && holds(() => checkActivation(shown, body));
  });
}

/** @param {string} text as it was typed or scanned @param {Asked} asked @returns {Finding} */
export function checkCode(text, asked) {
  const found = (/** @type {Finding["tone"]} */ tone, /** @type {string} */ name, more = {}) =>
    ({ tone, name, time: null, reveal: "", ...more });
  if (!asked.timeline) return found("warn", "cannot");
  const committed = committedOf(asked);
  if (!committed) return found("bad", "none");
  if (!holds(() => parseHiddenCode(text))) return found("warn", "misspelt");
  const hidden = parseHiddenCode(text);
  if (!holds(() => checkHiddenCode(hidden, /** @type {any} */ (committed.body())))) return found("bad", "other");
  const activation = activationOf(asked.timeline, committed);
  if (activation) return found("warn", "activated", { time: activation.time });
  return found("ok", asked.complete ? "first" : "matches", { reveal: hidden.text });
}

/** @param {Finding} finding @param {Asked} asked @param {Saying} saying @returns {any} */
function drawn({ tone, name, time, reveal }, { subject, desk }, { say, lang }) {
  const address = `${desk}/code?lang=${lang}&item=${encodeURIComponent(subject)}#${reveal}`;
  return element(
    "div",
    { class: `strip ${tone}`, "data-code": name, tabindex: -1 },
    icon(tone),
    element(
      "div",
      {},
      element("p", {}, element("strong", {}, say(`hidden.${name}`))),
      element("p", {}, say(`hidden.why.${name}`, { time: time === null ? "" : beijingTime(time) })),
      reveal && desk && element("p", {}, element("a", { class: "button", href: address }, say("hidden.reveal"))),
    ),
  );
}

/**
 * @param {any} place of the page
 * @param {Asked} asked
 * @param {Saying} spoken without the texts that only this script says
 * @param {string} code that came behind `#`; empty where none did
 */
export function offerCheck(place, asked, spoken, code) {
  const saying = withLaterTexts(spoken);
  const { say } = saying;
  const attributes = { maxlength: 80, autocomplete: "off", autocapitalize: "characters", spellcheck: "false" };
  const input = element("input", { id: "hidden-code", type: "text", required: true, ...attributes });
  const told = element("div", { role: "status" });
  const form = element("form", { class: "search" },
    element("label", { for: "hidden-code" }, say("hidden.label")),
    input,
    element("button", { type: "submit" }, say("hidden.check")),
  );
  const check = () => told.replaceChildren(drawn(checkCode(input.value, asked), asked, saying));
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    /** @type {any} */ (event).preventDefault();
    check();
  });
  // The way to the desk leads by this check.
  document.querySelector('#public-desk a[href*="/code?"]')?.setAttribute("href", "#hidden-code");
  place.replaceChildren(section("hidden-title", say("hidden.title"), element("p", {}, say("hidden.lead")), form, told));
  if (!code) return;
  input.value = code;
  check();
  told.firstElementChild.focus();
}
