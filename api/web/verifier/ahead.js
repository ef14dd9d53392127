/**
 * Signatures that the steps will ask for, begun all at once: a browser checks them beside each other, and steps wait
 * for each in turn. Keys are taken as the registry part spells them, whatever they may be worth: nothing is concluded
 * here, and a guess that was wrong is a signature checked for nothing.
 * @module
 */
import { equalBytes } from "./bytes.js";
import { charterOf } from "./charter.js";
import { verifyLines } from "./checkpoint.js";
import { SuyuanError } from "./errors.js";
import { parseKey } from "./keys.js";
import { parseCheckpointNote } from "./traceproof.js";

/** @typedef {import("./keys.js").Check} Check */
/** @typedef {{signature: Uint8Array, message: Uint8Array, answer: Promise<boolean>}} Asked */

/**
 * @param {Check} check
 * @returns {Check} the same, that answers a question once
 */
export function remembering(check) {
  /** By key, whose bytes are the same array again, and of one algorithm. @type {Map<Uint8Array, Asked[]>} */
  const asked = new Map();
  return (name, raw, signature, message) => {
    const known = asked.get(raw) ?? [];
    const found = known.find((each) => equalBytes(each.signature, signature) && equalBytes(each.message, message));
    if (found) return found.answer;
    const answer = check(name, raw, signature, message);
    asked.set(raw, [...known, { signature, message, answer }]);
    return answer;
  };
}

/** @param {() => Promise<unknown>} begin what fails here is told by the step that asks again */
function begin(begin) {
  begin().catch((error) => {
    if (!(error instanceof SuyuanError)) throw error;
  });
}

/** @param {import("./event.js").Event} event @returns {import("./keys.js").Key[]} that it brings in */
function keysOf(event) {
  if (event.type === "registry.charter") {
    const charter = charterOf(event);
    return [charter.seal, ...charter.roots.map((each) => each.key)];
  }
  if (event.type === "registry.agency")
    return (event.body()?.data.get("administrators") ?? []).map((/** @type {any} */ each) => parseKey(each));
  const registered = event.type === "registry.key" || event.type === "registry.enterprise-key";
  return registered ? [parseKey(event.body()?.data.get("key"))] : [];
}

/** @param {import("./traceproof.js").TraceProof} proof @param {Check} check a remembering one */
export function beginSignatures(proof, check) {
  try {
    const parts = [...proof.registry, ...proof.trace];
    const events = parts.flatMap((each) => each.events).filter((each) => each.type.startsWith("registry."));
    const keys = new Map(events.flatMap(keysOf).map((each) => [each.kidHex, each]));
    for (const part of parts) {
      const key = keys.get(part.header.kid);
      if (key) begin(() => part.statement().verify(check, key));
    }
    const founding = events.find((each) => each.type === "registry.charter");
    const charter = founding && charterOf(founding);
    if (!charter) return;
    for (const seal of proof.seals) begin(() => seal.verify(check, charter.seal, charter.origin));
    const { note, checkpoint } = parseCheckpointNote(proof.noteBytes);
    const vkeys = [...charter.policy.logs, ...charter.policy.witnesses.values()];
    for (const line of note.lines) begin(() => verifyLines(check, checkpoint, [line], vkeys));
  } catch (error) {
    // Whatever is malformed fails the step that reads it.
    if (!(error instanceof SuyuanError)) throw error;
  }
}
