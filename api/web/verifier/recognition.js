/**
 * Recognition (section 14): what policies ask for, and which agencies' endorsements meet them.
 * @module
 */
import { momentOf } from "./signing.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./registry_data.js").Rule} Rule */
/** @typedef {import("./registry.js").Registry} Registry */
/** @typedef {{agency: string, leaf: number, event: Event | null, expired: boolean}} Voice who spoke, where */

const ACCEPTED = ["endorsement.recognised", "endorsement.recognised-with-conditions"];
/** Outcomes of panels, in their order. */
const ORDER = ["recognised", "expired", "not yet recognised", "refused"];

/** @param {Registry} registry @param {Rule} rule @param {Voice[]} voices @returns {boolean} */
export function isMet(registry, rule, voices) {
  if ("role" in rule) {
    return voices.some(({ agency, leaf }) => {
      const as = registry.admitted(agency, leaf);
      return as?.roles.includes(rule.role) && (!rule.jurisdiction || as.jurisdiction.includes(rule.jurisdiction));
    });
  }
  if ("agency" in rule) {
    return voices.some(
      ({ agency, leaf }) => agency === rule.agency || registry.successor(rule.agency, leaf) === agency,
    );
  }
  return rule.of.filter((each) => isMet(registry, each, voices)).length >= rule.k;
}

/**
 * @param {Registry} registry
 * @param {Rule} rule
 * @param {Voice} voice
 * @returns {boolean} the rule, or one within it, names the agency
 */
function names(registry, rule, voice) {
  return isMet(registry, rule, [voice]) || ("of" in rule && rule.of.some((each) => names(registry, each, voice)));
}

/** What was said about events, of which some count no longer. */
export class Endorsements {
  /**
   * @param {Event[]} events of the trace part
   * @param {Registry} registry
   * @param {import("./standing.js").Standing} standing
   */
  constructor(events, registry, standing) {
    this.registry = registry;
    this.standing = standing;
    this.events = events.filter((each) => each.type.startsWith("endorsement."));
  }

  /** @param {Event} event @param {string[]} types @returns {Event[]} standing endorsements about it, none disputed */
  about(event, types) {
    return this.events.filter(
      (each) =>
        types.includes(each.type) &&
        each.head.about.includes(event.name) &&
        !this.isWithdrawn(each) &&
        !this.standing.isDisputed(each),
    );
  }

  /** @param {Event} endorsement @returns {boolean} */
  isWithdrawn(endorsement) {
    return this.events.some(
      (each) =>
        each.type === "endorsement.withdrawn" &&
        each.head.about.includes(endorsement.name) &&
        !this.standing.isDisputed(each) &&
        (each.head.principal === endorsement.head.principal ||
          this.registry.successor(endorsement.head.principal, each.leaf) === each.head.principal),
    );
  }
}

/** @typedef {{outcome: string, conditions: Event[], refusals: Event[]}} Recognition */

/**
 * @param {Event} event @param {Endorsements} endorsements @param {number} judged time of judgement, ms
 * @returns {Recognition}
 */
export function recognise(event, endorsements, judged) {
  const { registry, standing } = endorsements;
  const policies = registry.policiesFor(event.type, momentOf(event));
  const accepted = endorsements.about(event, ACCEPTED);
  const refusals = endorsements.about(event, ["endorsement.refused"]);
  const conditions = accepted.filter((each) => each.type !== ACCEPTED[0]);
  if (standing.isDisputed(event)) return { outcome: "disputed", conditions, refusals };
  if (!policies.length) return { outcome: "recorded", conditions, refusals };
  /** @type {Voice[]} */
  const voices = accepted.map((each) => ({
    agency: each.head.principal,
    leaf: each.leaf,
    event: each,
    expired: each.head.until !== null && each.head.until <= judged,
  }));
  const { principal } = event.head;
  if (principal.startsWith("urn:suyuan:agency:"))
    voices.push({ agency: principal, leaf: event.leaf, event: null, expired: false });
  const panels = new Map();
  for (const each of policies) panels.set(each.zone, [...(panels.get(each.zone) ?? []), each.rule]);
  const outcomes = new Map([...panels].map(([zone, rules]) => [zone, panel(registry, rules, voices, refusals)]));
  const general = ORDER.indexOf(outcomes.get(null) ?? ORDER[0]);
  const zones = [...outcomes].filter(([zone]) => zone !== null).map(([, outcome]) => ORDER.indexOf(outcome));
  const outcome = ORDER[Math.max(general, zones.length ? Math.min(...zones) : 0)];
  return { outcome, conditions, refusals };
}

/**
 * @param {Registry} registry
 * @param {Rule[]} rules
 * @param {Voice[]} voices
 * @param {Event[]} refusals
 * @returns {string}
 */
function panel(registry, rules, voices, refusals) {
  const refused = refusals.some((each) =>
    rules.some((rule) =>
      names(registry, rule, { agency: each.head.principal, leaf: each.leaf, event: each, expired: false }),
    ),
  );
  if (refused) return "refused";
  if (
    rules.every((rule) =>
      isMet(
        registry,
        rule,
        voices.filter((each) => !each.expired),
      ),
    )
  )
    return "recognised";
  return rules.every((rule) => isMet(registry, rule, voices)) ? "expired" : "not yet recognised";
}
