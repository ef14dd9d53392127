#!/usr/bin/env node
/**
 * The verifier on a command line: node api/web/verifier/cli.mjs FILE.trace --policy FILE [--at SECONDS] [--subject URI]
 *
 * Prints the verdict as JSON (outcome, exitCode, steps, error, notices, notChecked: keys and values, no texts) and ends
 * with its exit code. Without --at the clock judges.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { webCheck } from "./keys.js";
import { parseTrustPolicy } from "./trust_policy.js";
import { examineTrace } from "./verdict.js";
import { parseType } from "./vocabulary.js";

const TYPES = new URL("../../../verifier/vocabulary/registry/", import.meta.url);
const USAGE = 2;

/** @param {string | URL} path @returns {Uint8Array} */
const bytesOf = (path) => new Uint8Array(readFileSync(path));

/** @returns {Map<string, import("./vocabulary.js").EventType>} the registry's own types */
function builtinTypes() {
  const types = readdirSync(TYPES).filter((name) => name.endsWith(".json"));
  return new Map(types.map((name) => parseType(bytesOf(new URL(name, TYPES)))).map((type) => [type.name, type]));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { policy: { type: "string" }, at: { type: "string" }, subject: { type: "string" } },
});
if (positionals.length !== 1 || !values.policy || !/^[0-9]*$/.test(values.at ?? "")) {
  console.error("usage: cli.mjs FILE.trace --policy FILE [--at SECONDS] [--subject URI]");
  process.exit(USAGE);
}
const archived = values.at !== undefined;
const verdict = await examineTrace(
  bytesOf(positionals[0]),
  {
    policy: parseTrustPolicy(bytesOf(values.policy)),
    now: archived ? Number(values.at) : Math.floor(Date.now() / 1000),
    archived,
    seen: null,
    builtin: builtinTypes(),
    check: webCheck(globalThis.crypto.subtle),
  },
  values.subject ? { subject: values.subject } : {},
);
const { outcome, exitCode, error, steps, notices, notChecked } = verdict;
const told = error && { code: error.code, field: error.field, came: error.came, expected: error.expected };
const results = steps.map(({ number, passed }) => ({ number, passed }));
console.log(JSON.stringify({ outcome, exitCode, error: told, steps: results, notices, notChecked }, null, 2));
process.exitCode = exitCode;
