/**
 * The check of the status page: what was computed here, in the place of what the server says of itself.
 * @module
 */
import { formatUtf8 } from "../verifier/bytes.js";
import { contradiction, contradictionOf } from "./convict.js";
import { element, icon } from "./element.js";
import { fetchBytes, Unanswered } from "./fetching.js";
import { beforeOf } from "./growth.js";
import { checkLedger } from "./ledgercheck.js";
import { withLaterTexts } from "./later_saying.js";
import { refusal } from "./saying.js";
import { standpointOf } from "./standpoint.js";
import { join, remember } from "./store.js";

/** @typedef {import("./ledgercheck.js").LedgerCheck} LedgerCheck */
/** @typedef {import("./saying.js").Saying} Saying */

/** @type {Record<string, "ok" | "bad" | "warn">} */
const TONES = { grown: "ok", forked: "bad", failed: "bad" };
const OLDER = "check.older";

/**
 * @param {Saying} saying
 * @returns {Promise<(LedgerCheck & {note: Uint8Array, found: import("./convict.js").Found | null}) | null>} note: of the
 *   checkpoint; found: of a contradiction; null where the server did not answer
 */
async function check(saying) {
  const get = (/** @type {string} */ address) => fetchBytes(address, fetch.bind(globalThis));
  try {
    const answer = await fetch(`/status?format=json&lang=${saying.lang}`);
    const charter = await get("/charter");
    if (!answer.ok || !charter) return null;
    const [status, standpoint] = [await answer.json(), standpointOf()];
    const note = formatUtf8(String((status.cosigned ?? status).checkpoint?.note ?? ""));
    const before = beforeOf(standpoint.policy.charter);
    const checked = await checkLedger({ status, charter, fetch: get, before }, standpoint);
    const found = checked.doubted ? await contradictionOf(note, standpoint) : null;
    const state = found?.evidence ? "forked" : checked.state;
    return { ...checked, state, note, found };
  } catch {
    return null;
  }
}

/** @param {NonNullable<LedgerCheck["error"]>} error @param {Saying} saying @returns {string} why it went no further */
const whyNot = (error, saying) =>
  error instanceof Unanswered ? saying.say("check.unanswered", { address: error.message }) : refusal(error, saying);

/** @param {Awaited<ReturnType<typeof check>>} checked @param {Saying} saying @returns {any[]} */
function drawn(checked, saying) {
  const { say } = saying;
  const state = checked?.state ?? "cannot";
  const tone = TONES[state] ?? "warn";
  // What convicts is no old copy.
  const findings = (checked?.findings ?? []).filter(({ key }) => key !== OLDER || state !== "forked");
  return [
    element("div", { class: `strip ${tone}`, "data-state": state },
      icon(tone),
      element("div", {},
        element("p", {}, element("strong", {}, say(`check.state.${state}`))),
        checked?.error && element("p", {}, whyNot(checked.error, saying)),
        !checked && element("p", {}, say("check.unreached")),
      ),
    ),
    findings.length > 0 && element("ul", {}, ...findings.map(({ key, values }) => element("li", {}, say(key, values)))),
    checked?.found && contradiction(checked.found, state === "forked", saying),
    element("p", { class: "quiet" }, say("check.limits")),
  ].filter(Boolean);
}

/** @param {any} place the section of the page @param {Saying} spoken without the texts that only this script says */
export async function show(place, spoken) {
  const saying = withLaterTexts(spoken);
  const live = element("p", { role: "status" }, saying.say("page.checking"));
  const heading = place.querySelector("h2");
  place.replaceChildren(heading, live);
  const checked = await check(saying);
  if (checked?.now) remember(checked.now, checked.note);
  if (checked?.now && !checked.doubted) join(checked.now.charter, Number(checked.now.size));
  place.classList.remove("unverified");
  place.append(...drawn(checked, saying));
  live.className = "live"; // what is seen stands in the strip
  live.textContent = saying.say(`check.state.${checked?.state ?? "cannot"}`);
}
