/**
 * What a fact stands on: its data, and the way from its bytes over the statement to the log.
 * @module
 */
import { formatHex, parseUtf8 } from "../verifier/bytes.js";
import { element, opening, pairs } from "./element.js";
import { beijingTime, dataRows } from "./saying.js";

/** @typedef {import("../verifier/event.js").Event} Event */
/** @typedef {import("./story.js").Story} Story */

const mono = (/** @type {string} */ text) => element("span", { class: "mono" }, text);
const bytes = (/** @type {string} */ text) => element("pre", { tabindex: 0 }, element("code", {}, text));

/** @param {string} subject @param {string} lang @returns {string} the address of its page here */
const pageOf = (subject, lang) => {
  const path = subject.startsWith("https://id.gs1.org/") ? subject.slice("https://id.gs1.org".length) : "";
  return path ? `${path}?lang=${lang}` : `/trace?subject=${encodeURIComponent(subject)}&lang=${lang}`;
};

/** @param {Event} event @param {Story} story @returns {any} data and subjects, or why there are none */
export function dataOf(event, story) {
  const { saying } = story;
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

/** @param {Event} event @param {Story} story @returns {any} every hash from the body to the checkpoint */
export function pathOf(event, story) {
  const { say } = story.saying;
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

/** @param {Event} event @param {Story} story @returns {any} the bytes themselves */
export function bytesOf(event, story) {
  const { say } = story.saying;
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

/** @param {Event} event @param {Story} story @returns {any} opens to all of it; built when it is opened */
export function evidenceOf(event, story) {
  const { say, lang } = story.saying;
  const made = opening(say("page.evidence"));
  const fill = () => {
    const link = element("a", { href: `/events/${event.name}?lang=${lang}` }, say("page.event"));
    made.append(dataOf(event, story) ?? "", pathOf(event, story) ?? "", bytesOf(event, story), element("p", {}, link));
  };
  made.addEventListener("toggle", fill, { once: true });
  return made;
}
