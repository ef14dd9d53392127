/**
 * The page of a trace: fetches the proof, checks it here, and puts what was checked in the place of what the server
 * said.
 * @module
 */
import { askedOf } from "./asked.js";
import { check } from "./checking.js";
import { asOf, keepForOffline } from "./offline.js";
import { policy } from "./policy.js";
import { FORKED, result, shownOf } from "./result.js";
import { sayingOf } from "./saying.js";
import { rememberVerdict, standpointOf } from "./standpoint.js";
import { spoken } from "./strip.js";
import { texts } from "./texts.js";

/** @typedef {import("./saying.js").Saying} Saying */

/**
 * @param {import("./asked.js").Asked} asked
 * @param {Saying} saying
 * @param {{place: any, more: any, live: any, served: any[], code: string}} parts of the document, and of its address
 */
async function show(asked, saying, parts) {
  const { place, more, live, served } = parts;
  live.textContent = saying.say("page.checking");
  const checked = await check(asked, { get: fetch.bind(globalThis), asOf, standpointOf });
  const again = async () => {
    await show(asked, saying, parts);
    place.querySelector("#verdict")?.focus();
  };
  const { top, bottom } = result(checked, { subject: asked.subject, saying, policies: policy, again });
  if (checked.state !== "cannot") for (const each of served) each?.remove();
  place.replaceChildren(...top);
  more.replaceChildren(...bottom);
  live.textContent = spoken(checked, saying);
  await offerCode(asked, checked, saying, parts.code);
  const forked = checked.why === FORKED;
  const strip = place.querySelector("#verdict > div");
  if (forked || shrunk(checked)) (await import("./convict.js")).offerEvidence(strip, checked, forked, saying);
  if (checked.standpoint && checked.verdict) rememberVerdict(checked.standpoint, checked.verdict, checked.data);
}

/** @param {import("./checking.js").Checked} checked @returns {boolean} the log is shorter than this browser saw it */
const shrunk = ({ verdict, standpoint, asOf }) =>
  !asOf && Boolean(verdict?.story && standpoint?.seen && verdict.story.size < standpoint.seen.size);

/**
 * @param {import("./asked.js").Asked} asked @param {import("./checking.js").Checked} checked @param {Saying} saying
 * @param {string} code a hidden code that came behind `#`; empty where none did
 */
async function offerCode({ subject }, checked, saying, code) {
  const place = document.getElementById("hidden");
  const timeline = shownOf(checked)?.timeline ?? null;
  const committed = timeline?.some((/** @type {any} */ each) => each.type === "transport.hidden-code");
  if (!place || (!committed && !code)) return place?.replaceChildren();
  const desk = document.getElementById("public-desk")?.dataset.desk ?? "";
  const complete = checked.state !== "incomplete";
  (await import("./hidden.js")).offerCheck(place, { subject, timeline, complete, desk }, saying, code);
}

/** What stands behind `#` where a hidden code was scanned. */
const CODE = /^#([0-9A-Za-z-]{32,40})$/;

/** @returns {string} a hidden code from behind `#`, which is taken out of the address */
function takeCode() {
  const [, code] = CODE.exec(location.hash) ?? [];
  if (code) history.replaceState(null, "", location.pathname + location.search);
  return code ?? "";
}

/** What checks pages that show no trace, by the section in which it draws; loaded where it is wanted. */
const CHECKS = {
  "status-check": () => import("./status.js"),
  "event-check": () => import("./event.js"),
  "statement-check": () => import("./statement.js"),
};

/** What reads codes, and what checks the proofs in them; loaded where they are wanted. */
const CODES = {
  load: async () => (await import("./qr_reader.js")).read,
  show: async (/** @type {Uint8Array} */ data, /** @type {any} */ place, /** @type {Saying} */ saying) =>
    (await import("./scanned.js")).showFile(data, place, saying),
};

/** Called by the release when the page is there. @param {Document} document */
export async function start(document) {
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const saying = sayingOf(lang, texts[lang]);
  const find = (/** @type {string} */ id) => document.getElementById(id);
  const camera = find("camera");
  if (camera) (await import("./camera.js")).offerCamera(camera, saying, CODES);
  const desk = find("public-desk");
  if (desk) (await import("./activation.js")).tellStanding(desk, saying, fetch.bind(globalThis));
  const asked = askedOf(location);
  const place = find("checked");
  if (asked && place)
    await show(asked, saying, {
      place,
      more: find("more"),
      live: find("live"),
      served: [find("recalls"), find("served")],
      code: takeCode(),
    });
  // A code that is scanned while its item's page is open: it is checked against a proof of now.
  globalThis.addEventListener("hashchange", () => CODE.test(location.hash) && location.reload());
  for (const [id, load] of Object.entries(CHECKS)) {
    const found = find(id);
    if (found) await (await load()).show(found, saying);
  }
  await keepForOffline(asked?.proof ?? null);
}
