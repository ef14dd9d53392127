/**
 * The life of a subject, stage by stage, each fact with who vouches for it.
 * @module
 */
import { element, opening, section } from "./element.js";
import { beijingTime } from "./saying.js";

/** @typedef {import("../verifier/event.js").Event} Event */
/** @typedef {import("./story.js").Story} Story */

/** How many facts of a stage stand open, and how many of them before its middle; that is folded, and not left out. */
const MOST_OPEN = 5;
const BEFORE = 2;

/** @param {Event} answer @param {Story} story @returns {any} who co-signed, and how */
function badge(answer, story) {
  const { say, word } = story.saying;
  const kind = answer.type.slice("endorsement.".length);
  const over = answer.head.until !== null && answer.head.until <= story.told.time;
  const tone = kind === "refused" ? "bad" : over ? "warn" : "ok";
  const sign = { ok: "✓ ", warn: "! ", bad: "✗ " }[tone];
  return element(
    "li",
    { class: `badge ${tone}` },
    element("span", { "aria-hidden": "true" }, sign),
    `${story.issuerOf(answer)}: ${word("endorsement.", kind)}${over ? ` (${say("trace.expired")})` : ""}`,
  );
}

/** @param {Event} event @param {Story} story @returns {any} what recognition came to, in a word */
function recognitionOf(event, story) {
  const outcome = story.told.recognition.get(event)?.outcome ?? "recorded";
  if (outcome === "recorded") return null;
  const tone = outcome === "recognised" ? "ok" : ["refused", "disputed"].includes(outcome) ? "bad" : "warn";
  return element("span", { class: `state ${tone}` }, story.saying.word("recognition.", outcome));
}

/** @param {Event} event @param {Story} story @returns {any} opens to what the fact stands on, fetched once wanted */
function evidence(event, story) {
  const { say } = story.saying;
  const place = element("div", {});
  const made = opening(say("page.evidence"), place);
  made.firstChild.setAttribute("aria-label", `${say("page.evidence")}: ${story.headlineOf(event)}`);
  let drawn = false;
  made.addEventListener("toggle", async () => {
    if (!made.open || drawn) return;
    try {
      place.replaceChildren(...(await import("./evidence.js")).evidenceOf(event, story));
      drawn = true;
    } catch {
      place.replaceChildren(say("page.evidence-later")); // opening it again tries again
    }
  });
  return made;
}

/** @param {Event} event @param {Story} story @returns {any} one fact */
function fact(event, story) {
  const { say } = story.saying;
  const place = story.placeOf(event);
  const answers = story.answersTo(event);
  const alone = answers.length ? "" : ` · ${say("trace.cosigners")}: ${say("trace.nobody")}`;
  const badges = answers.map((each) => badge(each, story));
  return element(
    "li",
    {},
    element("h4", {}, story.headlineOf(event), " ", recognitionOf(event, story)),
    element(
      "p",
      { class: "when" },
      element("time", {}, beijingTime(event.head.time)),
      place && ` · ${place.name} ${place.site}`,
    ),
    element("p", {}, `${say("trace.issuer")} `, element("b", { class: "who" }, story.issuerOf(event)), alone),
    answers.length > 0 && element("ul", { class: "badges", "aria-label": say("trace.cosigners") }, ...badges),
    evidence(event, story),
  );
}

/** @param {[string, Event[]]} stage @param {Story} story @returns {any} */
function stageOf([stage, events], story) {
  const { say, word } = story.saying;
  const name = stage === "book" ? say("page.stock") : word("stage.", stage);
  const list = (/** @type {Event[]} */ some) =>
    element("ol", { class: "events" }, ...some.map((each) => fact(each, story)));
  const middle = events.length > MOST_OPEN ? events.slice(BEFORE, BEFORE - MOST_OPEN + 1) : [];
  const lists = middle.length
    ? [
        list(events.slice(0, BEFORE)),
        opening(say("page.more", { count: middle.length }), list(middle)),
        list(events.slice(BEFORE - MOST_OPEN + 1)),
      ]
    : [list(events)];
  return element("section", { class: "stage", "aria-label": name }, element("h3", {}, name), ...lists);
}

/** @param {Story} story @returns {any} */
function outsideOf(story) {
  const { say } = story.saying;
  const events = story.told.outside;
  if (!events.length) return null;
  const lines = events.map((/** @type {Event} */ each) =>
    element("li", {}, `${story.titleOf(each)}, ${story.nameOf(each.head.principal)}, ${beijingTime(each.time)}`),
  );
  const why = element("p", { class: "quiet" }, say("trace.outside-why"));
  return opening(say("trace.outside", { count: events.length }), why, element("ul", {}, ...lines));
}

/** @param {Story} story @returns {any} */
export function timeline(story) {
  const { say } = story.saying;
  return section(
    "timeline",
    say("trace.timeline"),
    element("p", { class: "quiet" }, say("page.zone")),
    ...story.stages().map((each) => stageOf(each, story)),
    outsideOf(story),
  );
}
