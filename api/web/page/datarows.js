/**
 * Data of an event as people read them: a label and a text for each value.
 * @module
 */

/** @typedef {import("./saying.js").Saying} Saying */

const MOST_CHARACTERS = 300;

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
