/**
 * A document as its holder sees it: what its event says in clear, and disclosed values at their places
 * (docs/matching.md).
 * @module
 */
import { stepsOf } from "../disclosure.js";

export const MOST_ITEMS = 100;

/** @param {any} value of JSON @returns {any} whose objects are new */
const copy = (value) =>
  value instanceof Map ? new Map([...value].map(([name, each]) => [name, copy(each)])) : value;

/** @param {Map<string, any>} content @param {string} pointer @param {any} value */
function place(content, pointer, value) {
  const steps = stepsOf(pointer);
  const last = /** @type {string} */ (steps.pop());
  let inner = content;
  for (const step of steps) {
    const next = inner.get(step);
    const object = next instanceof Map ? next : new Map();
    inner.set(step, object);
    inner = object;
  }
  inner.set(last, copy(value));
}

export class Document {
  /**
   * @param {string} source `order`, `list`, …
   * @param {Map<string, any>} data of the event
   * @param {Map<string, any>} disclosed by pointer
   * @param {Iterable<string>} [committed] the pointers of its `_sd`; without them, what is not disclosed is not given
   */
  constructor(source, data, disclosed, committed = []) {
    this.source = source;
    /** @type {Map<string, any>} */
    this.content = copy(data);
    for (const pointer of [...disclosed.keys()].sort()) place(this.content, pointer, disclosed.get(pointer));
    this.withheld = [...committed].filter((each) => !disclosed.has(each));
  }

  /** @param {string} pointer @returns {any} null where nothing was given, or nothing is shown */
  find(pointer) {
    let value = /** @type {any} */ (this.content);
    for (const step of stepsOf(pointer)) value = value instanceof Map ? value.get(step) : undefined;
    return value ?? null;
  }

  /** @param {string} pointer @returns {boolean} whether a value may stand there that is not shown */
  isWithheld(pointer) {
    return this.withheld.some((each) => `${pointer}/`.startsWith(`${each}/`));
  }

  /** @returns {Map<string, any>[]} the lines; what is no line is left out */
  get items() {
    const items = this.find("/lines/items");
    return Array.isArray(items) ? items.filter((each) => each instanceof Map) : [];
  }
}
