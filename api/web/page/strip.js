/**
 * What stands at the top: recalls, the product, the verdict in one sentence, notices.
 * @module
 */
import { element, icon, pairs, section } from "./element.js";
import { beijingTime, inLanguage, sentence } from "./saying.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./saying.js").Saying} Saying */
/** @typedef {import("./story.js").Story} Story */

/** @type {Record<string, "ok" | "bad" | "warn">} any other is a warning */
const TONES = { altered: "bad", contradictory: "bad" };
const GS1 = /^https:\/\/id\.gs1\.org\/(\d+)\/([^/]+)(?:\/(\d+)\/(.+))?$/;

/** @param {string} uri @param {Saying} saying @returns {any} its numbers as they stand on a label */
function numbers(uri, { word }) {
  const [, key, number, qualifier, value] = GS1.exec(uri) ?? [];
  if (!key) return element("span", { class: "mono" }, uri);
  const parts = [[key, number], ...(qualifier ? [[qualifier, decodeURIComponent(value)]] : [])];
  return parts.flatMap(([ai, text]) => [`${word("page.ai.", ai)} `, element("span", { class: "mono" }, text), " "]);
}

/** @param {string} subject @param {Story | null} story @param {string} lang @returns {string} empty where none is known */
export function titleOf(subject, story, lang) {
  const party = story?.nameOf(subject) ?? subject;
  return party === subject ? inLanguage(story?.filed().get("names"), lang) : party;
}

/** @param {string} subject @param {Story | null} story @param {Saying} saying @returns {any} */
export function product(subject, story, saying) {
  const { say, lang } = saying;
  const name = titleOf(subject, story, lang);
  return element(
    "section",
    { class: "product", "aria-labelledby": "product" },
    element("h1", { id: "product" }, name || say(story ? "trace.unnamed" : "page.unknown")),
    element("p", { class: "quiet" }, ...[numbers(subject, saying)].flat()),
  );
}

/** @param {any} firm code and name, if it is stated @returns {string} */
const firmOf = (firm) => (firm instanceof Map ? `${firm.get("name")} (${firm.get("code")})` : "");

/** @param {Story} story @returns {any} what was filed of the product; nothing where it was not */
export function filed(story) {
  const { say } = story.saying;
  const filing = story.filing();
  if (!filing) return null;
  const data = story.filed();
  const plain = [
    ["data.brand", "brand"],
    ["data.model", "model"],
    ["data.maker", "maker"],
  ].map(([key, each]) => [say(key), data.get(each)]);
  const rows = [
    ...plain,
    [say("page.filed-by"), story.issuerOf(filing)],
    [say("data.recallFirm"), firmOf(data.get("recallFirm"))],
    [say("data.service"), data.get("service")],
  ];
  return section("filed", say("trace.product"), pairs(/** @type {any} */ (rows)));
}

/**
 * @param {import("../verifier/verdict.js").Verdict | null} verdict
 * @param {Story | null} story
 * @param {Saying} saying
 * @returns {any[]} a panel for each recall that stands
 */
export function recalls(verdict, story, saying) {
  const { say, lang } = saying;
  const names = (verdict?.notices ?? [])
    .filter((each) => each.key === "notice.recalled")
    .map((each) => each.values.event);
  return names.map((name) => {
    const event = story?.find(name);
    const body = event?.body();
    const responsible = /** @type {string} */ (body?.subjects.get("responsible") ?? "");
    const stated = responsible && story ? story.nameOf(responsible) : body?.data.get("firm");
    const firm = stated || firmOf(story?.filed().get("recallFirm"));
    return element(
      "section",
      { class: "recall", role: "alert", "aria-label": say("trace.recalled") },
      element("h2", {}, icon("bad"), say("trace.recalled")),
      pairs([
        [say("trace.hazard"), inLanguage(body?.data.get("hazard"), lang)],
        [say("trace.advice"), inLanguage(body?.data.get("advice"), lang)],
        [say("data.recallFirm"), firm],
        [say("data.service"), story?.filed().get("service")],
        [
          say("trace.issuer"),
          event && story ? [story.issuerOf(event), beijingTime(event.time)].join(say("label.comma")) : "",
        ],
      ]),
    );
  });
}

/** @param {number} at @param {string} lang @returns {string} by the clock of the device */
const clock = (at, lang) =>
  new Date(at).toLocaleTimeString(lang === "zh" ? "zh-CN" : "en-GB", { hour: "2-digit", minute: "2-digit" });

/** @param {any} told @param {Saying} saying @returns {string} */
function witnessed(told, { say }) {
  const all = new Set([...told.charter.policy.witnesses.values()].map((/** @type {any} */ each) => each.name));
  return all.size ? say("page.witnesses", { count: told.cosigned.length, of: all.size }) : say("page.unwitnessed");
}

/**
 * @param {Checked} checked @param {boolean} own the policy is that of the ledger's operator @param {Saying} saying
 * @returns {any} where and when it was checked, and by whose rules, where they are those of who is checked
 */
function checkedLine({ verdict, at, state, asOf }, own, saying) {
  const { say, lang } = saying;
  if (state === "cannot") return element("p", { class: "mark" }, say("page.not-checked"));
  const told = verdict?.story;
  const parts = [say("page.checked", { time: clock(at, lang) })];
  if (told) parts.push(say("page.position", { size: String(told.size) }), witnessed(told, saying));
  if (own) parts.push(say("page.own-policy"));
  const line = element("p", {}, parts.join(say("label.comma")));
  if (asOf)
    line.append(element("br"), element("strong", {}, say("page.offline", { time: beijingTime(asOf.getTime()) })));
  return line;
}

/** Kinds of notices that are a word beside the state. */
const CHIPS = ["recalled", "disputed", "corrected", "late", "refused", "expired", "erased", "withheld"];

/** @param {Checked} checked @param {Saying} saying @returns {any[]} a word for each kind of notice */
function chips({ verdict }, { word }) {
  const kinds = new Set((verdict?.notices ?? []).map((each) => each.key.split(".")[1]));
  return CHIPS.filter((each) => kinds.has(each)).map((each) =>
    element("span", { class: "chip" }, word("page.notice.", each)),
  );
}

/** @param {Checked} checked @param {boolean} own the policy is that of the ledger's operator @param {Saying} saying */
export function strip(checked, own, saying) {
  const { say } = saying;
  // Recalled goods are never shown in the colour of what is well, however authentic the records.
  const calm = checked.why === "page.said.verified";
  const tone = calm ? "ok" : (TONES[checked.state] ?? "warn");
  return element(
    "section",
    {
      class: `strip ${tone}`,
      id: "verdict",
      tabindex: -1,
      "data-state": checked.state,
      "aria-label": `${say("trace.verdict")}: ${say(`page.state.${checked.state}`)}`,
    },
    icon(tone),
    element(
      "div",
      {},
      element(
        "p",
        { class: "word" },
        element("strong", {}, say(`page.state.${checked.state}`)),
        ...chips(checked, saying),
      ),
      element("p", {}, sentenceOf(checked, saying)),
      !calm && element("p", {}, say(checked.todo)),
      checkedLine(checked, own, saying),
    ),
  );
}

/** @param {Checked} checked @param {Story | null} story @param {Saying} saying @returns {any} */
export function notices({ verdict }, story, saying) {
  const told = (verdict?.notices ?? []).filter((each) => each.key !== "notice.recalled");
  if (!told.length) return null;
  const lines = told.map((each) => element("li", {}, sentence(each, saying, story?.titles)));
  return section("notices", saying.say("trace.notices"), element("ul", {}, ...lines));
}

/** @param {Checked} checked @param {Saying} saying @returns {string} why it is in this state */
const sentenceOf = ({ verdict, why }, { say }) => say(why, { algorithm: verdict?.error?.cannotCheck ?? "" });

/** @param {Checked} checked @param {Saying} saying @returns {string} for who hears the page */
export const spoken = (checked, saying) =>
  `${saying.say(`page.state.${checked.state}`)}${saying.lang === "zh" ? "。" : ". "}${sentenceOf(checked, saying)}`;
