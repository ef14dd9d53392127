/**
 * Fetching what the ledger hands out to everybody.
 * @module
 */

/** Nothing came from an address, or a refusal: of what is recorded that says nothing. */
export class Unanswered extends Error {
  /** @param {string} address @param {number} [status] of the refusal */
  constructor(address, status) {
    super(status ? `${address} (${status})` : address);
  }
}

/**
 * @param {string} address @param {typeof globalThis.fetch} get
 * @returns {Promise<Uint8Array | null>} null where the server has nothing there
 * @throws Unanswered
 */
export async function fetchBytes(address, get) {
  const answer = await get(address).catch(() => {
    throw new Unanswered(address);
  });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Unanswered(address, answer.status);
  return new Uint8Array(await answer.arrayBuffer());
}
