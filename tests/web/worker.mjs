/**
 * Reads questions from standard input, one JSON document a line, and answers each by one line: many files, one
 *   process.
 */
import { createInterface } from "node:readline";
import { SuyuanError } from "../../api/web/verifier/errors.js";
import { PROOF_READERS } from "./proof_readers.mjs";
import { READERS as OWN_READERS } from "./readers.mjs";
import { format, parse } from "./values.mjs";

const READERS = { ...OWN_READERS, ...PROOF_READERS };
process.removeAllListeners("warning");

/** @param {any} question @returns {Promise<any>} */
async function answer({ format: name, vector }) {
  try {
    return { facts: await READERS[name](vector) };
  } catch (error) {
    if (error instanceof SuyuanError)
      return { error: { code: error.code, field: error.field }, verdict: error.verdict };
    return { fault: String(error?.stack ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(format(await answer(parse(line))) + "\n");
}
