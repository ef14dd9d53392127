/**
 * What scripts say that are loaded later: what the page's own script says, and their own texts.
 * @module
 */
import { laterTexts } from "./later_texts.js";
import { sayingOf } from "./saying.js";

/** @typedef {import("./saying.js").Saying} Saying */

/** @param {Saying} saying of the page's own script @returns {Saying} that says more */
export function withLaterTexts({ lang, say, word }) {
  const more = laterTexts[lang];
  const own = sayingOf(lang, more);
  return {
    lang,
    say: (key, values) => (key in more ? own.say(key, values) : say(key, values)),
    word: (prefix, name) => (prefix + name in more ? own.word(prefix, name) : word(prefix, name)),
  };
}
