/**
 * Results as events record them: which rules were applied, what they said, and what was looked at (docs/matching.md).
 * @module
 */
import { parseBase64url } from "../base64.js";
import { formatHex, parseHex } from "../bytes.js";
import { malformed, mismatch } from "../errors.js";
import { MOST_FIELDS, outcomeOf } from "./comparison.js";
import { RULE_SETS } from "./match.js";

const RULE = /^[a-z]+(?:[.-][a-z]+)*$/;
const FIELD = /^[a-z]+(?:\/[A-Za-z0-9]+)*$/;
const VERSION = /^[0-9a-z-]{1,32}$/;
const OUTCOMES = ["agrees", "differs", "incomplete"];
const SOURCES = new Set([...RULE_SETS.values()].flatMap((each) => Object.keys(each.types)));

/** @typedef {{rule: string, outcome: string, fields: string[]}} RecordedFinding */
/** @typedef {{rules: string, normalisation: string, outcome: string, findings: RecordedFinding[]}} Recorded */
/** @typedef {{event: string, seen: Set<string>}} Looked event name, and digests of disclosures, both in hex */

/** @param {any} data @param {string[]} names @param {string} field @returns {Map<string, any>} with these and others */
function withMembers(data, names, field) {
  if (!(data instanceof Map) || names.some((each) => !data.has(each))) {
    throw malformed(field, "another shape", `an object with ${names.join(", ")}`);
  }
  return data;
}

/** @param {any} value @param {RegExp} pattern @param {string} field @param {string} expected @returns {string} */
function textOf(value, pattern, field, expected) {
  if (typeof value !== "string" || !pattern.test(value)) throw malformed(field, value, expected);
  return value;
}

/** @param {any} data @param {string} field @returns {RecordedFinding} */
function parseFinding(data, field) {
  const stated = withMembers(data, ["rule", "outcome", "fields"], field);
  const rule = textOf(stated.get("rule"), RULE, `${field}.rule`, "a rule's code");
  const outcome = stated.get("outcome");
  if (!OUTCOMES.includes(outcome)) throw malformed(`${field}.outcome`, outcome, String(OUTCOMES));
  const fields = stated.get("fields");
  if (!Array.isArray(fields) || fields.length > MOST_FIELDS) {
    throw malformed(`${field}.fields`, "another shape", `at most ${MOST_FIELDS} fields`);
  }
  for (const each of fields) textOf(each, FIELD, `${field}.fields`, "a field like order/amounts/paid");
  if (fields.length > 0 === (outcome === "agrees")) {
    throw malformed(`${field}.fields`, `${fields.length} fields`, "none where documents agree, one or more where not");
  }
  return { rule, outcome, fields };
}

/** @param {any} data of an event @param {string} [field] @returns {Recorded} @throws malformed, mismatch */
export function parseResult(data, field = "result") {
  const stated = withMembers(data, ["rules", "normalisation", "outcome", "findings"], field);
  const [rules, normalisation] = ["rules", "normalisation"].map((each) =>
    textOf(stated.get(each), VERSION, `${field}.${each}`, "a version"),
  );
  const list = stated.get("findings");
  if (!Array.isArray(list)) throw malformed(`${field}.findings`, "another shape", "a list of findings");
  const findings = list.map((each, at) => parseFinding(each, `${field}.findings[${at}]`));
  if (new Set(findings.map((each) => each.rule)).size < findings.length) {
    throw malformed(`${field}.findings`, "a rule twice", "each rule once");
  }
  const outcome = outcomeOf(/** @type {any} */ (findings.map((each) => each.outcome)));
  if (stated.get("outcome") !== outcome) throw mismatch(`${field}.outcome`, stated.get("outcome"), outcome);
  return { rules, normalisation, outcome, findings };
}

/** @param {any} data @param {string} [field] @returns {Map<string, Looked>} what a recorder looked at, by source */
export function parseLooked(data, field = "clearance.match.documents") {
  if (!(data instanceof Map) || [...data.keys()].some((each) => !SOURCES.has(each))) {
    throw malformed(field, "another shape", `an object with some of ${[...SOURCES].join(", ")}`);
  }
  return new Map(
    [...data].map(([source, each]) => {
      const seen = each instanceof Map ? each.get("seen") : null;
      if (!Array.isArray(seen)) throw malformed(`${field}.${source}`, "another shape", "an object with event and seen");
      const digests = seen.map((digest) => formatHex(parseBase64url(String(digest), `${field}.${source}.seen`)));
      const event = String(each.get("event"));
      parseHex(event, `${field}.${source}.event`, 32);
      return [source, { event, seen: new Set(digests) }];
    }),
  );
}
