/**
 * Building a page from plain values: elements and texts, never markup.
 * @module
 */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | number | null | undefined | false} Child what is nothing is left out */
/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */

const HAN = /(\p{sc=Han}(?:.*\p{sc=Han})?)/su;

/**
 * @param {string} text @returns {(string | Node)[]} what is Chinese in it, on a page of another language, marked as that:
 *   who hears the page hears it by a voice that can say it
 */
function spelt(text) {
  if (document.documentElement.lang.startsWith("zh")) return [text];
  return text.split(HAN).map((part, at) => {
    if (at % 2 === 0) return part;
    const marked = document.createElement("span");
    marked.lang = "zh";
    marked.append(part);
    return marked;
  });
}

/** @param {Element} made @param {Attributes} attributes @param {Child[]} children */
function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const each of children) {
    if (each !== null && each !== undefined && each !== false) {
      if (typeof each === "object" || made.namespaceURI === SVG) made.append(each);
      else made.append(...spelt(String(each)));
    }
  }
  return made;
}

/**
 * @param {string} tag @param {Attributes} [attributes] @param {...Child} children texts become text nodes
 * @returns {any} the element
 */
export const element = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);

/** @param {string} tag @param {Attributes} [attributes] @param {...Child} children @returns {any} of SVG */
export const drawing = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, tag), attributes, children);

/** @param {[Child, ...Child[]][]} rows label and values, left out without values @returns {any} a list of pairs */
export function pairs(rows) {
  const shown = rows.filter(([, ...values]) => values.some((each) => each || each === 0));
  const made = shown.map(([label, ...values]) =>
    element("div", {}, element("dt", {}, label), element("dd", {}, ...values)),
  );
  return made.length ? element("dl", { class: "pairs" }, ...made) : null;
}

/**
 * @param {string} id of its heading
 * @param {Child} heading
 * @param {...Child} children
 * @returns {any} a section of the page
 */
export const section = (id, heading, ...children) =>
  element("section", { "aria-labelledby": id }, element("h2", { id }, heading), ...children);

/** @param {Child} summary @param {...Child} children @returns {any} what opens when it is wanted */
export const opening = (summary, ...children) => element("details", {}, element("summary", {}, summary), ...children);

/** Shapes of the icons: a tick in a circle, a cross in an octagon, a sign of exclamation in a triangle. */
const ICONS = {
  ok: ["M12 2a10 10 0 1 0 0 20a10 10 0 1 0 0-20", "M7 12.5l3.5 3.5L17 9"],
  bad: ["M8 2h8l6 6v8l-6 6H8l-6-6V8z", "M8 8l8 8M16 8l-8 8"],
  warn: ["M12 2.5L22.5 21h-21z", "M12 9v6M12 17v2"],
};

/** @param {"ok" | "bad" | "warn"} tone @returns {any} beside a word that says the same */
export const icon = (tone) =>
  drawing(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", width: 28, height: 28, "aria-hidden": "true", focusable: "false" },
    ...ICONS[tone].map((d) => drawing("path", { d, fill: "none", stroke: "currentColor", "stroke-width": 2.2 })),
  );
