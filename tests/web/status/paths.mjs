/** Paths that the status page makes from tiles in a folder: a question a line, an answer a line. */
import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { consistencyPath, inclusionPath, LogTiles } from "../../../api/web/page/logpaths.js";
import { formatHex } from "../../../api/web/verifier/bytes.js";

const [folder] = process.argv.slice(2);

/** @param {string} address @returns {Promise<Uint8Array | null>} */
async function fetch(address) {
  const file = join(folder, address);
  return existsSync(file) && !file.endsWith("/") ? new Uint8Array(readFileSync(file)) : null;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { size, index, older } = JSON.parse(line);
  const tiles = new LogTiles(fetch, size);
  const path = index === undefined ? await consistencyPath(tiles, older) : await inclusionPath(tiles, index);
  console.log(JSON.stringify({ path: path.map(formatHex), tiles: tiles.count }));
}
