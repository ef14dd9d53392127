/**
 * The page of a trace: checks the proof here and draws what was checked.
 * @module
 */
import { keepForOffline } from "./offline.js";

/** Called by the release when the page is there. @param {Document} document */
export async function start(document) {
  document.documentElement.dataset.script = "running";
  await keepForOffline(null);
}
