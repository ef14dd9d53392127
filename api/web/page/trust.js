/**
 * Why one can trust it: the nine steps, what was not checked, the policy, the proof to take away, where to report.
 * @module
 */
import { element, opening, pairs, section } from "./element.js";
import { refusal, sentence } from "./saying.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./saying.js").Saying} Saying */
/** @typedef {import("./policy.js").Policy} Policy */
/**
 * @typedef {object} Policies what this page trusts, and how the reader changes that
 * @property {() => Policy} current
 * @property {(data: Uint8Array) => boolean} replace
 * @property {() => void} reset
 */

/** @param {import("../verifier/verdict.js").StepResult} step @param {Saying} saying @returns {any} */
function stepOf({ number, passed, error }, saying) {
  const { say } = saying;
  const state = passed === null ? "not-reached" : passed ? "passed" : "failed";
  return element(
    "li",
    {},
    element("strong", {}, say(`step.${number}`)),
    " ",
    element("span", { class: `state ${state}` }, say(`step.${state}`)),
    element("br"),
    element("span", { class: "quiet" }, say(`page.step.${number}`)),
    error && element("p", { class: "quiet mono" }, refusal(error, saying)),
  );
}

/** @param {Checked} checked @param {Saying} saying @returns {any} */
export function unchecked({ verdict }, saying) {
  const told = verdict?.notChecked ?? [];
  if (!told.length) return null;
  const lines = told.map((each) => element("li", { id: each.key }, sentence(each, saying)));
  return section("unchecked", saying.say("trace.unchecked"), element("ul", {}, ...lines));
}

/** @param {Policies} policies @param {Saying} saying @param {() => void} again checks once more @returns {any} */
function policyOf(policies, { say }, again) {
  const { from, fingerprint } = policies.current();
  const complaint = element("p", { class: "quiet", role: "status" });
  const input = element("input", { type: "file", id: "policy-file" });
  input.addEventListener("change", async () => {
    try {
      policies.replace(new Uint8Array(await input.files[0].arrayBuffer()));
      again();
    } catch {
      complaint.textContent = say("page.policy-refused");
      input.value = ""; // or choosing the same file, mended, would change nothing
    }
  });
  const back = element("button", { type: "button", class: "plain" }, say("page.policy-back"));
  back.addEventListener("click", () => {
    policies.reset();
    again();
  });
  const mono = element("span", { class: "mono", id: "fingerprint" }, fingerprint);
  return opening(
    say("page.policy"),
    element("p", {}, say(`page.policy-${from}`)),
    pairs([[say("page.fingerprint"), mono]]),
    element("p", {}, element("label", { for: "policy-file" }, say("page.policy-replace"))),
    input,
    complaint,
    from === "reader" && back,
  );
}

/**
 * @param {Checked} checked
 * @param {Policies} policies
 * @param {Saying} saying
 * @param {() => void} again checks once more
 * @returns {any}
 */
export function why(checked, policies, saying, again) {
  const { say } = saying;
  const steps = checked.verdict?.steps ?? [];
  return section(
    "why",
    say("page.why"),
    element("p", {}, say("page.why-text")),
    steps.length > 0 &&
      opening(say("trace.steps"), element("ol", { class: "steps" }, ...steps.map((each) => stepOf(each, saying)))),
    policyOf(policies, saying, again),
    opening(say("page.sources"), element("p", {}, say("page.sources-text"))),
  );
}

/** @param {Uint8Array} data @param {string} subject @param {string} label @returns {any} the bytes that were checked */
function download(data, subject, label) {
  const name = subject.replace(/^(https:\/\/id\.gs1\.org\/|urn:suyuan:)/, "").replace(/[^A-Za-z0-9._-]+/g, "-");
  const href = URL.createObjectURL(
    new Blob([/** @type {any} */ (data)], { type: "application/vnd.suyuan.trace+cbor" }),
  );
  return element("a", { class: "button", href, download: `${name.slice(0, 120)}.trace` }, label);
}

/**
 * @param {Checked} checked
 * @param {string} subject
 * @param {string} fingerprint of the policy
 * @param {Saying} saying
 * @returns {any}
 */
export function report(checked, subject, fingerprint, { say }) {
  const story = checked.verdict?.story;
  const error = checked.verdict?.error;
  const facts = [
    subject,
    checked.state + (error ? ` ${error.code} ${error.field}` : ""),
    story ? `${story.origin} ${story.size}` : "",
    new Date(checked.at).toISOString(),
    fingerprint,
  ];
  return section(
    "report",
    say("page.report"),
    element("p", {}, say("page.report-text")),
    element("pre", { tabindex: 0 }, element("code", {}, facts.filter(Boolean).join("\n"))),
    checked.data && element("p", { class: "actions" }, download(checked.data, subject, say("trace.download"))),
  );
}
