#!/usr/bin/env node
/**
 * The verifier on a command line: node api/web/verifier/cli.mjs FILE --policy FILE [--at SECONDS] [--subject URI]
 *
 * FILE is a trace proof, an evidence bundle, evidence or a charter file. Prints JSON (of a trace outcome, exitCode, steps,
 * error, notices, notChecked: keys and values, no texts) and ends with its exit code, as suyuan-verify does. Without --at
 * the clock judges.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { formatHex } from "./bytes.js";
import { SuyuanError } from "./errors.js";
import { webCheck } from "./keys.js";
import { openFile } from "./open.js";
import { parseTrustPolicy } from "./trust_policy.js";
import { examineTrace } from "./verdict.js";
import { parseType } from "./vocabulary.js";

const TYPES = new URL("../../../verifier/vocabulary/registry/", import.meta.url);
const USAGE = 2;
/** Codes of refusals that are no refutation. @type {Record<string, number>} */
const REFUSED = { malformed: 4, "too-large": 4, unsupported: 5, incomplete: 3, "not-recognised": 3 };

/** @param {string | URL} path @returns {Uint8Array} */
const bytesOf = (path) => new Uint8Array(readFileSync(path));

/** @returns {Map<string, import("./vocabulary.js").EventType>} the registry's own types */
function builtinTypes() {
  const types = readdirSync(TYPES).filter((name) => name.endsWith(".json"));
  return new Map(types.map((name) => parseType(bytesOf(new URL(name, TYPES)))).map((type) => [type.name, type]));
}

/** @param {SuyuanError | null} error */
const toldOf = (error) =>
  error && { code: error.code, field: error.field, came: error.came, expected: error.expected };

/** @param {import("./verdict.js").Verdict} verdict */
function verdictJson({ outcome, exitCode, error, steps, notices, notChecked }) {
  const results = steps.map(({ number, passed }) => ({ number, passed }));
  return { outcome, exitCode, error: toldOf(error), steps: results, notices, notChecked };
}

/** @param {import("./open.js").Opened} opened @returns {{exitCode: number} & Record<string, any>} */
function openedJson(opened) {
  if (opened.kind === "trace") return verdictJson(opened.verdict);
  if (opened.kind === "evidence") return { exitCode: 0, ...opened.convicted };
  if (opened.kind === "charter") {
    const { version, origin, threshold } = opened.charters.inForce[opened.charters.inForce.length - 1].charter;
    return { exitCode: 0, kind: "charter", version, origin, threshold };
  }
  const { purpose, worst, verdicts, attachments } = opened.bundle;
  const named = attachments.map(({ content, ...each }) => ({ ...each, there: content !== null }));
  const { exitCode, outcome } = worst;
  return { exitCode, outcome, purpose, traces: verdicts.map(verdictJson), attachments: named };
}

/** @param {string} _name @param {any} value @returns {any} as JSON has it */
const plain = (_name, value) =>
  value instanceof Uint8Array ? formatHex(value) : typeof value === "bigint" ? Number(value) : value;

/**
 * @param {Uint8Array} data @param {import("./examination.js").Standpoint} standpoint @param {string} [subject]
 * @returns {Promise<{exitCode: number} & Record<string, any>>}
 */
async function answer(data, standpoint, subject) {
  try {
    if (subject !== undefined) return verdictJson(await examineTrace(data, standpoint, { subject }));
    return openedJson(await openFile(data, standpoint));
  } catch (error) {
    if (!(error instanceof SuyuanError)) throw error;
    return { exitCode: REFUSED[error.code] ?? 1, error: toldOf(error) };
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { policy: { type: "string" }, at: { type: "string" }, subject: { type: "string" } },
});
if (positionals.length !== 1 || !values.policy || !/^[0-9]*$/.test(values.at ?? "")) {
  console.error("usage: cli.mjs FILE --policy FILE [--at SECONDS] [--subject URI]");
  process.exit(USAGE);
}
const archived = values.at !== undefined;
const standpoint = {
  policy: parseTrustPolicy(bytesOf(values.policy)),
  now: archived ? Number(values.at) : Math.floor(Date.now() / 1000),
  archived,
  seen: null,
  builtin: builtinTypes(),
  check: webCheck(globalThis.crypto.subtle),
};
const said = await answer(bytesOf(positionals[0]), standpoint, values.subject);
console.log(JSON.stringify(said, plain, 2));
process.exitCode = said.exitCode;
