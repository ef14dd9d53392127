/**
 * The page of an event: checks its proof here, and draws what was checked in the place of what the server said.
 * @module
 */
import { element, icon, pairs } from "./element.js";
import { checkEvent, nameOfPage } from "./eventcheck.js";
import { fetchBytes } from "./ledgercheck.js";
import { asOf } from "./offline.js";
import { withLaterTexts } from "./later_saying.js";
import { dataRows } from "./datarows.js";
import { beijingTime, refusal } from "./saying.js";
import { standpointOf } from "./standpoint.js";

/** @typedef {import("./eventcheck.js").EventCheck} EventCheck */
/** @typedef {EventCheck & {since: Date | null}} Kept since: when the proof was fetched, if this browser kept it */
/** @typedef {import("./saying.js").Saying} Saying */

/** @type {Record<string, "ok" | "bad" | "warn">} */
const TONES = { verified: "ok", altered: "bad" };

/**
 * @param {any} place @param {Saying} saying
 * @returns {Promise<Kept | null>} null where nothing was fetched
 */
async function check({ dataset }, { lang }) {
  /** @type {Date | null} */
  let since = null;
  const fetched = async (/** @type {any} */ address) => {
    const answer = await fetch(address);
    since ??= asOf(answer);
    return answer;
  };
  const get = (/** @type {string} */ address) => fetchBytes(address, fetched);
  const asked = { name: nameOfPage(location.pathname), proof: dataset.proof, registry: dataset.registry ?? null };
  try {
    return { ...(await checkEvent(asked, get, standpointOf(), lang)), since };
  } catch {
    return null;
  }
}

/** @param {Kept | null} checked @param {Saying} saying @returns {any[]} */
function verdict(checked, saying) {
  const { say } = saying;
  const state = checked?.state ?? "cannot";
  const tone = TONES[state] ?? "warn";
  const lines = (/** @type {string[]} */ keys) => element("ul", {}, ...keys.map((key) => element("li", {}, say(key))));
  return [
    element(
      "div",
      { class: `strip ${tone}`, "data-state": state },
      icon(tone),
      element(
        "div",
        {},
        element("p", {}, element("strong", {}, say(`check.event.state.${state}`))),
        checked?.error && element("p", {}, refusal(checked.error, saying)),
        !checked && element("p", {}, say("check.unreached")),
        checked?.since && element("p", {}, say("page.offline", { time: beijingTime(checked.since.getTime()) })),
      ),
    ),
    checked?.checked.length ? element("h3", {}, say("check.checked")) : null,
    checked?.checked.length ? lines(checked.checked) : null,
    checked?.unchecked.length ? element("h3", {}, say("trace.unchecked")) : null,
    checked?.unchecked.length ? lines(checked.unchecked) : null,
  ].filter(Boolean);
}

/** @param {string} subject @param {string} lang @returns {any} a link to whatever page there is of it */
const link = (subject, lang) =>
  element("a", { class: "mono", href: `/search?q=${encodeURIComponent(subject)}&lang=${lang}` }, subject);

/** @param {EventCheck} checked of an event that is verified @param {Saying} saying @returns {any} its facts */
function facts({ event, time, issuer }, saying) {
  const { say, lang } = saying;
  if (!event) return null;
  const body = event.body();
  const place = say("trace.position", { leaf: event.leaf });
  const subjects = [...(body?.subjects.values() ?? [])].flat();
  return pairs([
    [say("trace.claimed"), beijingTime(event.head.time)],
    [say("trace.recorded"), time === null ? place : `${beijingTime(time)}, ${place}`],
    [say("trace.issuer"), issuer],
    [say("trace.details"), body ? null : say(`trace.${event.state.word}`)],
    ...(body ? dataRows(body.data, saying) : []),
    [say("trace.subjects"), ...subjects.map((each) => link(each, lang))],
  ]);
}

/** @param {any} place the section of the page @param {Saying} spoken without the texts that only this script says */
export async function show(place, spoken) {
  const saying = withLaterTexts(spoken);
  const live = element("p", { role: "status" }, saying.say("page.checking"));
  const actions = place.querySelector(".actions");
  const heading = element("h2", { id: "unverified" }, saying.say("check.event.heading"));
  place.replaceChildren(heading, live);
  const checked = await check(place, saying);
  place.classList.remove("unverified");
  place.append(...verdict(checked, saying), actions);
  live.textContent = saying.say("check.done");
  redraw(checked, saying);
}

/** @param {EventCheck | null} checked @param {Saying} saying */
function redraw(checked, saying) {
  const details = document.querySelector("#details")?.parentElement;
  const drawn = checked?.event && facts(checked, saying);
  if (drawn) {
    details?.querySelector("dl")?.replaceWith(drawn);
    document.querySelector("#details")?.replaceChildren(saying.say("check.event.details"));
  }
  // Where what came is not what was recorded, nothing of it is shown.
  const said = checked?.state === "altered" ? document.querySelectorAll("main > section:not([data-proof])") : [];
  for (const each of said) each.remove();
}
