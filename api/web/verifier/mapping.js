/**
 * Mapping v1 (section 5): the links of an event follow from its type, its body's subjects and the heads it answers.
 * @module
 */
import { stepsOf } from "./disclosure.js";
import { mismatch, notPermitted } from "./errors.js";
import { pairKey } from "./head.js";
import { formOrNull, productOf, subjectName } from "./subject.js";
import { matches } from "./type_words.js";
import { INHERITED } from "./vocabulary.js";

const MOST_LINKS = 64;

/** @typedef {import("./vocabulary.js").EventType} EventType */
/** @typedef {import("./head.js").Head} Head */
/** @typedef {import("./body.js").Body} Body */

/** What can be said of links from the head alone. @param {EventType} type @param {Head} head */
export function checkHead(type, head) {
  const members = { to: head.to, until: head.until, state: head.state };
  for (const [name, value] of Object.entries(members)) {
    const rule = type.head.get(name);
    if (value !== null ? !rule : rule === "required") throw mismatch(`head.${name}`, value ?? "none", rule ?? "none");
  }
  const join = head.joins.find(([kind]) => !type.joinedKinds.has(kind));
  if (join) throw mismatch("head.joins", join[0], "kinds that the type gives");
  const follow = head.follows.find(([kind]) => !type.followedKinds.has(kind));
  if (follow) throw mismatch("head.follows", follow[0], "kinds that the type gives");
  const count = head.about.length;
  if (type.answers ? count < 1 || count > type.answers.most : count) {
    throw notPermitted("head.about", `${count} targets`, type.answers ? `1 to ${type.answers.most}` : "none");
  }
}

/** @param {EventType} type @param {Head[]} targets */
export function checkTargets(type, targets) {
  const bad = targets.find((each) => !type.answers || !matches(type.answers.types, each.type));
  if (bad) throw notPermitted("head.about", bad.type, String(type.answers?.types ?? "nothing"));
}

/** @param {Head} target @returns {import("./head.js").Pair[]} what an answer to it joins */
export function inheritedJoins(target) {
  const pairs = target.joins.filter(([kind]) => INHERITED.includes(kind));
  return pairs.length ? pairs : target.joins.filter(([kind]) => kind === "member");
}

/** @param {string} uri of an item, lot, book line or set @returns {string} what an `of` role derives from it */
function derived(uri) {
  const form = formOrNull(uri);
  if (form === "book-line") return `urn:suyuan:book:${uri.split(":")[3]}`;
  if (form === "set") return `urn:suyuan:enterprise:${uri.split(":")[4]}`;
  return productOf(uri);
}

/** @param {EventType} type @param {Body} body */
export function checkSubjects(type, body) {
  const unknown = [...body.subjects.keys()].find((each) => !type.subjects.has(each));
  if (unknown !== undefined) throw mismatch("body.subjects", unknown, "the type's roles");
  for (const [name, role] of type.subjects) {
    const value = body.subjects.get(name);
    const field = `body.subjects.${name}`;
    if (value === undefined) {
      if (!role.optional) throw mismatch(field, "nothing", "a subject");
      continue;
    }
    if (Array.isArray(value) !== role.many) {
      throw mismatch(field, "another shape", role.many ? "an array" : "a subject");
    }
    const bad = [value].flat().find((each) => !role.forms.includes(formOrNull(each) ?? ""));
    if (bad !== undefined) throw mismatch(field, bad, role.forms.join(", "));
  }
  for (const [name, role] of type.subjects) checkDerived(name, role, body);
}

/** @param {string} name @param {import("./type_roles.js").Role} role @param {Body} body */
function checkDerived(name, role, body) {
  const value = body.subjects.get(name);
  if (role.of === null || value === undefined) return;
  const expected = [...new Set([body.subjects.get(role.of) ?? []].flat().map(derived))];
  const came = [value].flat();
  if (came.length !== expected.length || came.some((each, at) => each !== expected[at])) {
    throw mismatch(`body.subjects.${name}`, came, expected);
  }
}

/**
 * @param {EventType} type
 * @param {Body} body
 * @param {"joins" | "follows"} links
 * @returns {import("./head.js").Pair[]}
 */
export function ownLinks(type, body, links) {
  /** @type {import("./head.js").Pair[]} */
  const pairs = [];
  for (const [name, role] of type.subjects) {
    for (const uri of [body.subjects.get(name) ?? []].flat()) {
      for (const kind of role[links]) pairs.push([kind, subjectName(uri)]);
    }
  }
  return pairs;
}

/**
 * @param {import("./head.js").Pair[]} came sorted, none twice
 * @param {import("./head.js").Pair[]} expected
 * @param {string} field
 */
function checkPairs(came, expected, field) {
  const wanted = new Set(expected.map(pairKey));
  if (wanted.size > MOST_LINKS) throw mismatch("links", `${wanted.size}`, `at most ${MOST_LINKS}`);
  if (wanted.size !== came.length || came.some((each) => !wanted.has(pairKey(each)))) {
    throw mismatch(field, "other links", "those that follow from type, subjects and targets");
  }
}

/** @param {EventType} type @param {Head} head @param {Body} body @param {Head[]} targets all that are answered */
export function checkLinks(type, head, body, targets) {
  checkSubjects(type, body);
  checkPairs(head.joins, [...ownLinks(type, body, "joins"), ...targets.flatMap(inheritedJoins)], "head.joins");
  checkPairs(head.follows, ownLinks(type, body, "follows"), "head.follows");
}

/**
 * @param {EventType} type
 * @param {Body} body
 * @throws mismatch unless it has the type's digests, and nothing of them in clear
 */
export function checkBody(type, body) {
  const same = body.digests.size === type.disclosures.size;
  if (!same || [...type.disclosures.keys()].some((each) => !body.digests.has(each))) {
    throw mismatch("body._sd", [...body.digests.keys()], [...type.disclosures.keys()]);
  }
  for (const pointer of type.disclosures.keys()) {
    let value = /** @type {any} */ (body.data);
    for (const step of stepsOf(pointer)) value = value instanceof Map ? value.get(step) : undefined;
    if (value !== undefined) throw mismatch("body.data", pointer, "nothing that is disclosed");
  }
}
