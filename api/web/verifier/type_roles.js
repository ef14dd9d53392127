/**
 * Subject roles of type files (section 5).
 * @module
 */
import { malformed } from "./errors.js";
import { KIND } from "./subject.js";
import { asObject, flag, isForm } from "./type_words.js";

const ROLE = /^[a-z][A-Za-z]{0,31}$/;
const OPTIONAL = ["many", "optional", "joins", "follows", "window", "opens", "of"];
/** What a role with `of` may be derived from. @type {Record<string, string[]>} */
const DERIVED = { product: ["item", "lot"], book: ["book-line"], enterprise: ["set"] };

/**
 * @typedef {object} Role
 * @property {string[]} forms
 * @property {boolean} many
 * @property {boolean} optional
 * @property {string[]} joins kinds
 * @property {string[]} follows kinds
 * @property {"inside" | "before" | null} window
 * @property {string[]} opens forms
 * @property {string | null} of
 */

/** @param {any} value @param {string} field @returns {string[]} */
function asForms(value, field) {
  const forms = Array.isArray(value) ? value : [value];
  if (!forms.length) throw malformed(field.replace(/\.form$/, ""), "no form", "one at least");
  if (!forms.every(isForm)) throw malformed(field, String(value), "forms of section 3");
  return forms;
}

/** @param {any} value @param {string} field @param {RegExp} kinds @returns {string[]} */
function asKinds(value, field, kinds) {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw malformed(field, value, "a list of kinds");
  const bad = value.find((each) => typeof each !== "string" || !kinds.test(each));
  if (bad !== undefined) throw malformed(field, bad, "kinds");
  return value;
}

/** @param {string} name @param {any} value @returns {Role} */
function parseRole(name, value) {
  const field = `type.subjects.${name}`;
  if (!ROLE.test(name)) throw malformed(field, name, "the name of a role");
  const role = asObject(value, field, ["form"], OPTIONAL);
  const forms = asForms(role.get("form"), `${field}.form`);
  const many = flag(role, "many", field);
  const optional = flag(role, "optional", field);
  const joins = asKinds(role.get("joins"), `${field}.joins`, KIND);
  const follows = asKinds(role.get("follows"), `${field}.follows`, /^(trace|case)$/);
  const opens = role.has("opens") ? asForms(role.get("opens"), `${field}.opens`) : [];
  if (opens.length && (!joins.includes("trace") || opens.some((each) => !forms.includes(each)))) {
    throw malformed(`${field}.opens`, String(opens), "forms of the role, which joins trace");
  }
  const of = role.get("of");
  if (role.has("of") && typeof of !== "string") throw malformed(`${field}.of`, of, "a role");
  return { forms, many, optional, joins, follows, window: asWindow(role, field, follows), opens, of: of ?? null };
}

/** @param {Map<string, any>} role @param {string} field @param {string[]} follows @returns {Role["window"]} */
function asWindow(role, field, follows) {
  if (!role.has("window")) return null;
  const window = role.get("window");
  if (!["inside", "before"].includes(window) || !follows.length) {
    throw malformed(`${field}.window`, window, "inside or before, of a role that follows");
  }
  return window;
}

/** @param {any} value @returns {Map<string, Role>} */
export function parseRoles(value) {
  if (!(value instanceof Map)) throw malformed("type.subjects", "another shape", "an object");
  const roles = new Map([...value].map(([name, each]) => [name, parseRole(name, each)]));
  for (const [name, { of, forms }] of roles) {
    if (of === null) continue;
    const from = roles.get(of);
    const possible = forms.length === 1 ? (DERIVED[forms[0]] ?? []) : [];
    if (!from || of === name || !from.forms.every((each) => possible.includes(each))) {
      throw malformed(`type.subjects.${name}.of`, of, "a role that it can be derived from");
    }
  }
  return roles;
}
