/**
 * The walk over charters from the pinned hash (section 12): what step 1 and charter files rest on.
 * @module
 */
import { equalBytes, formatHex } from "./bytes.js";
import { charterOf } from "./charter.js";
import { malformed, notPermitted, untrusted } from "./errors.js";
import { inLogOrder } from "./event.js";
import { byLeaf } from "./parts.js";

const FIELD = "charter";
const ACTS = ["registry.charter", "registry.approval"];

/** @typedef {import("./event.js").Event} Event */
/** @typedef {import("./charter.js").Charter} Charter */
/** @typedef {{charter: Charter, event: Event, from: number, approvals: Event[]}} InForce */
/** @typedef {{charter: Charter, event: Event, approvals: Event[]}} Proposal */

/** Charters in force, by the leaf from which each is. */
export class Charters {
  constructor() {
    /** @type {InForce[]} */
    this.inForce = [];
    /** @type {Map<string, Proposal>} waiting, by event name */
    this.waiting = new Map();
    /** Every charter that was proposed. @type {{event: Event, charter: Charter}[]} */
    this.proposed = [];
  }

  /** @returns {string} of the founding charter @throws untrusted */
  get origin() {
    const [founding] = this.proposed;
    if (!founding) throw untrusted(FIELD, "none", "a charter in leaf 0");
    return founding.charter.origin;
  }

  /** @param {number} leaf @returns {Charter | undefined} */
  inForceAt(leaf) {
    return this.inForce.findLast((each) => each.from <= leaf)?.charter;
  }

  /** @param {string} kid @returns {import("./charter.js").Root | undefined} whom a charter that waits names */
  waitingRoot(kid) {
    return [...this.waiting.values()].map((each) => each.charter.listed(kid)).find(Boolean);
  }

  /** @param {number} leaf @returns {InForce} */
  entry(leaf) {
    const found = this.inForce.findLast((each) => each.from <= leaf);
    if (!found) throw untrusted(FIELD, `none at leaf ${leaf}`, "one in force");
    return found;
  }

  /** @param {number} leaf @returns {Charter} */
  at(leaf) {
    return this.entry(leaf).charter;
  }

  /**
   * @param {Charter} charter that counts @param {Event[]} approvals
   * @returns {Map<string, Event>} agency → its first approval, under the root key that this charter names
   */
  holders(charter, approvals) {
    const found = new Map();
    for (const each of approvals) {
      const { kid, issuer } = each.statement.header;
      const root = charter.root(kid, issuer);
      if (root && !this.isCompromisedBefore(charter, kid) && !found.has(root.agency)) found.set(root.agency, each);
    }
    return found;
  }

  /**
   * @param {Charter} charter
   * @param {string} kid
   * @returns {boolean} a charter before it called the key compromised
   */
  isCompromisedBefore(charter, kid) {
    return this.inForce.some((each) => each.charter.version < charter.version && each.charter.compromised.has(kid));
  }

  /**
   * @param {string} name of a charter's event
   * @param {Event} approval
   * @returns {Charter | undefined} proposed before it
   */
  proposedBy(name, approval) {
    return this.proposed.find((each) => each.event.name === name && each.event.before(approval))?.charter;
  }

  /** @param {Event} event @param {Charter} charter */
  propose(event, charter) {
    this.proposed.push({ event, charter });
    this.waiting.set(event.name, { charter, event, approvals: [] });
  }

  /** @param {Event} approval @param {string} target @returns {boolean} whether the charter came into force */
  approve(approval, target) {
    const proposal = this.waiting.get(target);
    if (!proposal) return false;
    proposal.approvals.push(approval);
    const { charter, event, approvals } = proposal;
    const counting = charter.version === 1 ? [charter] : [this.at(approval.leaf), charter];
    if (counting.some((each) => this.holders(each, approvals).size < each.threshold)) return false;
    if (charter.version !== 1) this.checkFollows(charter, approval.leaf);
    this.waiting.delete(target);
    this.inForce.push({ charter, event, from: charter.version === 1 ? 0 : approval.leaf + 1, approvals });
    return true;
  }

  /** @param {Event} event @param {Charter} charter @throws notPermitted unless it follows the one in force */
  checkNext(event, charter) {
    this.checkFollows(charter, event.leaf);
    this.checkCompromised(event, charter);
  }

  /**
   * @param {Charter} charter @param {number} leaf at which it is proposed, or would be completed
   * @throws notPermitted unless it follows the one in force, and no key changes its use or holder
   */
  checkFollows(charter, leaf) {
    const { charter: current, event: before } = this.entry(leaf);
    if (charter.previous !== before.name || charter.version !== current.version + 1) {
      throw notPermitted("charter.previous", charter.version, `version ${current.version + 1}`);
    }
    if (charter.origin !== current.origin) throw notPermitted("charter.origin", charter.origin, current.origin);
    const held = new Map(this.inForce.flatMap((each) => each.charter.keys()).map((each) => [each.key.hex, each]));
    for (const each of charter.keys()) {
      const known = held.get(each.key.hex);
      if (known && (known.use !== each.use || known.holder !== each.holder)) {
        throw notPermitted(FIELD, "a key of another use or holder", "one key, one use");
      }
    }
  }

  /** @param {Event} event @param {Charter} charter */
  checkCompromised(event, charter) {
    for (const [kid, since] of charter.compromised) {
      if (since > event.leaf) throw malformed("charter.compromised", since, "a leaf before");
      if (!this.inForce.some((each) => each.charter.listed(kid))) {
        throw notPermitted("charter.compromised", kid, "a root key before");
      }
    }
    const left = charter.roots.filter(
      ({ key }) => !charter.compromised.has(key.kidHex) && !this.isCompromisedBefore(charter, key.kidHex),
    );
    if (left.length < charter.threshold) throw notPermitted("charter.roots", `${left.length} left`, "the threshold");
  }
}

/**
 * @param {import("./parts.js").StatementPart[]} parts of registry and trace
 * @param {Uint8Array} pinned leaf hash of leaf 0
 * @param {import("./keys.js").Check} check
 * @param {{approved?: boolean, until?: Event | null}} [how]
 *   approved: one has to be in force; until: nothing that stands there or later is taken
 * @returns {Promise<Charters>}
 * @throws untrusted, and whatever is wrong with a charter or a root's signature
 */
export async function walkCharters(parts, pinned, check, { approved = true, until = null } = {}) {
  const leaves = byLeaf(parts);
  const first = leaves[0]?.[0];
  if (!first || first.leaf !== 0) throw untrusted(FIELD, "no leaf 0", "the founding charter");
  const { leafHash } = first.statement();
  if (!equalBytes(leafHash, pinned)) throw untrusted(FIELD, formatHex(leafHash), formatHex(pinned));
  const charters = new Charters();
  for (const shown of leaves) {
    const rooted = [];
    for (const part of shown) if (await isOfRoot(charters, part, check)) rooted.push(part);
    const earlier = rooted.flatMap((each) => each.events).filter((each) => !until || each.before(until));
    const events = earlier.filter((each) => ACTS.includes(each.type));
    for (const event of events) event.read();
    for (const event of events.sort(inLogOrder)) take(charters, event);
    for (const part of rooted) if (!part.leaf) await verifyFounding(charters, part, check);
  }
  if (approved && !charters.inForce.length) throw untrusted(FIELD, "not approved", "approvals by its own threshold");
  return charters;
}

/**
 * @param {Charters} charters
 * @param {import("./parts.js").StatementPart} part
 * @param {import("./keys.js").Check} check
 * @returns {Promise<boolean>}
 */
async function isOfRoot(charters, part, check) {
  const { kid, issuer } = part.header;
  if (!part.leaf) return true;
  const own = charters.inForceAt(part.leaf)?.listed(kid);
  const root = own ?? charters.waitingRoot(kid);
  // Whom a charter that waits names, step 4 knows better.
  if (!root || (!own && root.agency !== issuer)) return false;
  await part.verify(check, { holder: root.agency, key: root.key }, charters.origin);
  return true;
}

/**
 * @param {Charters} charters
 * @param {import("./parts.js").StatementPart} part
 * @param {import("./keys.js").Check} check
 */
async function verifyFounding(charters, part, check) {
  const root = charters.waitingRoot(part.header.kid) ?? charters.inForceAt(0)?.listed(part.header.kid);
  if (!root || part.count !== 1) throw notPermitted(FIELD, "another batch", "one event, by a root key that it names");
  await part.verify(check, { holder: root.agency, key: root.key }, charters.origin);
}

/** @param {Charters} charters @param {Event} event a charter or an approval, under a root's key */
export function take(charters, event) {
  if (event.type === "registry.approval") {
    for (const name of event.head.about) charters.approve(event, name);
    return;
  }
  const charter = charterOf(event);
  const founding = event.leaf === 0 && !charters.proposed.length;
  if (!founding) charters.checkNext(event, charter);
  else if (charter.version !== 1) throw notPermitted(FIELD, `version ${charter.version}`, "version 1 in leaf 0");
  charters.propose(event, charter);
}
