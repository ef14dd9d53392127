/** Checks signature vectors in Node with the built fallback alone: its folder is given, vectors come a line each. */
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { parseHex } from "../../../api/web/verifier/bytes.js";
import { parseKey } from "../../../api/web/verifier/keys.js";

const folder = pathToFileURL(`${process.argv[2]}/`);
const verifiers = {
  EdDSA: (await import(new URL("noble_ed25519.js", folder).href)).verify,
  "ML-DSA-44": (await import(new URL("noble_mldsa44.js", folder).href)).verify,
};
const check = async (name, raw, signature, message) => verifiers[name](raw, signature, message);
process.removeAllListeners("warning");

for await (const line of createInterface({ input: process.stdin })) {
  const { key, signature, message } = JSON.parse(line);
  let said = "accepted";
  try {
    await parseKey(new Map(Object.entries(key))).verify(check, parseHex(signature, "x"), parseHex(message, "x"));
  } catch (error) {
    said = error.code ?? String(error);
  }
  process.stdout.write(JSON.stringify(said) + "\n");
}
