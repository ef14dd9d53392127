/**
 * Texts of the catalogues, times and values as people read them.
 * @module
 */

const BEIJING = 8 * 3_600_000;
const LATEST = 253_402_271_999_000;
const NAME = /^[0-9a-f]{64}$/;

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
