/** The verifier as it is shipped, minified, in Node: reads the bundle whose path it is given, then answers vectors. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const [, , bundle] = process.argv;
(0, eval)(readFileSync(bundle, "utf8"));
const files = new URL("../../vectors/v1/files/", import.meta.url);
const shipped = /** @type {any} */ (globalThis).shipped;
process.removeAllListeners("warning");

for await (const line of createInterface({ input: process.stdin })) {
  const vector = JSON.parse(line);
  process.stdout.write((await shipped(readFileSync(fileURLToPath(new URL(vector.file, files))), vector)) + "\n");
}
