/**
 * A checked story as the page asks it: who is called what, what belongs to which stage, which places came in order.
 * @module
 */
import { Endorsements } from "../verifier/recognition.js";
import { formOrNull, productOf } from "../verifier/subject.js";
import { nameAt } from "./names.js";
import { inLanguage } from "./saying.js";

/** @typedef {import("../verifier/event.js").Event} Event */
/** @typedef {import("./saying.js").Saying} Saying */
/** @typedef {{name: string, site: string}} Place site: its GLN, where it has one */

const ANSWERS = ["acknowledged", "recognised", "recognised-with-conditions", "refused"].map(
  (each) => `endorsement.${each}`,
);
/** Stages in the order of life; any other comes behind. */
const STAGES = ["filing", "quality", "book", "order", "clearance", "transport", "delivery", "after-sales"];
const STOCK = ["transport.tally", "transport.returned-tally"];
/** Members of data that say where, the most exact first. */
const PLACES = ["bizLocation", "readPoint", "place", "port", "customs"];
const CODES = new Map([
  ["port", "data.port"],
  ["customs", "data.customs"],
]);
const MOVING = ["clearance", "transport", "delivery"];
const GLN = /^https:\/\/id\.gs1\.org\/414\/([0-9]{13})$/;

export class Story {
  /** @param {any} told by the verifier @param {Saying} saying */
  constructor(told, saying) {
    this.told = told;
    this.saying = saying;
    /** @type {Event[]} */
    this.timeline = told.timeline;
    this.last = told.size - 1;
    this.endorsements = new Endorsements(told.timeline, told.registry, told.standing);
    this.titles = new Map(this.timeline.map((each) => [each.type, this.titleOf(each)]));
    const answers = new Set(this.timeline.flatMap((each) => this.answersTo(each)));
    /** Events that stand by themselves: standing endorsements stand at what they endorse. @type {Event[]} */
    this.own = this.timeline.filter((each) => !answers.has(each));
  }

  /** @param {string} name @returns {Event | undefined} */
  find(name) {
    return this.timeline.find((each) => each.name === name);
  }

  /** @param {Event} event @returns {string} of its type */
  titleOf(event) {
    return inLanguage(event.vocabulary?.title, this.saying.lang) || event.type;
  }

  /** @param {Event} event @returns {string} the step of business that it says beside its type; empty where none */
  stepOf(event) {
    const step = event.body()?.data.get("bizStep");
    return typeof step === "string" && !event.type.endsWith(step) ? this.saying.word("bizstep.", step) : "";
  }

  /** @param {Event} event @returns {string} its type's title, and that step */
  headlineOf(event) {
    return [this.titleOf(event), this.stepOf(event)].filter(Boolean).join(": ");
  }

  /** @param {Event} event @returns {Event[]} endorsements of it that stand */
  answersTo(event) {
    return this.endorsements.about(event, ANSWERS);
  }

  /** @param {string} uri @returns {string} a participant's name, with who carries on for it now */
  nameOf(uri) {
    const { registry } = this.told;
    const own = (/** @type {string} */ each) => nameAt(registry, each, this.last, this.saying.lang);
    const successor = registry.successor(uri, this.last);
    return successor === uri ? own(uri) : this.saying.say("label.now", { name: own(uri), successor: own(successor) });
  }

  /** @param {Event} event @returns {string} whose it is, and who acted for them */
  issuerOf({ head }) {
    const name = this.nameOf(head.principal);
    return head.behalf ? this.saying.say("label.behalf", { name, agent: this.nameOf(head.issuer) }) : name;
  }

  /** @returns {[string, Event[]][]} stages of life and their events, by claimed time */
  stages() {
    const stages = new Map(STAGES.map((each) => [each, /** @type {Event[]} */ ([])]));
    for (const event of [...this.own].sort((one, other) => one.head.time - other.head.time)) {
      const stage = STOCK.includes(event.type) ? "book" : (event.vocabulary?.stage ?? "record");
      stages.set(stage, [...(stages.get(stage) ?? []), event]);
    }
    return [...stages].filter(([, events]) => events.length);
  }

  /** @returns {Event | undefined} the filing of the product that the trace is about */
  filing() {
    const { subject } = this.told;
    const product = ["product", "lot", "item"].includes(formOrNull(subject) ?? "") ? productOf(subject) : null;
    return this.timeline.find(
      (each) => each.type === "filing.product" && (!product || each.body()?.subjects.get("product") === product),
    );
  }

  /** @returns {Map<string, any>} what is filed of that product: with its newest amendment that counts, as it stands */
  filed() {
    const filing = this.filing();
    const counts = (/** @type {Event} */ each) =>
      ["recorded", "recognised"].includes(this.told.recognition.get(each)?.outcome);
    const amended = this.timeline.filter(
      (each) =>
        each.type === "filing.product-amended" && filing && each.head.about.includes(filing.name) && counts(each),
    );
    return new Map([filing, ...amended].flatMap((each) => [...(each?.body()?.data ?? [])]));
  }

  /** @param {Event} event @returns {Place | null} where it happened, as it says */
  placeOf(event) {
    const data = event.body()?.data;
    const member = PLACES.find((each) => typeof data?.get(each) === "string" && data.get(each));
    return member ? this.placeNamed(member, data?.get(member)) : null;
  }

  /** @param {string} member @param {string} value @returns {Place} by whose it is, where the registry says */
  placeNamed(member, value) {
    const gln = GLN.exec(value)?.[1];
    if (!gln) {
      const code = CODES.get(member);
      return { name: code ? `${this.saying.say(code)} ${value}` : value, site: "" };
    }
    const holder = [...this.told.registry.participants].find(([, versions]) =>
      versions.at(-1).gs1Prefixes.some((/** @type {string} */ each) => gln.startsWith(each)),
    );
    return { name: holder ? this.nameOf(holder[0]) : "GLN", site: gln };
  }

  /** @returns {{place: Place, time: number, title: string}[]} the way of the goods, each stay once */
  way() {
    const { say, lang } = this.saying;
    const origin = this.filing()?.body()?.data.get("origin");
    const from = origin
      ? [{ place: { name: regionName(origin, lang), site: "" }, time: 0, title: say("data.origin") }]
      : [];
    const moved = this.own
      .filter((each) => MOVING.includes(each.vocabulary?.stage ?? ""))
      .sort((one, other) => one.head.time - other.head.time)
      .flatMap((each) => {
        const place = this.placeOf(each);
        return place ? [{ place, time: each.head.time, title: this.stepOf(each) || this.titleOf(each) }] : [];
      });
    const same = (/** @type {Place} */ one, /** @type {Place} */ other) =>
      one.name === other.name && one.site === other.site;
    return [...from, ...moved].filter((each, at, all) => !at || !same(all[at - 1].place, each.place));
  }
}

/** @param {string} code of ISO 3166 @param {string} lang @returns {string} */
function regionName(code, lang) {
  try {
    return new Intl.DisplayNames([lang], { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}
