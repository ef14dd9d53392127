/**
 * Why an event could not be said where it stands, as far as head, body, signature and what is shown tell (section 17).
 * @module
 */
import { Authority } from "../authority.js";
import { formatHex } from "../bytes.js";
import { ruleHolds } from "../coherence.js";
import { mismatch, notPermitted, SuyuanError, unsupported } from "../errors.js";
import { historyRoot } from "../index.js";
import { checkBody, checkHead, checkLinks, checkTargets } from "../mapping.js";
import { at } from "../multimap.js";
import { isRegistryType } from "../registry_data.js";
import { checkScope, findSigner, isRegistryEvent } from "../signing.js";
import { checkActRight } from "./acts.js";
import { typeInForce } from "./traces.js";

/** @typedef {import("../event.js").Event} Event */
/** @typedef {import("../registry.js").Registry} Registry */
/**
 * @typedef {{registry: Registry, before: import("./traces.js").Before | null, check: import("../keys.js").Check}} Case
 */

/**
 * @param {Pick<Registry, "charters">} registry
 * @param {string} kid
 * @param {number} leaf
 * @returns {boolean} of the charter in force, and not called compromised
 */
export function isRootAt({ charters }, kid, leaf) {
  const charter = charters.inForceAt(leaf);
  if (!charter) return false;
  const dead = charter.compromised.has(kid) || charters.isCompromisedBefore(charter, kid);
  return Boolean(charter.listed(kid)) && !dead;
}

/** @typedef {Pick<Event, "leaf" | "time"> & {statement: {header: {kid: string, issuer: string}}}} Place */

/**
 * While the founding charter waits, only approvals of it may be said; from the first seal past a charter's term on,
 * only the next charter and approvals of it.
 * @param {Registry} registry @param {Place} place @param {Event[]} events none of a hash envelope
 * @throws not-permitted
 */
export function checkUnexpired({ charters }, { leaf, time }, events) {
  const next = (/** @type {Event} */ { type, head }) =>
    type === "registry.charter" ||
    (type === "registry.approval" && head.about.every((each) => charters.waiting.has(each)));
  const charter = charters.inForceAt(leaf);
  if (!charter) return checkFounding(charters, events);
  if (time < charter.expires || (events.length && events.every(next))) return;
  throw notPermitted("ledger", "a charter that expired", "a new charter and its approvals");
}

/** @param {Registry["charters"]} charters @param {Event[]} events @throws not-permitted */
function checkFounding(charters, events) {
  const about = new Set(events.flatMap(({ head }) => head.about));
  const [founding] = charters.proposed;
  const approvals = events.length && events.every(({ type }) => type === "registry.approval");
  if (approvals && founding && about.size === 1 && about.has(founding.event.name)) return;
  throw notPermitted("ledger", "a charter that waits", "only approvals of it");
}

/** @param {Registry} registry @param {Place} place @throws not-permitted where another holds the key that is named */
export function checkHolder({ keys, charters }, { statement: { header }, leaf }) {
  const [known] = at(keys.registered, header.kid);
  if (!known || isRootAt({ charters }, header.kid, leaf) || keys.administrators.has(header.kid)) return;
  if (known.holder !== header.issuer) throw notPermitted("statement.iss", header.issuer, known.holder);
}

/**
 * @param {Registry} registry
 * @param {Place} place
 * @returns {import("../registry_keys.js").Signer} valid there, and held by who is named
 * @throws not-permitted
 */
export function signerOf(registry, place) {
  const { kid, issuer } = place.statement.header;
  const signer = findSigner(registry, /** @type {Event} */ (place));
  const listed = signer.root && registry.charters.inForceAt(place.leaf)?.listed(kid);
  if (listed && !isRootAt(registry, kid, place.leaf)) {
    throw notPermitted("statement.kid", kid, "a root that no charter calls compromised");
  }
  const holder = listed ? listed.agency : signer.holder;
  if (holder !== issuer) throw notPermitted("statement.iss", issuer, `${holder}, who holds this key`);
  return signer;
}

/** The first that does not hold is the reason. */
class Rules {
  /** @param {Event} event with its body, where that is shown @param {Case} around */
  constructor(event, { registry, before, check }) {
    this.event = event;
    this.header = event.statement.header;
    this.registry = registry;
    this.before = before;
    this.check = check;
    /** @type {import("../registry_keys.js").Signer} */ this.signer = /** @type {any} */ (null);
    /** @type {import("../vocabulary.js").EventType} */ this.type = /** @type {any} */ (null);
  }

  issuer() {
    const { issuer } = this.header;
    if (this.event.head.issuer !== issuer) throw mismatch("head.issuer", this.event.head.issuer, issuer);
  }

  phase() {
    checkUnexpired(this.registry, this.event, [this.event]);
  }

  /** Of anybody else's key no holder's history is shown: a registered one, valid or not, is asked for its holder. */
  holder() {
    checkHolder(this.registry, this.event);
  }

  key() {
    this.signer = signerOf(this.registry, this.event);
  }

  audience() {
    const { origin } = this.registry.charters;
    if (!this.header.audience.includes(origin)) throw mismatch("statement.aud", String(this.header.audience), origin);
  }

  async signature() {
    await this.event.statement.statement().verify(this.check, this.signer.key);
  }

  use() {
    if (!this.signer.registration && !isRegistryEvent(this.event)) {
      throw notPermitted("statement.kid", "another key", "a statement key");
    }
  }

  /** What is no type of section 12 this version does not know. */
  typeOf() {
    const { registry, event } = this;
    if (isRegistryEvent(event) && !isRegistryType(event.type)) {
      throw unsupported("head.type", event.type, "a type of section 12");
    }
    this.type = event.vocabulary = typeInForce(registry, event);
  }

  head() {
    checkHead(this.type, this.event.head);
  }

  body() {
    const body = this.event.body();
    if (body) checkBody(this.type, body);
  }

  /** Of an answer only where all that it answers is shown. */
  links() {
    const { event, before, type } = this;
    const targets = before ? before.targets : event.head.about.length ? null : [];
    if (!targets) return;
    const heads = targets.map((each) => each.head);
    checkTargets(type, heads);
    const body = event.body();
    if (body) checkLinks(type, event.head, body, heads);
  }

  scope() {
    if (this.signer.registration) checkScope(this.signer.registration, this.event);
  }

  right() {
    const { event, signer, registry } = this;
    if (!isRegistryEvent(event)) return this.authority().checkPrincipal();
    const inForce = isRootAt(registry, this.header.kid, event.leaf);
    checkActRight({ event, signer, registry, inForce });
  }

  place() {
    if (this.before?.targets) this.authority().checkPlace();
  }

  /** @returns {Authority} over the histories that are shown, each of them whole */
  authority() {
    const history = (/** @type {string} */ kind, /** @type {string} */ name) =>
      this.before?.historyOf([kind, name]) ?? [];
    const reach = { kinds: ["trace"], windows: { has: () => true }, history };
    const shownInTrace = new Map((this.before?.targets ?? []).map((each) => [each.name, each]));
    return new Authority(/** @type {any} */ ({ registry: this.registry, reach, shownInTrace }), this.event);
  }

  state() {
    const { event, before } = this;
    const { state } = event.head;
    if (!before?.ordered || !state) return;
    if (!event.joins(state.kind, state.name) || state.kind === "note" || state.count < 1) {
      throw notPermitted("head.state", state.kind, "a history that the event joins, 1 entry at least");
    }
    const entries = before.historyOf([state.kind, state.name]).filter((each) => each.leaf < event.leaf);
    const root = state.count <= entries.length && formatHex(historyRoot(entries.slice(0, Number(state.count))));
    if (root !== state.root) throw mismatch("head.state", state.root, "the root of so many entries before it");
  }

  order() {
    const { event, before, type } = this;
    if (!before?.ordered) return;
    for (const rule of type.order.filter((each) => each.refuse)) {
      const holds = ruleHolds(event, rule, (pair) => before.historyOf(pair).filter((each) => each.before(event)));
      if (holds === false) throw notPermitted(`order.${rule.code}`, event.type, "its rule of order");
    }
  }
}

/** By word, in their order. @type {[string, (rules: Rules) => void | Promise<void>][]} */
const RULES = [
  ["issuer", (rules) => rules.issuer()],
  ["phase", (rules) => rules.phase()],
  ["holder", (rules) => rules.holder()],
  ["key", (rules) => rules.key()],
  ["audience", (rules) => rules.audience()],
  ["signature", (rules) => rules.signature()],
  ["use", (rules) => rules.use()],
  ["type", (rules) => rules.typeOf()],
  ["head", (rules) => rules.head()],
  ["body", (rules) => rules.body()],
  ["links", (rules) => rules.links()],
  ["scope", (rules) => rules.scope()],
  ["right", (rules) => rules.right()],
  ["place", (rules) => rules.place()],
  ["state", (rules) => rules.state()],
  ["order", (rules) => rules.order()],
];

/**
 * @param {Event} event
 * @param {Case} around
 * @returns {Promise<string | null>} the first reason, null where none is known
 * @throws unsupported, where it says something that this version does not know
 */
export function reasonAgainst(event, around) {
  const rules = new Rules(event, around);
  return firstBroken(RULES.map(([word, rule]) => [word, () => rule(rules)]));
}

/**
 * @param {[word: string, rule: () => void | Promise<void>][]} rules
 * @returns {Promise<string | null>} the word of the first that does not hold
 * @throws unsupported
 */
export async function firstBroken(rules) {
  for (const [word, rule] of rules) {
    try {
      await rule();
    } catch (error) {
      if (!(error instanceof SuyuanError) || error.code === "unsupported") throw error;
      return word;
    }
  }
  return null;
}
