/**
 * The page that is one file: checks a trace proof from a disk, without a network.
 * @module
 */
import { examineTrace } from "../verifier/verdict.js";
import { rememberVerdict, standpointOf } from "./standpoint.js";

/** Called by the release. @param {Document} document */
export function start(document) {
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  const input = document.createElement("input");
  const result = document.createElement("p");
  input.type = "file";
  result.setAttribute("role", "status");
  input.addEventListener("change", async () => {
    const [file] = input.files ?? [];
    if (!file) return;
    const standpoint = standpointOf();
    const verdict = await examineTrace(new Uint8Array(await file.arrayBuffer()), standpoint);
    rememberVerdict(standpoint, verdict);
    result.textContent = verdict.outcome;
  });
  main.append(input, result);
}
