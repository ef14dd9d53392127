/**
 * What this browser keeps for the page: a trust policy of the reader's own, and the newest checkpoint of each ledger.
 * @module
 */
import { formatHex, formatUtf8, parseHex, parseUtf8 } from "../verifier/bytes.js";

const POLICY = "suyuan.policy";
const SEEN = "suyuan.seen.";
const NOTE = "suyuan.note.";

/** @typedef {import("../verifier/examination.js").Seen} Seen */

/** @returns {Storage | null} null where the browser keeps nothing for this page */
function kept() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** @returns {string | null} */
export const keptPolicy = () => kept()?.getItem(POLICY) ?? null;

/** @param {string | null} text null to forget it @returns {boolean} whether the browser kept it */
export function keepPolicy(text) {
  const storage = kept();
  try {
    if (text === null) storage?.removeItem(POLICY);
    else storage?.setItem(POLICY, text);
  } catch {
    return false;
  }
  return storage !== null;
}

/** @param {Uint8Array} charter leaf hash @returns {Seen | null} the newest checkpoint that this browser saw verified */
export function seenOf(charter) {
  const [, size, root, origin] = /^([0-9]{1,16}) ([0-9a-f]{64}) (.*)$/s.exec(read(charter)) ?? [];
  return size ? { origin, size: Number(size), root: parseHex(root, "root", 32), charter } : null;
}

/** @param {Uint8Array} charter @returns {string} */
const read = (charter) => kept()?.getItem(SEEN + formatHex(charter)) ?? "";

/** @param {Uint8Array} charter @returns {Uint8Array | null} the note of that checkpoint, as it was signed */
export function noteOf(charter) {
  const text = kept()?.getItem(NOTE + formatHex(charter));
  return text ? formatUtf8(text) : null;
}

/**
 * Remember the newest checkpoint of a ledger; an older one changes nothing.
 * @param {Seen} seen
 * @param {Uint8Array} note of it: what convicts the ledger if it contradicts itself later
 */
export function remember({ origin, size, root, charter }, note) {
  const before = seenOf(charter);
  if (before && before.size >= size) return;
  try {
    kept()?.setItem(SEEN + formatHex(charter), `${size} ${formatHex(root)} ${origin}`);
    kept()?.setItem(NOTE + formatHex(charter), parseUtf8(note, "checkpoint"));
  } catch {
    // A browser that keeps nothing sees every ledger for the first time, and step 9 says so.
  }
}
