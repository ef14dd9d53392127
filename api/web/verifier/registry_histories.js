/**
 * Which registry histories a set of events rests on (section 17, registry part).
 * @module
 */
import { isRegistryEvent } from "./signing.js";
import { subjectName } from "./subject.js";

/** @typedef {import("./event.js").Event} Event */

/** @param {string} kid hex @returns {string} */
const keyName = (kid) => subjectName(`urn:suyuan:key:${kid}`);

/** @param {Event} event @param {string[]} roles @returns {string[]} names of their subjects */
function namesOf(event, ...roles) {
  return roles.flatMap((role) => [event.body()?.subjects.get(role) ?? []].flat()).map(subjectName);
}

/**
 * @param {Event[]} events
 * @returns {string[]} names of those who hold a key that is suspended and registered among them
 */
function holdersOf(events) {
  const suspended = events.filter((each) => each.type === "registry.suspension");
  const held = events.filter(
    (each) =>
      each.type === "registry.key" &&
      suspended.some((other) => other.head.joins.some(([kind, name]) => kind === "registry" && each.joins(kind, name))),
  );
  return held.flatMap((each) => each.head.joins.filter(([kind]) => kind === "keys").map(([, name]) => name));
}

/**
 * @param {Event} event
 * @param {import("./registry.js").Registry} registry
 * @returns {string[]} type, issuer, key, recipient
 */
function behind(event, registry) {
  const { type, issuer, to } = event.head;
  const { kid } = event.statement.header;
  const names = isRegistryEvent(event) ? [] : [subjectName(`urn:suyuan:type:${type}`)];
  if (!registry.isRoot(kid, event.leaf)) names.push(subjectName(issuer), keyName(kid));
  return to ? [...names, subjectName(to)] : names;
}

/** @param {Event} event of a registry history @param {Event[]} judged @returns {string[]} that it brings in */
function brought(event, judged) {
  if (event.type === "registry.policy") return namesOf(event, "policy");
  if (event.type === "registry.succession") return namesOf(event, "agency", "successor");
  if (event.type !== "registry.mandate") return [];
  const [principal, agent] = ["principal", "agent"].map((role) => event.body()?.subjects.get(role));
  return judged.some(({ head }) => head.behalf === principal && head.issuer === agent) ? namesOf(event, "mandate") : [];
}

/**
 * @param {Event[]} judged the events of a trace part, or the one that is judged
 * @param {Event[]} events the registry's, in log order
 * @param {import("./registry.js").Registry} registry replayed
 * @param {string[]} [also] names of subjects on whose histories something else rests
 * @returns {Map<string, Event[]>} histories by the name of their subject
 */
export function registryHistories(judged, events, registry, also = []) {
  const waiting = [subjectName(`urn:suyuan:ledger:${registry.charters.origin}`), ...also, ...holdersOf(judged)];
  for (const event of judged) {
    waiting.push(...behind(event, registry));
    if (event.head.behalf) waiting.push(subjectName(event.head.behalf));
    if (event.type === "registry.succession") waiting.push(...event.head.joins.map(([, name]) => name));
  }
  /** @type {Map<string, Event[]>} */
  const found = new Map();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const own = name;
    const history = events.filter((each) => each.joins("registry", own));
    found.set(name, history);
    for (const event of history) waiting.push(...behind(event, registry), ...brought(event, judged));
    waiting.push(...holdersOf(history));
  }
  return found;
}
