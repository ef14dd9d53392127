/**
 * C2SP tlog-checkpoint and tlog-cosignature (section 8).
 * @module
 */
import { formatBase64, parseBase64 } from "./base64.js";
import { bytesOf, concat, formatUtf8, u64 } from "./bytes.js";
import { badSignature, malformed, untrusted } from "./errors.js";
import { isKeyName } from "./note.js";

const GREATEST = 2n ** 63n - 1n;
const MOST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Types of signature lines. */
export const LOG_LINE = 1;
export const COSIGNATURE = 4;
export const POST_QUANTUM = 6;

/** @typedef {{origin: string, size: number | bigint, root: Uint8Array}} Checkpoint */
/**
 * @typedef {{key: import("./note.js").VerifierKey, time: number | bigint | null}} VerifiedLine time null for type 1
 */

/** @param {bigint} value @returns {number | bigint} a number where it is exact */
export const numberOf = (value) => (value <= MOST_SAFE ? Number(value) : value);

/** @param {string} text @param {string} field @returns {number | bigint} below 2⁶³, no leading zero */
export function parseDecimal(text, field) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text) || BigInt(text) > GREATEST) {
    throw malformed(field, text, "a number below 2⁶³");
  }
  return numberOf(BigInt(text));
}

/** @param {string} text @returns {Checkpoint} */
export function parseCheckpoint(text) {
  const [origin, size, root, end, ...more] = text.split("\n");
  if (end !== "" || more.length) throw malformed("checkpoint", "other lines", "origin, size and root");
  if (!isKeyName(origin)) throw malformed("checkpoint.origin", origin, "the name of a key");
  const hash = parseBase64(root, "checkpoint.root");
  if (hash.length !== 32) throw malformed("checkpoint.root", `${hash.length} bytes`, "32 bytes");
  return { origin, size: parseDecimal(size, "checkpoint.size"), root: hash };
}

/** @param {Checkpoint} checkpoint @returns {string} */
export const formatCheckpoint = ({ origin, size, root }) => `${origin}\n${size}\n${formatBase64(root)}\n`;

/** @param {string} text @returns {Uint8Array} u8 len ‖ text */
const counted = (text) => concat(bytesOf(formatUtf8(text).length), text);

/**
 * @param {import("./note.js").VerifierKey} key
 * @param {Checkpoint} checkpoint
 * @param {number | bigint} time seconds; not looked at for type 1
 * @returns {Uint8Array} what a line of this key signs
 */
export function cosignedBytes(key, checkpoint, time) {
  const text = formatCheckpoint(checkpoint);
  if (key.kind === LOG_LINE) return formatUtf8(text);
  if (key.kind === COSIGNATURE) return formatUtf8(`cosignature/v1\ntime ${time}\n${text}`);
  const { origin, size, root } = checkpoint;
  return concat("subtree/v1\n\0", counted(key.name), u64(time), counted(origin), u64(0), u64(size), root);
}

/**
 * Verify every line; none is skipped.
 * @param {import("./keys.js").Check} check
 * @param {Checkpoint} checkpoint
 * @param {import("./note.js").Line[]} lines
 * @param {import("./note.js").VerifierKey[]} keys
 * @returns {Promise<VerifiedLine[]>}
 * @throws untrusted for a line of no key; bad-signature
 */
export async function verifyLines(check, checkpoint, lines, keys) {
  const verified = [];
  for (const line of lines) {
    const key = keys.find((each) => each.name === line.name && each.keyId === line.keyId);
    if (!key) throw untrusted("checkpoint signature", line.name, "keys that the charter names");
    verified.push({ key, time: await verifyLine(check, checkpoint, line, key) });
  }
  return verified;
}

/**
 * @param {import("./keys.js").Check} check @param {Checkpoint} checkpoint @param {import("./note.js").Line} line
 * @param {import("./note.js").VerifierKey} key @returns {Promise<number | bigint | null>} its time
 */
async function verifyLine(check, checkpoint, line, key) {
  const field = `checkpoint signature of ${key.name}`;
  if (key.kind === LOG_LINE) {
    await key.key.verify(check, line.blob, cosignedBytes(key, checkpoint, 0), field);
    return null;
  }
  const { buffer, byteOffset, length } = line.blob;
  const time = length > 8 ? new DataView(buffer, byteOffset).getBigUint64(0) : 0n;
  if (time < 1n || time > GREATEST) throw badSignature(field, `time ${time}`, "from 1 to 2⁶³−1");
  await key.key.verify(check, line.blob.subarray(8), cosignedBytes(key, checkpoint, time), field);
  return numberOf(time);
}
