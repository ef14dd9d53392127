/**
 * The page that is one file: checks proofs from a disk, without a network.
 * @module
 */
import { element, icon, opening, pairs, section } from "./element.js";
import { examineFile } from "./opened.js";
import { policy } from "./policy.js";
import { released } from "./released.js";
import { result } from "./result.js";
import { dataRows } from "./datarows.js";
import { beijingTime, refusal, sayingOf } from "./saying.js";
import { rememberVerdict, standpointOf } from "./standpoint.js";
import { texts } from "./texts.js";
import { why } from "./trust.js";

/** @typedef {import("./saying.js").Saying} Saying */
/** @typedef {import("./opened.js").Opened} Opened */

/** A proof whose registry is there for event proofs. @type {Uint8Array | null} */
let registry = null;

/** @param {string} tone @param {string} state @param {string[]} lines the first is the word @returns {any} */
const strip = (tone, state, [word, ...lines]) =>
  element(
    "section",
    { class: `strip ${tone}`, id: "verdict", "data-state": state, tabindex: -1 },
    icon(/** @type {any} */ (tone)),
    element(
      "div",
      {},
      element("p", {}, element("strong", {}, word)),
      ...lines.filter(Boolean).map((each) => element("p", {}, each)),
    ),
  );

/** @param {any} facts of an event @param {Saying} saying @returns {any[]} */
function drawEvent({ event, quorum }, saying) {
  const { say } = saying;
  const body = event.body();
  const cosigned = say(quorum ? "check.event.quorum" : "check.event.no-quorum");
  return [
    strip(quorum ? "ok" : "warn", quorum ? "verified" : "incomplete", [
      say(`check.event.state.${quorum ? "verified" : "incomplete"}`),
      cosigned,
    ]),
    section(
      "details",
      say("trace.details"),
      pairs([
        [say("event.name"), event.name],
        [say("trace.claimed"), beijingTime(event.head.time)],
        [say("trace.issuer"), event.head.principal],
        ...(body ? dataRows(body.data, saying) : []),
        [say("trace.subjects"), [...(body?.subjects.values() ?? [])].flat().join(", ")],
      ]),
    ),
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
function drawEvidence({ kind, origin, ...facts }, { say, word }) {
  const rows = Object.entries(facts).map(([name, value]) => [word("evidence.", name), spelt(value)]);
  return [
    strip("bad", "evidence", [say(`outcome.${kind}`), origin]),
    section("details", say("trace.details"), pairs(/** @type {any} */ (rows))),
  ];
}

/** @param {Opened} opened @param {Saying} saying @param {() => void} again @returns {any[]} */
function drawn(opened, saying, again) {
  const { say } = saying;
  const around = { saying, policies: policy, again };
  if (opened.kind === "traces") {
    const told = opened.traces.flatMap(({ checked, subject }) => {
      const { top, bottom } = result(checked, { subject, ...around });
      return [...top, ...bottom];
    });
    const purpose = opened.facts?.purpose;
    return purpose
      ? [element("h1", {}, say("bundle.purpose", { purpose: say(`bundle.purpose.${purpose}`) })), ...told]
      : told;
  }
  if (opened.kind === "event") return drawEvent(opened.facts, saying);
  if (opened.kind === "evidence") return drawEvidence(opened.facts, saying);
  const told = opened.why ? say(opened.why, { algorithm: opened.error?.cannotCheck ?? "" }) : "";
  const reason = opened.error && !opened.error.cannotCheck ? refusal(opened.error, saying) : "";
  return [
    strip("warn", "cannot", [say("page.state.cannot"), told, reason]),
    why(/** @type {any} */ ({ verdict: null }), policy, saying, again),
  ];
}

/**
 * @param {Saying} saying
 * @param {(file: File) => void} open
 * @returns {any} where files are chosen or dropped
 */
function chooser(saying, open) {
  const { say } = saying;
  const input = element("input", { type: "file", id: "file" });
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (file) open(file);
    // So that the same file can be chosen again.
    input.value = "";
  });
  return section(
    "choose",
    say("release.single"),
    element("p", {}, say("single.lead")),
    element("p", {}, element("label", { for: "file" }, say("single.choose"))),
    input,
    opening(
      say("single.about"),
      element("p", {}, say(`page.policy-${policy.current().from}`)),
      pairs([
        [say("single.release"), element("span", { class: "mono", id: "release" }, released.fingerprint)],
        [say("page.policy"), element("span", { class: "mono", id: "policy" }, policy.current().fingerprint)],
      ]),
    ),
  );
}

/** @param {Document} document @param {"zh" | "en"} lang */
function draw(document, lang) {
  const saying = sayingOf(lang, texts[lang]);
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  const live = element("p", { class: "live", role: "status" });
  const place = element("div", { id: "checked" });
  const show = async (/** @type {Uint8Array} */ data) => {
    live.textContent = saying.say("page.checking");
    const opened = await examineFile(data, standpointOf, registry);
    for (const { checked } of opened.traces) {
      if (checked.standpoint && checked.verdict) rememberVerdict(checked.standpoint, checked.verdict);
      if (checked.data && checked.verdict?.steps[3].passed) registry = checked.data;
    }
    place.replaceChildren(...drawn(opened, saying, () => show(data)));
    live.textContent = place.querySelector("#verdict")?.textContent ?? "";
  };
  const open = async (/** @type {File} */ file) => show(new Uint8Array(await file.arrayBuffer()));
  const other = lang === "zh" ? "en" : "zh";
  const language = element("button", { type: "button", class: "plain", lang: other }, texts[lang]["page.switch"]);
  language.addEventListener("click", () => draw(document, other));
  document.documentElement.lang = lang === "zh" ? "zh-Hans" : "en";
  document.title = saying.say("release.single");
  main.replaceChildren(live, chooser(saying, open), place, element("p", {}, language));
  document.ondragover = (event) => event.preventDefault();
  document.ondrop = (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file) open(file);
  };
}

/** Called by the release. @param {Document} document */
export function start(document) {
  draw(document, navigator.language.startsWith("zh") ? "zh" : "en");
}
