/**
 * Texts for people in both languages: put in by the release (api/web/release/generated.py), from the catalogues.
 * @module
 */

/** @type {Record<"zh" | "en", Record<string, string>>} */
export const texts = { zh: {}, en: {} };
