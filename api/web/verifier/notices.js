/**
 * Notices beside an outcome (section 18): recalls, then events in log order, then terms.
 * @module
 */
import { formatHex } from "./bytes.js";
import { ACTIVATED, checkActivation } from "./hidden_code.js";
import { lateReturns } from "./returns.js";

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./examination.js").Examination} Examination */
/** @typedef {Map<Event, import("./recognition.js").Recognition>} Recognitions */

const LIFTED = "aftersales.recall-lifted";

/** @param {Examination} examination @param {Recognitions} recognition */
export function tellNotices(examination, recognition) {
  const { story, reach, proof } = examination;
  if (proof.kinds.includes("recall")) {
    for (const name of reach.subjects) tellRecalls(examination, reach.history("recall", name));
  }
  for (const event of story.timeline) tellEvent(examination, event, /** @type {any} */ (recognition.get(event)));
  tellAssistance(examination);
  for (const { code, event, days, term } of lateReturns(story.timeline)) {
    examination.notice(`notice.${code}`, { event: event.name, days, term });
  }
}

/** @param {Examination} examination @param {Event[]} history of kind recall */
function tellRecalls(examination, history) {
  const ends = new Map(
    history
      .filter((each) => each.type === LIFTED && !examination.standing.isDisputed(each))
      .flatMap((each) => each.head.about.map((name) => [name, each])),
  );
  for (const event of history) {
    const end = ends.get(event.name);
    if (end) examination.notice("notice.recall-ended", { event: event.name, by: end.name });
    else if (!event.head.about.length) examination.notice("notice.recalled", { event: event.name });
  }
}

/**
 * @param {Examination} examination
 * @param {Event} event
 * @param {import("./recognition.js").Recognition} recognition
 */
function tellEvent(examination, event, { outcome, conditions }) {
  const what = { type: event.type, event: event.name };
  const late = event.vocabulary?.late;
  const holds = {
    "notice.late": late && event.time - event.head.time >= late,
    "notice.restricted": event.state.word === "restricted",
    "notice.conditions": conditions.length,
    "notice.refused": outcome === "refused",
    "notice.expired": outcome === "expired",
  };
  for (const [key, each] of Object.entries(holds)) if (each) examination.notice(key, what);
  if (event.state.word === "erased")
    examination.notice("notice.erased", { ...what, order: formatHex(event.state.order) });
  if (event.type === "record.correction") {
    for (const name of event.head.about) examination.notice("notice.corrected", { event: name });
  }
  tellLabel(examination, event);
  if (!examination.standing.isDisputed(event)) return;
  for (const { word, by } of examination.standing.reasons(event))
    examination.notice(`notice.disputed.${word}`, { ...what, by });
}

/**
 * A label that is seen too often, or an activation: does it reveal the committed code?
 * @param {Examination} examination
 * @param {Event} event
 */
function tellLabel(examination, event) {
  if (event.type === "risk.copied-label") examination.notice("notice.seen-too-often", { event: event.name });
  if (event.type !== ACTIVATED) return;
  const targets = examination.story.timeline.filter((each) => event.head.about.includes(each.name));
  const [activation, committed] = [event.body(), targets.length ? targets[0].body() : null];
  if (!activation || !committed) return;
  let key = "notice.activated";
  try {
    checkActivation(activation, committed);
  } catch {
    key = "notice.false-activation";
  }
  examination.notice(key, { event: event.name });
}

/** @param {Examination} examination */
function tellAssistance(examination) {
  const { story, newest } = examination;
  const requests = new Map(
    story.timeline.filter((each) => each.type === "assistance.requested").map((each) => [each.name, each.head.until]),
  );
  const answered = new Set();
  for (const event of story.timeline.filter((each) => each.type === "assistance.answered")) {
    const terms = event.head.about.map((name) => requests.get(name) ?? null).filter((each) => each !== null);
    for (const name of event.head.about) answered.add(name);
    if (terms.some((each) => each <= event.time)) examination.notice("notice.answered-late", { event: event.name });
  }
  for (const [name, until] of requests) {
    if (!answered.has(name) && until !== null && until <= newest.time)
      examination.notice("notice.unanswered", { event: name });
  }
}
