/**
 * The page that is one file: checks proofs from a disk, without a network.
 * @module
 */
import { CodeReader } from "./codes.js";
import { element, opening, pairs } from "./element.js";
import { examineFile } from "./opened.js";
import { drawOpened } from "./opened_view.js";
import { policy } from "./policy.js";
import { released } from "./released.js";
import { sayingOf } from "./saying.js";
import { rememberVerdict, standpointOf } from "./standpoint.js";
import { texts } from "./texts.js";

/** @typedef {import("./saying.js").Saying} Saying */

/** A proof whose registry is there for event proofs. @type {Uint8Array | null} */
let registry = null;

const reader = new CodeReader(async () => (await import("./qr_reader.js")).read);

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
  return element(
    "section",
    { "aria-labelledby": "choose" },
    element("h1", { id: "choose" }, say("release.single")),
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

/** The page has one first heading: that of what was opened, else the chooser's. @param {Document} document */
function headOnce(document) {
  const heading = /** @type {HTMLElement} */ (document.getElementById("choose"));
  const tag = document.querySelector("#checked h1") ? "h2" : "h1";
  heading.replaceWith(element(tag, { id: heading.id }, heading.textContent));
}

/** @param {Document} document @param {"zh" | "en"} lang */
function draw(document, lang) {
  const saying = sayingOf(lang, texts[lang]);
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  const live = element("p", { class: "live", role: "status" });
  const place = element("div", { id: "checked" });
  const say = (/** @type {string} */ key) => {
    live.textContent = saying.say(key);
    place.replaceChildren(element("p", { class: "quiet" }, saying.say(key)));
  };
  const show = async (/** @type {Uint8Array} */ data) => {
    say("page.checking");
    const opened = await examineFile(data, standpointOf, async () => registry);
    for (const { checked } of opened.traces) {
      if (checked.standpoint && checked.verdict) rememberVerdict(checked.standpoint, checked.verdict, checked.data);
      if (checked.data && checked.verdict?.steps[3].passed) registry = checked.data;
    }
    place.replaceChildren(...drawOpened(opened, { saying, policies: policy, again: () => show(data) }));
    headOnce(document);
    live.textContent = place.querySelector("#verdict")?.textContent ?? "";
  };
  const open = async (/** @type {File} */ file) => {
    if (!file.type.startsWith("image/")) return show(new Uint8Array(await file.arrayBuffer()));
    if (!(await reader.isThere())) return say("camera.none");
    const data = await reader.picture(file).catch(() => null);
    return data ? show(data) : say("camera.nothing");
  };
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
