/**
 * Whether the ledger only grew since this browser last saw it, and whether its newest seal stands in it: computed here
 * from tiles, under the trust policy.
 * @module
 */
import { parseBase64 } from "../verifier/base64.js";
import { formatUtf8 } from "../verifier/bytes.js";
import { examineCharterFile } from "../verifier/charterfile.js";
import { mismatch, SuyuanError } from "../verifier/errors.js";
import { checkCheckpoint } from "../verifier/eventproof.js";
import { checkInclusion } from "../verifier/merkle.js";
import { parseSeal } from "../verifier/entries.js";
import { Unanswered } from "./fetching.js";
import { compare } from "./growth.js";
import { inclusionPath, LogTiles } from "./logpaths.js";

/** @typedef {import("../verifier/examination.js").Standpoint} Standpoint */
/** @typedef {import("../verifier/examination.js").Seen} Seen */
/** @typedef {{key: string, values: Record<string, any>, tone: "ok" | "warn"}} Finding key of a text */
/**
 * @typedef {object} LedgerCheck
 * @property {"grown" | "weak" | "forked" | "failed" | "cannot"} state weak: it holds, but says less than it should
 * @property {Finding[]} findings what was established, in this order
 * @property {SuyuanError | Unanswered | null} error why it went no further
 * @property {boolean} doubted what is shown was not found to go with what this browser saw before
 * @property {Seen | null} now what to remember of the ledger: where everything holds and a quorum cosigned it
 */

/**
 * @param {{status: any, charter: Uint8Array, fetch: import("./logpaths.js").Fetch, before?: Seen | null}} given the
 *   status as the server says it, its charter file, how tiles are fetched, and what nothing shown since was joined to
 * @param {Standpoint} standpoint
 * @returns {Promise<LedgerCheck>}
 */
export async function checkLedger({ status, charter, fetch, before = null }, standpoint) {
  /** @type {Finding[]} */
  const findings = [];
  const found = (/** @type {string} */ key, values = {}, tone = /** @type {"ok" | "warn"} */ ("ok")) =>
    findings.push({ key: `check.${key}`, values, tone });
  try {
    const told = status?.cosigned ?? status;
    const { charters, checkpoint, quorum } = await readCheckpoint(told, charter, standpoint, found);
    const now = { origin: checkpoint.origin, size: Number(checkpoint.size), root: checkpoint.root };
    const tiles = new LogTiles(fetch, now.size);
    await checkSeal(told, now, tiles, charters, standpoint);
    found("seal", { leaf: now.size - 1, size: now.size });
    const compared = await compare(standpoint.seen, now, tiles);
    await compare(before, now, tiles);
    if (status.size > now.size) found("ahead", { count: Number(status.size) - now.size });
    const sizes = { older: standpoint.seen?.size, size: now.size, count: tiles.count };
    found(compared === "first" && !quorum ? "not-kept" : compared, sizes, compared === "older" ? "warn" : "ok");
    const weak = findings.some((each) => each.tone === "warn");
    const seen = quorum ? { ...now, charter: standpoint.policy.charter } : null;
    const doubted = compared === "older";
    return { state: weak ? "weak" : "grown", findings, error: null, doubted, now: seen };
  } catch (error) {
    if (error instanceof Unanswered) return { state: "cannot", findings, error, doubted: true, now: null };
    if (!(error instanceof SuyuanError)) throw error;
    const state = error.cannotCheck ? "cannot" : error.code === "inconsistent" ? "forked" : "failed";
    return { state, findings, error, doubted: true, now: null };
  }
}

/**
 * @param {any} status @param {Uint8Array} charter @param {Standpoint} standpoint
 * @param {(key: string, values?: Record<string, any>, tone?: "ok" | "warn") => void} found
 */
async function readCheckpoint(status, charter, standpoint, found) {
  const { check, policy } = standpoint;
  const charters = await examineCharterFile(charter, { pinned: policy.charter, check });
  found("charter", { version: charters.inForce.length });
  const note = formatUtf8(String(status?.checkpoint?.note ?? ""));
  const held = /** @type {any} */ ({ charters, check, standpoint });
  const { checkpoint, lines, quorum } = await checkCheckpoint(/** @type {any} */ ({ note }), held);
  const cosigned = new Set(lines.filter(({ time }) => time !== null).map(({ key }) => key.name));
  cosigned.delete(checkpoint.origin);
  const named = charters.at(Number(checkpoint.size) - 1).policy.witnesses.size;
  const word = named ? (quorum ? "quorum" : "no-quorum") : "no-witnesses";
  found(word, { count: cosigned.size, size: String(checkpoint.size) }, word === "quorum" ? "ok" : "warn");
  return { charters, checkpoint, quorum };
}

/**
 * The newest seal ends the log: signed under the charter, and a path that is made here leads from it to the root.
 * @param {any} status @param {{origin: string, size: number, root: Uint8Array}} now @param {LogTiles} tiles
 * @param {import("../verifier/charter_walk.js").Charters} charters @param {Standpoint} standpoint
 */
async function checkSeal(status, now, tiles, charters, { check }) {
  const seal = parseSeal(parseBase64(String(status?.seal?.entry ?? ""), "seal"));
  if (seal.leaf !== now.size - 1) throw mismatch("seal", `leaf ${seal.leaf}`, `leaf ${now.size - 1}, the last`);
  await seal.verify(check, charters.at(seal.leaf).seal, now.origin);
  const path = await inclusionPath(tiles, seal.leaf);
  checkInclusion({ index: seal.leaf, size: now.size, leaf: seal.leafHash, path, root: now.root });
}
