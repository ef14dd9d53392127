/**
 * Texts that only scripts say which are loaded later (status.js, event.js), in both languages: put in by the release
 * (api/web/release/generated.py). They are added to what the page's own script says.
 * @module
 */

/** @type {Record<"zh" | "en", Record<string, string>>} */
export const laterTexts = { zh: {}, en: {} };
