/**
 * What this browser keeps for the page: a trust policy of the reader's own, and the newest checkpoint of each ledger.
 * @module
 */
import { formatHex, formatUtf8, parseHex, parseUtf8 } from "../verifier/bytes.js";

const POLICY = "suyuan.policy";
const SEEN = "suyuan.seen.";
const NOTE = "suyuan.note.";
const UNJOINED = "suyuan.unjoined.";

/** @typedef {import("../verifier/examination.js").Seen} Seen */

/** @returns {Storage | null} null where the browser keeps nothing for this page */
function kept() {
  try {
    globalThis.localStorage.getItem(POLICY); // some in-app browsers hand out a store that only throws
    return globalThis.localStorage;
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

/** @param {Uint8Array} charter @param {string} [key] @returns {Uint8Array | null} the note of it, as it was signed */
export function noteOf(charter, key = NOTE) {
  const text = kept()?.getItem(key + formatHex(charter));
  return text ? formatUtf8(text) : null;
}

/** @param {Uint8Array} charter @returns {Uint8Array | null} an older note, to which nothing seen since was joined yet */
export const unjoinedOf = (charter) => noteOf(charter, UNJOINED);

/** The newest checkpoint was found to go on from all before. @param {Uint8Array} charter @param {number} size of it */
export function join(charter, size) {
  if (seenOf(charter)?.size === size) kept()?.removeItem(UNJOINED + formatHex(charter));
}

/**
 * Remember the newest checkpoint of a ledger; an older one changes nothing. Until the two are joined the note before
 * is kept: the browser may be closed, or the ledger may keep its tiles, and then a later visit compares.
 * @param {Seen} seen
 * @param {Uint8Array} note of it: what convicts the ledger if it contradicts itself later
 */
export function remember({ origin, size, root, charter }, note) {
  const before = seenOf(charter);
  if (before && before.size >= size) return;
  const earlier = unjoinedOf(charter) ?? noteOf(charter);
  try {
    if (earlier) kept()?.setItem(UNJOINED + formatHex(charter), parseUtf8(earlier, "checkpoint"));
    kept()?.setItem(SEEN + formatHex(charter), `${size} ${formatHex(root)} ${origin}`);
    kept()?.setItem(NOTE + formatHex(charter), parseUtf8(note, "checkpoint"));
  } catch {
    // A browser that keeps nothing sees every ledger for the first time, and step 9 says so.
  }
}
