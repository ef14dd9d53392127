/**
 * Amounts: decimals of customs messages, as integers of hundred-thousandths; exact, no floats (docs/matching.md).
 * @module
 */

/** Hundred-thousandths in one. */
export const UNITS = 100_000n;
const DECIMAL = /^(-?)([0-9]{1,14})(?:\.([0-9]{1,5}))?$/;

/** @param {any} value @returns {bigint | null} null for what is neither a whole number nor a decimal text */
export function readAmount(value) {
  const text = typeof value === "number" ? String(value) : value;
  const parts = typeof text === "string" ? DECIMAL.exec(text) : null;
  if (!parts) return null;
  const amount = BigInt(parts[2]) * UNITS + BigInt((parts[3] ?? "").padEnd(5, "0"));
  return parts[1] ? -amount : amount;
}

/** @param {bigint} price @param {bigint} quantity @returns {bigint} to five places, half a unit away from zero */
export function multiply(price, quantity) {
  const product = price * quantity;
  const half = product < 0n ? -UNITS / 2n : UNITS / 2n;
  return (product + half) / UNITS;
}

/** @param {bigint} amount @returns {bigint} */
const abs = (amount) => (amount < 0n ? -amount : amount);

/** @param {bigint} declared @param {bigint} made @param {bigint} percent allowed @returns {boolean} */
export const isWithin = (declared, made, percent) => 100n * abs(declared - made) <= percent * abs(made);

/** @param {bigint} amount @returns {string} without zeros behind the last place that counts */
export function spellAmount(amount) {
  const places = (abs(amount) % UNITS).toString().padStart(5, "0").replace(/0+$/, "");
  const whole = `${amount < 0n ? "-" : ""}${abs(amount) / UNITS}`;
  return places ? `${whole}.${places}` : whole;
}
