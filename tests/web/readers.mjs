/** How vectors of each format are read in JavaScript: facts, or a refusal. The twin of tests/vectors/readers.py. */
import { formatBase64, formatBase64url, parseBase64, parseBase64url } from "../../api/web/verifier/base64.js";
import { allSubjects, bodyHash, parseBody } from "../../api/web/verifier/body.js";
import { equalBytes, formatHex, formatUtf8, parseHex } from "../../api/web/verifier/bytes.js";
import { formatCbor, parseCbor } from "../../api/web/verifier/cbor.js";
import { cosignedBytes, formatCheckpoint, parseCheckpoint, verifyLines } from "../../api/web/verifier/checkpoint.js";
import { checkAttachment, checkDisclosure, formatDigest, parseDisclosure } from "../../api/web/verifier/disclosure.js";
import { checkBatch, parseSeal, parseStatement } from "../../api/web/verifier/entries.js";
import { Envelope } from "../../api/web/verifier/envelope.js";
import { mismatch } from "../../api/web/verifier/errors.js";
import { checkHiddenCode, hiddenDigest, parseHiddenCode } from "../../api/web/verifier/hidden_code.js";
import { parseHead } from "../../api/web/verifier/head.js";
import { checkIndex, historyRoot, indexKey, parseIndexProof, valueOf } from "../../api/web/verifier/index.js";
import { parseJson } from "../../api/web/verifier/json.js";
import { parseKey, webCheck } from "../../api/web/verifier/keys.js";
import { checkBody, checkHead, checkLinks, checkTargets } from "../../api/web/verifier/mapping.js";
import { checkConsistency, checkInclusion, leafHash, rootOfSharedPath } from "../../api/web/verifier/merkle.js";
import { parseNote, parseSignatureLine, parseVkey } from "../../api/web/verifier/note.js";
import { sha256 } from "../../api/web/verifier/sha256.js";
import { Receipt } from "../../api/web/verifier/receipt.js";
import { readAmount } from "../../api/web/verifier/results/amounts.js";
import { Document } from "../../api/web/verifier/results/documents.js";
import { matchDocuments } from "../../api/web/verifier/results/match.js";
import { parseLooked, parseResult } from "../../api/web/verifier/results/recorded.js";
import { parseBatchAnswer, parseSubmission } from "../../api/web/verifier/submission.js";
import { formOf, subjectName } from "../../api/web/verifier/subject.js";
import { parseHashes, parseBundle, parseTilePath } from "../../api/web/verifier/tiles.js";
import { parseTlogPolicy } from "../../api/web/verifier/tlog_policy.js";
import { parseTrustPolicy } from "../../api/web/verifier/trust_policy.js";
import { parseType } from "../../api/web/verifier/vocabulary.js";

const check = webCheck(globalThis.crypto.subtle);
const bytes = (/** @type {string} */ text) => parseHex(text, "hex");
const all = (/** @type {string[]} */ texts) => texts.map(bytes);
const given = (/** @type {any} */ vector) => ("hex" in vector ? bytes(vector.hex) : formatUtf8(vector.text));
const keyOf = (/** @type {any} */ key) => parseKey(asMap(key));
const asMap = (/** @type {any} */ key) => (key && typeof key === "object" ? new Map(Object.entries(key)) : key);

/** As json.js reads what a body says. @param {any} value @returns {any} */
function asMaps(value) {
  if (Array.isArray(value)) return value.map(asMaps);
  if (!value || typeof value !== "object") return value;
  return new Map(Object.entries(value).map(([name, each]) => [name, asMaps(each)]));
}

/** @param {boolean} holds @param {string} what */
function promise(holds, what) {
  if (!holds) throw new Error(what);
}

/** Every set of witnesses that reaches the quorum and has none in it that does. @param {any} policy */
function leastQuorums(policy) {
  const names = [...policy.witnesses.keys()].sort();
  const sets = Array.from({ length: 2 ** names.length }, (_, bits) => names.filter((_name, at) => (bits >> at) & 1));
  sets.sort((one, other) => one.length - other.length || (one.join() < other.join() ? -1 : 1));
  const least = /** @type {string[][]} */ ([]);
  for (const set of sets) {
    const reached = policy.satisfied(
      policy.quorum,
      set.map((each) => policy.witnesses.get(each)),
    );
    if (reached && !least.some((each) => each.every((name) => set.includes(name)))) least.push(set);
  }
  return least;
}

const namesOf = ({ alg, kid, issuer, audience }) => ({ alg, kid, iss: issuer, aud: audience });

export const READERS = {
  sha256: async (v) => {
    const data = given(v);
    const cut = data.length >> 1;
    const web = new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", data));
    return { own: sha256(data), web, parts: sha256(data.subarray(0, cut), data.subarray(cut)) };
  },
  cbor: (v) => (promise(equalBytes(formatCbor(parseCbor(given(v))), given(v)), "another spelling"), {}),
  json: (v) => ({ value: parseJson(given(v)) }),
  base64: (v) => ({ raw: written(parseBase64(v.text, "base64"), formatBase64, v.text) }),
  base64url: (v) => ({ raw: written(parseBase64url(v.text, "base64url"), formatBase64url, v.text) }),
  key: (v) => (({ alg, kidHex }) => ({ alg, kid: kidHex }))(keyOf(v.key)),
  signature: async (v) => (await keyOf(v.key).verify(check, bytes(v.signature), bytes(v.message)), {}),
  subject: (v) => ({ form: formOf(v.text), name: subjectName(v.text) }),
  head: (v) => {
    const { name, type, principal, time, joins, follows, about, to, until } = parseHead(given(v));
    const kinds = { joins: joins.map(([kind]) => kind), follows: follows.map(([kind]) => kind) };
    return { name, type, principal, time, ...kinds, about: about.length, to, until };
  },
  body: (v) => {
    const body = parseBody(given(v));
    return { hash: bodyHash(given(v)), subjects: allSubjects(body), pointers: [...body.digests.keys()].sort() };
  },
  disclosure: (v) => {
    const found = parseDisclosure(v.text);
    return { pointer: found.pointer, value: found.value, digest: formatDigest(found) };
  },
  disclosed: (v) => {
    const [type, body] = [parseType(formatUtf8(v.type)), parseBody(formatUtf8(v.body))];
    checkBody(type, body);
    const values = new Map();
    for (const each of v.disclosures.map(parseDisclosure)) {
      checkDisclosure(each, body.digests);
      if (values.has(each.pointer)) throw mismatch("disclosures", each.pointer, "each field once");
      values.set(each.pointer, each.value);
      if (type.disclosures.get(each.pointer)?.attachment) checkAttachment(each.value);
    }
    return { values };
  },
  "hidden-code": (v) => {
    const hidden = parseHiddenCode(v.text);
    const item = checkHiddenCode(hidden, parseBody(formatUtf8(v.body)));
    return { item, ...hidden, digest: formatBase64url(hiddenDigest(item, hidden)) };
  },
  "type-file": (v) => {
    const { name, version, permanent, joinedKinds, followedKinds } = parseType(given(v));
    const kinds = { joined_kinds: [...joinedKinds].sort(), followed_kinds: [...followedKinds].sort() };
    return { type: name, version, permanent, ...kinds };
  },
  mapping: (v) => {
    const [type, body, head] = [parseType(formatUtf8(v.type)), parseBody(formatUtf8(v.body)), parseHead(bytes(v.head))];
    const targets = all(v.targets).map((each) => parseHead(each));
    checkHead(type, head);
    checkTargets(type, targets);
    checkLinks(type, head, body, targets);
    return { joins: head.joins, follows: head.follows };
  },
  statement: async (v) => {
    const statement = parseStatement(given(v));
    promise(equalBytes(statement.entry, given(v)), "another spelling");
    if (v.key) await statement.verify(check, keyOf(v.key));
    if (v.heads) checkBatch(statement, all(v.heads));
    const { leafHash: leaf, header, root, count, first } = statement;
    return { leaf, identity: statement.identity(), ...namesOf(header), root, count, first };
  },
  envelope: async (v) => {
    const envelope = new Envelope(given(v));
    if (v.key) await envelope.verify(check, keyOf(v.key));
    const { issuer, subject, audience } = envelope.header;
    return { leaf: envelope.leafHash, digest: envelope.digest, iss: issuer, sub: subject, aud: audience };
  },
  "merkle-inclusion": (v) => (
    checkInclusion({ ...v, leaf: bytes(v.leaf), path: all(v.path), root: bytes(v.root) }),
    {}
  ),
  "merkle-consistency": (v) => {
    const roots = { root: bytes(v.root), newerRoot: bytes(v.newer_root) };
    checkConsistency({ size: v.size, newerSize: v.newer_size, path: all(v.path), ...roots });
    return {};
  },
  "shared-path": (v) => {
    const leaves = new Map(Object.entries(v.leaves).map(([at, leaf]) => [Number(at), bytes(leaf)]));
    return { root: rootOfSharedPath(v.size, leaves, bytes(v.path)) };
  },
  "tile-path": (v) => {
    const { level, number, width } = parseTilePath(v.text);
    return { level: level ?? "entries", number, width };
  },
  tile: (v) => ({ hashes: parseHashes(given(v), v.width) }),
  bundle: (v) => ({ entries: parseBundle(given(v), v.width) }),
  note: async (v) => {
    const { text, lines } = parseNote(given(v));
    if (v.vkey) {
      const vkey = parseVkey(v.vkey);
      promise(
        lines.every((each) => each.name === vkey.name && each.keyId === vkey.keyId),
        "a line of another key",
      );
      await vkey.key.verify(check, lines[0].blob, formatUtf8(text));
    }
    return { text, names: lines.map((each) => each.name), key_ids: lines.map((each) => each.keyId) };
  },
  vkey: (v) =>
    (({ name, kind, keyId, key }) => ({ name, type: kind, key_id: keyId, public: key.raw }))(parseVkey(v.text)),
  checkpoint: (v) => {
    const checkpoint = parseCheckpoint(v.text);
    promise(formatCheckpoint(checkpoint) === v.text, "another spelling");
    return checkpoint;
  },
  cosignature: async (v) => {
    const [key, checkpoint] = [parseVkey(v.vkey), parseCheckpoint(v.checkpoint)];
    const [{ time }] = await verifyLines(check, checkpoint, [parseSignatureLine(v.line)], [key]);
    return { time, message: cosignedBytes(key, checkpoint, time ?? 0) };
  },
  "tlog-policy": (v) => {
    const policy = parseTlogPolicy(v.text);
    const groups = new Map([...policy.groups].map(([name, { threshold, members }]) => [name, [threshold, members]]));
    const named = { logs: policy.logs.map((each) => each.name), witnesses: [...policy.witnesses.keys()], groups };
    return { ...named, quorum: policy.quorum, reached_by: leastQuorums(policy) };
  },
  "trust-policy": (v) => {
    const { charter, maxAge, replay, policy } = parseTrustPolicy(given(v));
    return { charter, max_age: maxAge, replay, quorum: policy?.quorum ?? null };
  },
  seal: async (v) => {
    const seal = parseSeal(given(v));
    if (v.key) await seal.verify(check, keyOf(v.key), v.origin);
    const { leafHash: leaf, first, leaf: covered, previous, root, keys, time } = seal;
    return { leaf, first, covered, previous, root, keys, time };
  },
  "index-proof": (v) => {
    const claims = new Map(Object.entries(v.claims).map(([key, value]) => [key, value && bytes(value)]));
    checkIndex(bytes(v.root), claims, parseIndexProof(parseCbor(given(v))));
    return {};
  },
  history: (v) => {
    const entries = v.events.map(([name, leaf, position]) => ({ name, leaf, position }));
    const [key, value] = [indexKey(v.kind, subjectName(v.subject)), valueOf(entries)];
    checkIndex(bytes(v.root), new Map([[key, value]]), parseIndexProof(parseCbor(given(v))));
    return { key, history_root: entries.length ? historyRoot(entries) : null, value };
  },
  submission: (v) => parseSubmission(given(v)),
  "batch-answer": (v) => {
    const events = parseBatchAnswer(given(v));
    const bodies = events.map(({ state }) => (state.word === "shown" ? state.bytes : null));
    return { heads: events.map((each) => each.head), bodies };
  },
  results: (v) => {
    if (v.recorded) {
      const recorded = asMaps(v.recorded);
      parseLooked(recorded.get("documents"));
      return { outcome: parseResult(recorded).outcome };
    }
    const documents = Object.entries(v.documents).map(([source, { data, disclosed, withheld }]) => {
      const [clear, shown] = [asMaps(data), asMaps(disclosed)];
      return [source, new Document(source, clear, shown, [...shown.keys(), ...withheld])];
    });
    const { outcome, findings } = matchDocuments(new Map(documents), v.rules, readAmount(v.used));
    const said = (word) => findings.filter((each) => each.outcome === word);
    const fields = (word) => Object.fromEntries(said(word).map((each) => [each.rule, each.fields]));
    const agrees = said("agrees").map((each) => each.rule);
    return { outcome, agrees, differs: fields("differs"), incomplete: fields("incomplete") };
  },
  receipt: async (v) => {
    const receipt = new Receipt(given(v));
    const parts = { leaf: leafHash(bytes(v.entry)), key: keyOf(v.key), origin: v.origin };
    const root = await receipt.verify(check, parts);
    return { root, time: receipt.time, size: receipt.size, index: receipt.index };
  },
};

/** @param {Uint8Array} data @param {(data: Uint8Array) => string} write @param {string} text */
function written(data, write, text) {
  promise(write(data) === text, "another spelling");
  return formatHex(data);
}
