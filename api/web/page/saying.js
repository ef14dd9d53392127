/**
 * Texts of the catalogues, times and values as people read them.
 * @module
 */

const BEIJING = 8 * 3_600_000;
const LATEST = 253_402_271_999_000;
const NAME = /^[0-9a-f]{64}$/;
const MOST_CHARACTERS = 300;

/**
 * @typedef {object} Saying
 * @property {"zh" | "en"} lang
 * @property {(key: string, values?: Record<string, any>) => string} say
 * @property {(prefix: string, word: string) => string} word its text, or the word; prefixes end with a dot
 */

/** @param {"zh" | "en"} lang @param {Record<string, string>} texts of that language @returns {Saying} */
export function sayingOf(lang, texts) {
  const say = (/** @type {string} */ key, /** @type {Record<string, any>} */ values = {}) =>
    (texts[key] ?? key).replace(/\{([a-zA-Z_]+)\}/g, (_, name) => String(values[name] ?? ""));
  return { lang, say, word: (prefix, word) => texts[prefix + word] ?? word };
}

/** @param {number} milliseconds @returns {string} in UTC+8 to the minute */
export function beijingTime(milliseconds) {
  if (milliseconds > LATEST) return `${milliseconds} ms`;
  return new Date(milliseconds + BEIJING).toISOString().slice(0, 16).replace("T", " ");
}

/** @param {any} value of two languages @param {string} lang @returns {string} */
export const inLanguage = (value, lang) => (value instanceof Map ? String(value.get(lang) ?? "") : "");

/** @param {any} value @param {string} lang @returns {string} */
function spell(value, lang) {
  if (value instanceof Map) return String(value.get(lang) ?? [...value.values()][0] ?? "");
  if (Array.isArray(value))
    return value
      .slice(0, 64)
      .map((each) => spell(each, lang))
      .join(", ");
  return value === null ? "—" : String(value);
}

/**
 * @param {Map<string, any>} data of an event
 * @param {Saying} saying
 * @param {string} [label] of what the data stand in
 * @returns {[string, string][]} label and text of every value
 */
export function dataRows(data, saying, label = "") {
  return [...data].flatMap(([name, value]) => {
    const inner = [label, saying.word("data.", name)].filter(Boolean).join(" · ");
    const languages = value instanceof Map && [...value.keys()].every((each) => each === "zh" || each === "en");
    if (value instanceof Map && !languages) return dataRows(value, saying, inner);
    const text = spell(value, saying.lang);
    const shown = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
    return [/** @type {[string, string]} */ ([inner, shown])];
  });
}

/**
 * @param {import("../verifier/examination.js").Told} told
 * @param {Saying} saying
 * @param {Map<string, string>} [titles] of types
 * @returns {string} a sentence, with titles in place of types and the beginnings of names
 */
export function sentence({ key, values }, saying, titles = new Map()) {
  const shown = Object.entries(values).map(([name, value]) => {
    const text = titles.get(String(value)) ?? String(value);
    return [name, NAME.test(text) ? `${text.slice(0, 12)}…` : text];
  });
  return saying.say(key, Object.fromEntries(shown));
}

/** @param {import("../verifier/errors.js").SuyuanError} error @param {Saying} saying @returns {string} */
export function refusal({ field, came, expected }, { say }) {
  const what = [came && say("error.came", { came }), expected && say("error.expected", { expected })].filter(Boolean);
  return what.length ? say("error.frame", { field, what: what.join(say("label.comma")) }) : field;
}
