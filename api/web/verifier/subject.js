/**
 * Subjects in their one canonical spelling (section 3).
 * @module
 */
import { formatHex } from "./bytes.js";
import { malformed } from "./errors.js";
import { sha256 } from "./sha256.js";

const LABEL = "[a-z][a-z0-9-]{0,62}";
const PART = "[A-Za-z0-9._-]{1,64}";
const USCC = "[0-9A-HJ-NPQRTUWXY]{18}";
const GS1 = "https://id\\.gs1\\.org/";
/** One sign of GS1 character set 82, percent-encoded where it is not of `A–Z a–z 0–9 - . _`. */
const SIGN = "(?:[A-Za-z0-9._-]|%2[125-9A-CF]|%3[A-F])";
export const TYPE_NAME = /^(?=.{1,64}$)[a-z][a-z-]*(\.[a-z][a-z-]*)+$/;
export const KIND = /^[a-z][a-z0-9-]{0,15}$/;
export const WORD = /^[a-z][a-z0-9-]{0,62}$/;

/** @type {[string, string][]} form and what stands behind `urn:suyuan:` or the GS1 host */
const SPELLINGS = [
  ["product", `${GS1}01/([0-9]{14})`],
  ["lot", `${GS1}01/([0-9]{14})/10/${SIGN}{1,20}`],
  ["item", `${GS1}01/([0-9]{14})/21/${SIGN}{1,20}`],
  ["unit", `${GS1}00/([0-9]{18})`],
  ["place", `${GS1}414/([0-9]{13})`],
  ["party", `${GS1}417/([0-9]{13})`],
  ["enterprise", `urn:suyuan:enterprise:(${USCC})`],
  ["agency", `urn:suyuan:agency:${LABEL}`],
  ["ledger", "urn:suyuan:ledger:[!-*,-~]{1,200}"],
  ["key", "urn:suyuan:key:[0-9a-f]{64}"],
  ["type", "urn:suyuan:type:(?=.{1,64}$)[a-z][a-z-]*(?:\\.[a-z][a-z-]*)+"],
  ["policy", `urn:suyuan:policy:${LABEL}`],
  ["kind", "urn:suyuan:kind:[a-z][a-z0-9-]{0,15}"],
  ["list-entry", `urn:suyuan:list:${LABEL}:${PART}`],
  ["book", `urn:suyuan:book:${PART}`],
  ["book-line", `urn:suyuan:book-line:${PART}:${PART}`],
  ["claim", `urn:suyuan:claim:${LABEL}:[0-9a-f]{64}`],
  ["quota", `urn:suyuan:quota:${LABEL}:[0-9]{4}:[0-9a-f]{64}`],
  ["set", `urn:suyuan:set:${LABEL}:${PART}:${PART}`],
];
const PATTERNS = SPELLINGS.map(([form, spelling]) => /** @type {const} */ ([form, new RegExp(`^${spelling}$`)]));
const HANDLE = new RegExp(`^urn:suyuan:(${LABEL}):[0-9a-f]{32}$`);
/** Words behind `urn:suyuan:` in the table: no class of a handle. */
const TAKEN = new Set(SPELLINGS.flatMap(([, spelling]) => /^urn:suyuan:([a-z-]+):/.exec(spelling)?.[1] ?? []));
export const FORMS = new Set(SPELLINGS.map(([form]) => form));

/** @param {string} digits @returns {boolean} a valid GS1 check digit */
function isGs1(digits) {
  const sum = [...digits].reverse().reduce((total, digit, at) => total + Number(digit) * (at % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

const USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/** @param {string} code @returns {boolean} a valid GB 32100 check sign */
function isUscc(code) {
  let weight = 1;
  let sum = 0;
  for (const sign of code) {
    sum += USCC_SIGNS.indexOf(sign) * weight;
    weight = (weight * 3) % 31;
  }
  // The check sign's own weight is 1, whatever the row of weights would give it.
  const check = USCC_SIGNS.indexOf(code[17]);
  return (sum - check * (3 ** 17 % 31) + check) % 31 === 0;
}

/** @type {Map<string, string | null>} subjects come again and again */
const forms = new Map();

/** @param {string} uri @returns {string | null} its form; null where it is no subject */
export function formOrNull(uri) {
  const known = forms.get(uri);
  if (known !== undefined) return known;
  const form = read(uri);
  if (forms.size >= 4096) forms.clear();
  forms.set(uri, form);
  return form;
}

/** @param {string} uri @returns {string | null} */
function read(uri) {
  if (uri.length > 256) return null;
  for (const [form, pattern] of PATTERNS) {
    const code = pattern.exec(uri);
    if (code) return code[1] && !(form === "enterprise" ? isUscc(code[1]) : isGs1(code[1])) ? null : form;
  }
  const handle = HANDLE.exec(uri);
  return handle && !TAKEN.has(handle[1]) ? `handle:${handle[1]}` : null;
}

/** @param {any} uri @param {string} [field] @returns {string} its form */
export function formOf(uri, field = "subject") {
  const form = typeof uri === "string" ? formOrNull(uri) : null;
  if (form === null) throw malformed(field, uri, "a subject in canonical spelling");
  return form;
}

/** @type {Map<string, string>} */
const names = new Map();

/** @param {string} uri @returns {string} its name in hex */
export function subjectName(uri) {
  let name = names.get(uri);
  if (!name) {
    if (names.size >= 4096) names.clear();
    names.set(uri, (name = formatHex(sha256("suyuan/name/v1|", uri))));
  }
  return name;
}

/** @param {any} uri @param {string} field @returns {string} an agency or enterprise */
export function asParticipant(uri, field) {
  const form = typeof uri === "string" ? formOrNull(uri) : null;
  if (form !== "agency" && form !== "enterprise") throw malformed(field, uri, "an agency or enterprise");
  return uri;
}

/** @param {string} uri of an item or lot @returns {string} its product */
export const productOf = (uri) => uri.slice(0, "https://id.gs1.org/01/".length + 14);
