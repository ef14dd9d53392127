/**
 * What a fact stands on: its data, and the way from its bytes over the statement to the log. Loaded when a fact is
 * opened.
 * @module
 */
import { formatHex, parseUtf8 } from "../verifier/bytes.js";
import { element, opening, pairs } from "./element.js";
import { dataRows } from "./datarows.js";
import { withLaterTexts } from "./later_saying.js";
import { beijingTime } from "./saying.js";

/** @typedef {import("../verifier/event.js").Event} Event */
/** @typedef {import("./saying.js").Saying} Saying */
/** @typedef {import("./story.js").Story} Story */

const mono = (/** @type {string} */ text) => element("span", { class: "mono" }, text);
const bytes = (/** @type {string} */ text) => element("pre", { tabindex: 0 }, element("code", {}, text));

/** @param {string} subject @param {string} lang @returns {string} the address of its page here */
const pageOf = (subject, lang) => {
  const path = subject.startsWith("https://id.gs1.org/") ? subject.slice("https://id.gs1.org".length) : "";
  return path ? `${path}?lang=${lang}` : `/trace?subject=${encodeURIComponent(subject)}&lang=${lang}`;
};

/** @param {Event} event @param {Saying} saying @returns {any} data and subjects, or why there are none */
function dataOf(event, saying) {
  const body = event.body();
  if (!body) return element("p", { class: "quiet" }, saying.say(`trace.${event.state.word}`));
  const shown = [...(event.shown ?? [])].map(
    ([pointer, { value }]) => /** @type {[string, any]} */ ([pointer.slice(1), value]),
  );
  const links = [...body.subjects.values()]
    .flat()
    .map((each) => element("a", { class: "mono", href: pageOf(each, saying.lang) }, each));
  return pairs([...dataRows(new Map([...body.data, ...shown]), saying), [saying.say("trace.subjects"), ...links]]);
}

/** @param {Event} event @param {Story} story @param {Saying} saying @returns {any} hashes from body to checkpoint */
function pathOf(event, story, { say }) {
  const { statement, head } = event;
  const whole = statement.statement();
  const { registry, size, root } = story.told;
  const signer = registry.keys.signer(event);
  const registered = signer?.registration?.event;
  const rows = [
    [say("page.path.body"), mono(formatHex(head.body))],
    [say("page.path.head"), mono(event.name)],
    [say("page.path.batch", { position: event.position + 1, count: statement.count }), mono(formatHex(whole.root))],
    [say("page.path.statement"), mono(formatHex(whole.leafHash))],
    [say("page.path.key", { alg: signer?.key.name ?? "" }), mono(whole.header.kid)],
    [say("page.path.registered"), registered && story.issuerOf(registered)],
    [say("page.path.log", { leaf: event.leaf, size: String(size) }), mono(formatHex(root))],
    [say("trace.recorded"), beijingTime(event.time)],
  ];
  return pairs(/** @type {any} */ (rows));
}

/** @param {Event} event @param {Saying} saying @returns {any} the bytes themselves */
function bytesOf(event, { say }) {
  const { statement } = event;
  /** @type {[string, string][]} */
  const parts = [
    ["page.bytes.body", event.state.word === "shown" ? parseUtf8(event.state.bytes, "body") : ""],
    ["page.bytes.head", formatHex(event.headBytes)],
    ["page.bytes.header", formatHex(statement.protectedHeader)],
    ["page.bytes.signature", formatHex(statement.signature)],
    ["page.bytes.path", formatHex(statement.path)],
  ];
  const shown = parts
    .filter(([, text]) => text)
    .flatMap(([key, text]) => [element("p", { class: "quiet" }, say(key)), bytes(text)]);
  return opening(say("page.bytes"), ...shown);
}

/** @param {Event} event @param {Story} story @returns {any[]} all of it */
export function evidenceOf(event, story) {
  const saying = withLaterTexts(story.saying);
  const link = element("a", { href: `/events/${event.name}?lang=${saying.lang}` }, saying.say("page.event"));
  const parts = [dataOf(event, saying), pathOf(event, story, saying), bytesOf(event, saying), element("p", {}, link)];
  return parts.filter((each) => each !== null);
}
