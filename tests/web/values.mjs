/** JSON between Python and Node: integers above 2⁵³−1 are bigints, Maps are objects, bytes are hex. */
import { formatHex } from "../../api/web/verifier/bytes.js";

/** @param {string} text @returns {any} */
export const parse = (text) =>
  JSON.parse(text, (_name, value, { source }) =>
    typeof value === "number" && !Number.isSafeInteger(value) ? BigInt(source) : value,
  );

/** @param {any} value @returns {any} */
function plain(value) {
  if (typeof value === "bigint") return JSON.rawJSON(value.toString());
  if (value instanceof Uint8Array) return formatHex(value);
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, each]) => [name, plain(each)]));
  if (value instanceof Set) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([n, v]) => [n, plain(v)]));
  return value;
}

/** @param {any} value @returns {string} */
export const format = (value) => JSON.stringify(plain(value));
