/**
 * Checking one event here: with the registry of a trace that has it, or, where none is open, as far as the charter and
 * the signing key alone go.
 * @module
 */
import { examineCharterFile } from "../verifier/charterfile.js";
import { malformed, mismatch, SuyuanError } from "../verifier/errors.js";
import { checkCheckpoint, checkPlace, examineEvent, parseEventProof } from "../verifier/eventproof.js";
import { parseKey } from "../verifier/keys.js";
import { parseTraceProof } from "../verifier/traceproof.js";
import { nameAt } from "./names.js";

/** @typedef {import("../verifier/examination.js").Standpoint} Standpoint */
/** @typedef {import("../verifier/event.js").Event} Event */
/**
 * @typedef {object} EventCheck
 * @property {"verified" | "partly" | "incomplete" | "altered" | "cannot"} state
 * @property {string[]} checked keys of texts: what holds
 * @property {string[]} unchecked keys of texts: what was not looked at
 * @property {SuyuanError | null} error
 * @property {Event | null} event once it is verified whole
 * @property {number | null} time ledger time
 * @property {string} issuer its name, in the language of the page; empty where the registry was not at hand
 */
/** @typedef {(address: string) => Promise<Uint8Array | null>} Fetch */

const PLACE = ["check.event.name", "check.event.checkpoint", "check.event.place", "check.event.signature"];

/**
 * @param {{name: string, proof: string, registry: string | null}} asked name: of the event, as the page's address has
 *   it
 * @param {Fetch} fetch
 * @param {Standpoint} standpoint
 * @param {"zh" | "en"} lang
 * @returns {Promise<EventCheck>}
 */
export async function checkEvent({ name, proof, registry }, fetch, standpoint, lang) {
  const nothing = { checked: [], unchecked: [], error: null, event: null, time: null, issuer: "" };
  try {
    const data = await fetched(proof, fetch);
    requireName(data, name);
    if (!registry) return { ...nothing, ...(await checkAlone(data, fetch, standpoint)) };
    const trace = await fetched(registry, fetch);
    const { event, time, quorum, registry: held } = await examineEvent(data, trace, standpoint);
    return {
      ...nothing,
      state: quorum ? "verified" : "incomplete",
      checked: [...PLACE, "check.event.registry", quorum ? "check.event.quorum" : "check.event.no-quorum"],
      unchecked: ["check.event.truth", "check.event.since"],
      event,
      time,
      issuer: nameAt(held, event.head.principal, event.leaf, lang),
    };
  } catch (error) {
    if (!(error instanceof SuyuanError)) throw error;
    return { ...nothing, state: stateOf(error), error };
  }
}

/** @param {SuyuanError} error @returns {EventCheck["state"]} */
export function stateOf({ code, cannotCheck }) {
  if (cannotCheck || code === "unsupported") return "cannot";
  return code === "incomplete" ? "incomplete" : "altered";
}

/** @param {string} address @param {Fetch} fetch @returns {Promise<Uint8Array>} @throws incomplete where nothing came */
export async function fetched(address, fetch) {
  const data = await fetch(address);
  if (!data) throw new SuyuanError("incomplete", address, "nothing", "a proof");
  return data;
}

/** @param {Uint8Array} data @param {string} name @throws mismatch: the proof of another event is no answer */
function requireName(data, name) {
  const [event] = parseEventProof(data).part.events;
  if (event.name !== name) throw mismatch("event", event.name, name);
}

/**
 * Without a registry: checkpoint, seal, place and signature; not whether the key might say it.
 * @param {Uint8Array} data @param {Fetch} fetch @param {Standpoint} standpoint
 * @returns {Promise<Pick<EventCheck, "state" | "checked" | "unchecked" | "time">>}
 */
async function checkAlone(data, fetch, standpoint) {
  const { check, policy } = standpoint;
  const proof = parseEventProof(data);
  const charters = await examineCharterFile(await fetched("/charter", fetch), { pinned: policy.charter, check });
  const held = /** @type {any} */ ({ charters, check, standpoint });
  const { checkpoint, quorum } = await checkCheckpoint(proof, held);
  await checkPlace(proof, held, checkpoint);
  const { part } = proof;
  const key = await keyOf(part.header.kid, charters, fetch);
  if (key) await part.statement().verify(check, key);
  part.events[0].read();
  const cosigned = quorum ? "check.event.quorum" : "check.event.no-quorum";
  return {
    state: "partly",
    checked: [...(key ? PLACE : PLACE.slice(0, 3)), cosigned],
    unchecked: [...(key ? [] : ["check.event.unsigned"]), "check.event.right", "check.event.truth"],
    time: proof.seal?.time ?? null,
  };
}

/**
 * @param {string} kid hex @param {import("../verifier/charter_walk.js").Charters} charters @param {Fetch} fetch
 * @returns {Promise<import("../verifier/keys.js").Key | null>} the key with this thumbprint, whoever shows it
 */
export async function keyOf(kid, charters, fetch) {
  const root = charters.inForce.map(({ charter }) => charter.listed(kid)).find(Boolean);
  if (root) return root.key;
  const trace = await fetch(`/trace?subject=urn:suyuan:key:${kid}&walk=registry&format=proof`);
  const events = trace ? parseTraceProof(trace).trace.flatMap((each) => each.events) : [];
  for (const each of events) {
    const shown = each.body()?.data.get("key");
    const key = shown && each.type.startsWith("registry.") ? parseKey(shown) : null;
    if (key?.kidHex === kid) return key;
  }
  return null;
}

/** @param {string} pathname @returns {string} the name of the event whose page this is @throws malformed */
export function nameOfPage(pathname) {
  const [, name] = /^\/events\/([0-9a-f]{64})$/.exec(pathname) ?? [];
  if (!name) throw malformed("address", pathname, "the page of an event");
  return name;
}
