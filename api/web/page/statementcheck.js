/**
 * Checking a statement here: its bytes, its receipt, the checkpoint that the receipt is against, and its signature.
 * @module
 */
import { equalBytes, formatHex } from "../verifier/bytes.js";
import { examineCharterFile } from "../verifier/charterfile.js";
import { parseStatement } from "../verifier/entries.js";
import { Envelope } from "../verifier/envelope.js";
import { mismatch, SuyuanError, untrusted } from "../verifier/errors.js";
import { checkCheckpoint } from "../verifier/eventproof.js";
import { Receipt } from "../verifier/receipt.js";
import { fetched, keyOf, stateOf } from "./eventcheck.js";

/** @typedef {import("../verifier/examination.js").Standpoint} Standpoint */
/** @typedef {import("./eventcheck.js").Fetch} Fetch */
/**
 * @typedef {object} StatementCheck
 * @property {"partly" | "incomplete" | "altered" | "cannot"} state never more than in part: no registry is looked at
 * @property {string[]} checked keys of texts
 * @property {string[]} unchecked keys of texts
 * @property {SuyuanError | null} error
 */

/** @param {Uint8Array} entry @returns {Envelope | import("../verifier/statement.js").Statement} */
function parseEntry(entry) {
  try {
    return parseStatement(entry);
  } catch (error) {
    if (!(error instanceof SuyuanError)) throw error;
    return new Envelope(entry);
  }
}

/**
 * @param {{identity: string, leaf: number | null}} asked leaf: the number that the page's address has, if it has one
 * @param {Fetch} fetch
 * @param {Standpoint} standpoint
 * @returns {Promise<StatementCheck>}
 */
export async function checkStatement({ identity, leaf }, fetch, standpoint) {
  try {
    const statement = parseEntry(await fetched(`/entries/${identity}/statement`, fetch));
    const own = formatHex(statement.identity());
    if (own !== identity) throw mismatch("identity", own, identity);
    const { check, policy } = standpoint;
    const charters = await examineCharterFile(await fetched("/charter", fetch), { pinned: policy.charter, check });
    const quorum = await checkReceipt(statement, { identity, leaf }, charters, fetch, standpoint);
    const key = await keyOf(statement.header.kid, charters, fetch);
    if (key) await statement.verify(check, key);
    const cosigned = quorum ? "check.event.quorum" : "check.event.no-quorum";
    const place = ["check.statement.identity", "check.statement.receipt", cosigned];
    return {
      state: "partly",
      checked: [...place, ...(key ? ["check.event.signature"] : [])],
      unchecked: [...(key ? [] : ["check.event.unsigned"]), "check.statement.right", "check.event.truth"],
      error: null,
    };
  } catch (error) {
    if (!(error instanceof SuyuanError)) throw error;
    return { state: /** @type {any} */ (stateOf(error)), checked: [], unchecked: [], error };
  }
}

/**
 * @param {any} statement @param {{identity: string, leaf: number | null}} asked
 * @param {import("../verifier/charter_walk.js").Charters} charters @param {Fetch} fetch @param {Standpoint} standpoint
 * @returns {Promise<boolean>} whether a quorum cosigned the checkpoint that the receipt leads to
 */
async function checkReceipt(statement, { identity, leaf }, charters, fetch, standpoint) {
  const receipt = new Receipt(await fetched(`/entries/${identity}`, fetch));
  if (leaf !== null && Number(receipt.index) !== leaf) throw mismatch("receipt.index", receipt.index, leaf);
  const key = charters.inForce.map(({ charter }) => charter.receipt).find(({ kidHex }) => kidHex === receipt.key.kid);
  if (!key) throw untrusted("receipt.kid", receipt.key.kid, "a receipt key of the charters");
  const { check } = standpoint;
  const root = await receipt.verify(check, { leaf: statement.leafHash, key, origin: charters.origin });
  const note = await fetched(`/checkpoints/${receipt.size}`, fetch);
  const held = /** @type {any} */ ({ charters, check, standpoint });
  const { checkpoint, quorum } = await checkCheckpoint(/** @type {any} */ ({ note }), held);
  if (!equalBytes(checkpoint.root, root)) throw mismatch("root", formatHex(root), formatHex(checkpoint.root));
  return quorum;
}
