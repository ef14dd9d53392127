/**
 * The page of an event: checks its proof here, and draws what was checked in the place of what the server said.
 * @module
 */
import { drawCheck, watching } from "./checkstrip.js";
import { dataRows } from "./datarows.js";
import { element, pairs } from "./element.js";
import { checkEvent, nameOfPage } from "./eventcheck.js";
import { fetchBytes } from "./fetching.js";
import { withLaterTexts } from "./later_saying.js";
import { asOf } from "./offline.js";
import { beijingTime } from "./saying.js";
import { standpointOf } from "./standpoint.js";

/** @typedef {import("./eventcheck.js").EventCheck} EventCheck */
/** @typedef {import("./saying.js").Saying} Saying */

/**
 * @param {any} place @param {Saying} saying
 * @returns {Promise<(EventCheck & {since: Date | null}) | null>} null where nothing was fetched
 */
async function check({ dataset }, { lang }) {
  const { get, since } = watching(asOf);
  const asked = { name: nameOfPage(location.pathname), proof: dataset.proof, registry: dataset.registry ?? null };
  try {
    const found = await checkEvent(asked, (address) => fetchBytes(address, get), standpointOf(), lang);
    return { ...found, since: since() };
  } catch {
    return null;
  }
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
  const checked = await drawCheck(place, "check.event.heading", saying, "event", () => check(place, saying));
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
