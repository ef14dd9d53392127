/**
 * What came of checking one event or statement: the state in a word, what was checked, what was not.
 * @module
 */
import { element, icon } from "./element.js";
import { beijingTime, refusal } from "./saying.js";

/** @typedef {import("./saying.js").Saying} Saying */
/**
 * @typedef {object} Said
 * @property {string} state last word of a text
 * @property {string[]} checked keys of texts
 * @property {string[]} unchecked keys of texts
 * @property {import("../verifier/errors.js").SuyuanError | null} error
 * @property {Date | null} since when the proof was fetched, if this browser kept it
 */

/** @type {Record<string, "ok" | "bad" | "warn">} */
const TONES = { verified: "ok", altered: "bad" };

/**
 * @param {Said | null} said null where nothing was fetched
 * @param {string} kind `event` or `statement`
 * @param {Saying} saying
 * @returns {any[]}
 */
export function checkStrip(said, kind, saying) {
  const { say } = saying;
  const state = said?.state ?? "cannot";
  const tone = TONES[state] ?? "warn";
  const list = (/** @type {string} */ heading, /** @type {string[]} */ keys = []) =>
    keys.length
      ? [element("h3", {}, say(heading)), element("ul", {}, ...keys.map((key) => element("li", {}, say(key))))]
      : [];
  return [
    element("div", { class: `strip ${tone}`, "data-state": state },
      icon(tone),
      element("div", {},
        element("p", {}, element("strong", {}, say(`check.${kind}.state.${state}`))),
        said?.error && element("p", {}, refusal(said.error, saying)),
        !said && element("p", {}, say("check.unreached")),
        said?.since && element("p", {}, say("page.offline", { time: beijingTime(said.since.getTime()) })),
      ),
    ),
    ...list("check.checked", said?.checked),
    ...list("trace.unchecked", said?.unchecked),
  ];
}

/**
 * Replace what the server said of itself, say that it is being checked, and then what came of it.
 * @param {any} place the section of the page @param {string} heading key of its new heading
 * @param {Saying} saying @param {string} kind @param {() => Promise<any>} check
 * @returns {Promise<any>} what the check gave
 */
export async function drawCheck(place, heading, saying, kind, check) {
  const live = element("p", { role: "status" }, saying.say("page.checking"));
  const actions = place.querySelector(".actions");
  place.replaceChildren(element("h2", { id: "unverified" }, saying.say(heading)), live);
  const said = await check();
  place.classList.remove("unverified");
  place.append(...checkStrip(said, kind, saying), actions);
  live.className = "live"; // what is seen stands in the strip
  live.textContent = saying.say(`check.${kind}.state.${said?.state ?? "cannot"}`);
  return said;
}

/** @returns {{get: (address: string) => Promise<Response>, since: () => Date | null}} since: the oldest answer's */
export function watching(/** @type {(answer: Response) => Date | null} */ asOf) {
  /** @type {Date | null} */
  let since = null;
  const get = async (/** @type {string} */ address) => {
    const answer = await fetch(address);
    since ??= asOf(answer);
    return answer;
  };
  return { get, since: () => since };
}
