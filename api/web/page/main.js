/**
 * The page of a trace: fetches the proof, checks it here, and puts what was checked in the place of what the server
 * said.
 * @module
 */
import { askedOf } from "./asked.js";
import { check } from "./checking.js";
import { element } from "./element.js";
import { asOf, keepForOffline } from "./offline.js";
import { policy } from "./policy.js";
import { FORKED, result, shownOf } from "./result.js";
import { sayingOf } from "./saying.js";
import { rememberVerdict, standpointOf } from "./standpoint.js";
import { spoken } from "./strip.js";
import { texts } from "./texts.js";

/** @typedef {import("./saying.js").Saying} Saying */
/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {{place: any, more: any, live: any, served: any[], code: string}} Parts of the document, and its address */

/**
 * @param {import("./asked.js").Asked} asked
 * @param {Saying} saying
 * @param {Parts} parts
 */
async function show(asked, saying, parts) {
  parts.live.textContent = saying.say("page.checking");
  const checked = await check(asked, { get: fetch.bind(globalThis), asOf, standpointOf });
  draw(asked, checked, saying, parts);
  await offerCode(asked, checked, saying, parts.code);
  await compareWithSeen(asked, checked, saying, parts);
}

/**
 * @param {import("./asked.js").Asked} asked @param {Checked} checked @param {Saying} saying @param {Parts} parts
 */
function draw(asked, checked, saying, parts) {
  const { place, more, live, served } = parts;
  const again = async () => {
    await show(asked, saying, parts);
    place.querySelector("#verdict")?.focus();
  };
  const { top, bottom } = result(checked, { subject: asked.subject, saying, policies: policy, again });
  if (checked.state !== "cannot") for (const each of served) each?.remove();
  place.replaceChildren(...top);
  more.replaceChildren(...bottom);
  live.textContent = spoken(checked, saying);
  if (checked.state === "cannot") return;
  const heading = place.querySelector("h1")?.textContent; // the title was the server's word too
  document.title = saying.say("trace.title", { name: heading ?? asked.subject });
}

/**
 * Compare with what this browser saw before: what contradicts it is handed out, what is longer is joined to it.
 * @param {import("./asked.js").Asked} asked @param {Checked} checked @param {Saying} saying @param {Parts} parts
 */
async function compareWithSeen(asked, checked, saying, parts) {
  const { standpoint, verdict, data } = checked;
  const stripNow = () => parts.place.querySelector("#verdict > div");
  const offer = async (/** @type {boolean} */ forked, convicted = (/** @type {Checked} */ _) => {}) =>
    (await import("./convict.js")).offerEvidence(stripNow, checked, { forked, convicted }, saying);
  const forked = checked.why === FORKED;
  if (forked || shrunk(checked)) return offer(forked);
  if (!standpoint || !verdict || !rememberVerdict(standpoint, verdict, data)) return;
  const joined = await import("./growth.js").then((loaded) => loaded.joinSeen(checked)).catch(() => "unanswered");
  if (joined === "joined") document.getElementById("unchecked.consistency")?.remove();
  const why = `page.log.${joined}`;
  if (joined !== "doubted") return stripNow().append(element("p", {}, saying.say(why)));
  draw(asked, { ...checked, state: "incomplete", why, todo: "page.todo.incomplete-9" }, saying, parts);
  await offer(false, (told) => draw(asked, told, saying, parts));
}

/** @param {Checked} checked @returns {boolean} the log is shorter than this browser saw it */
const shrunk = ({ verdict, standpoint, asOf }) =>
  !asOf && Boolean(verdict?.story && standpoint?.seen && verdict.story.size < standpoint.seen.size);

/**
 * @param {import("./asked.js").Asked} asked @param {Checked} checked @param {Saying} saying
 * @param {string} code a hidden code that came behind `#`; empty where none did
 */
async function offerCode({ subject }, checked, saying, code) {
  const place = document.getElementById("hidden");
  const timeline = shownOf(checked)?.timeline ?? null;
  const committed = timeline?.some((/** @type {any} */ each) => each.type === "transport.hidden-code");
  if (!place || (!committed && !code)) return place?.replaceChildren();
  const desk = document.getElementById("public-desk")?.dataset.desk ?? "";
  const complete = checked.state !== "incomplete";
  const given = { subject, timeline, complete, desk };
  await later(import("./hidden.js"), place, saying, (it) => it.offerCheck(place, given, saying, code));
}

/** What stands behind `#` where a hidden code was scanned. */
const CODE = /^#([0-9A-Za-z-]{32,40})$/;

/** @returns {string} a hidden code from behind `#`, which is taken out of the address */
function takeCode() {
  const [, code] = CODE.exec(location.hash) ?? [];
  if (code) history.replaceState(null, "", location.pathname + location.search);
  return code ?? "";
}

/**
 * @param {Promise<any>} loading a script that is loaded later @param {any} place where it is said if it does not come
 * @param {Saying} saying @param {(loaded: any) => any} use
 */
async function later(loading, place, { say }, use) {
  const loaded = await loading.catch(() => place?.replaceChildren(say("page.evidence-later")));
  if (loaded) await use(loaded);
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
  if (camera) await later(import("./camera.js"), camera, saying, (it) => it.offerCamera(camera, saying, CODES));
  const desk = find("public-desk");
  // The desk's word comes when it comes: nothing that is checked here waits for it.
  if (desk) later(import("./activation.js"), null, saying, (it) => it.tellStanding(desk, saying, fetch.bind(globalThis)));
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
    if (found) await later(load(), null, saying, (it) => it.show(found, saying));
  }
  await keepForOffline(asked?.proof ?? null);
}
