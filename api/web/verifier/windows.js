/**
 * Which subjects a trace reaches, which part of each history belongs to the story (sections 5 and 17).
 *
 * A set of places is a row of flags: 0 stands for what is before every event shown, n for the n-th event in log order.
 * Windows begin and end at events, so that is enough to say whether one is empty.
 * @module
 */
import { inLogOrder } from "./event.js";
import { subjectName } from "./subject.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {"inside" | "before" | null} Window */
/**
 * @typedef {{event: Event, kind: string, target: string, window: Window, by: string}} Follow by: name of the
 *   subject
 */
/** @typedef {{timeline: Event[], outside: Event[], has: (event: Event) => boolean}} Story */

/** @param {Event} event @param {string} kind @param {string} target @returns {Window[]} of its follow */
function windowsOf(event, kind, target) {
  const roles = [.../** @type {any} */ (event.vocabulary).subjects].filter(([, role]) => role.follows.includes(kind));
  const body = event.body();
  const naming = body
    ? roles.filter(([name]) => [body.subjects.get(name) ?? []].flat().some((each) => subjectName(each) === target))
    : roles;
  const windows = new Set(naming.map(([, role]) => role.window));
  if (windows.size === 1) return /** @type {any} */ ([...windows]);
  return windows.has("inside") ? [null, "inside"] : [null];
}

export class Reach {
  /**
   * @param {Event[]} events of the trace part, their types known
   * @param {string} asked name
   * @param {string[]} kinds of the walk
   */
  constructor(events, asked, kinds) {
    this.events = [...events].sort(inLogOrder);
    this.asked = asked;
    this.kinds = kinds;
    /** @type {Map<string, number>} */
    this.places = new Map(this.events.map((each, at) => [each.name, at + 1]));
    /** @type {Map<string, Uint8Array>} windows of subjects */
    this.windows = new Map([[asked, new Uint8Array(this.events.length + 1).fill(1)]]);
    for (let changed = true; changed;) changed = this.widen();
  }

  /** @param {string} kind @param {string} name @returns {Event[]} in log order */
  history(kind, name) {
    return this.events.filter((each) => each.joins(kind, name));
  }

  /** @param {string} name @returns {Event[]} events of its histories that the walk goes over, each once */
  eventsOf(name) {
    return this.events.filter((each) =>
      each.head.joins.some(([kind, joined]) => joined === name && this.kinds.includes(kind)),
    );
  }

  /**
   * @param {Event} event
   * @param {string} name of the subject in whose history it stands
   * @returns {Event | undefined} that closed its follows
   */
  closing(event, name) {
    return this.eventsOf(name).find((each) => each.head.about.includes(event.name) && each.vocabulary?.closes);
  }

  /** @param {Follow} follow @returns {Uint8Array} */
  windowOf({ event, window, by }) {
    const place = /** @type {number} */ (this.places.get(event.name));
    const end = this.places.get(this.closing(event, by)?.name ?? "") ?? this.events.length + 1;
    const [from, to] = window === "before" ? [0, place] : [window === "inside" ? place : 0, end];
    return new Uint8Array(this.events.length + 1).fill(1, from, Math.max(from, to));
  }

  /** @param {string} name @returns {Follow[]} by events of its histories */
  followsOf(name) {
    return this.eventsOf(name).flatMap((event) =>
      event.head.follows
        .filter(([kind]) => this.kinds.includes(kind))
        .flatMap(([kind, target]) =>
          windowsOf(event, kind, target).map((window) => ({ event, kind, target, window, by: name })),
        ),
    );
  }

  /** @param {Follow} follow @returns {boolean} whether what it leads to belongs to the subject's window */
  counts(follow) {
    const own = /** @type {Uint8Array} */ (this.windows.get(follow.by));
    return follow.window === "inside" || own[/** @type {number} */ (this.places.get(follow.event.name))] === 1;
  }

  /** @returns {boolean} whether a window became wider */
  widen() {
    let changed = false;
    for (const [name, own] of [...this.windows]) {
      for (const follow of this.followsOf(name)) {
        if (!this.counts(follow)) continue;
        const common = this.windowOf(follow).map((flag, at) => flag & own[at]);
        if (!common.some(Boolean)) continue;
        const target = this.windows.get(follow.target) ?? new Uint8Array(own.length);
        common.forEach((flag, at) => {
          if (flag && !target[at]) changed = Boolean((target[at] = 1));
        });
        this.windows.set(follow.target, target);
      }
    }
    return changed;
  }

  /** @returns {string[]} names of subjects whose window is not empty */
  get subjects() {
    return [...this.windows.keys()];
  }

  /** @param {Event} event @returns {boolean} whether it stands in a history that is reached */
  holds(event) {
    return event.head.joins.some(([kind, name]) => this.kinds.includes(kind) && this.windows.has(name));
  }

  /** @returns {Story} */
  story() {
    const story = new Set(this.events.filter((each) => this.isInside(each)));
    for (const name of this.subjects) {
      const own = /** @type {Uint8Array} */ (this.windows.get(name));
      for (const follow of this.followsOf(name)) {
        const touches = follow.window === "inside" && this.windowOf(follow).some((flag, at) => flag && own[at]);
        if (touches) story.add(follow.event);
      }
    }
    for (let before = -1; before < story.size;) {
      before = story.size;
      const names = new Set([...story].map((each) => each.name));
      for (const each of this.events) if (each.head.about.some((name) => names.has(name))) story.add(each);
    }
    const timeline = this.events.filter((each) => story.has(each));
    return { timeline, outside: this.events.filter((each) => !story.has(each)), has: (event) => story.has(event) };
  }

  /** @param {Story} story @returns {{event: Event, by: Event}[]} follows of the story that were ended */
  closed(story) {
    return this.subjects.flatMap((name) =>
      this.eventsOf(name)
        .filter(story.has)
        .flatMap((event) => {
          const by = this.closing(event, name);
          const ended = event.head.follows.filter(([kind, target]) =>
            windowsOf(event, kind, target).some((each) => each !== "before"),
          );
          return by ? ended.map(() => ({ event, by })) : [];
        }),
    );
  }

  /** @param {Event} event @returns {boolean} a recall, or in the window of one of its histories */
  isInside(event) {
    const place = /** @type {number} */ (this.places.get(event.name));
    return event.head.joins.some(
      ([kind, name]) =>
        this.kinds.includes(kind) &&
        this.windows.has(name) &&
        (kind === "recall" || this.windows.get(name)?.[place] === 1),
    );
  }
}
