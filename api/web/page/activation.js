/**
 * What the zone's public desk says of an item's hidden code: its word, beside what was checked here.
 * @module
 */

/** @typedef {import("./saying.js").Saying} Saying */

/**
 * Count that the label was seen, and show how its code stands. A desk that does not answer leaves its links.
 * @param {any} place with the desk's address and the item
 * @param {Saying} saying
 * @param {typeof fetch} get
 */
export async function tellStanding(place, { say, word }, get) {
  const { desk, subject } = place.dataset;
  const line = place.querySelector("[role=status]");
  if (!desk.startsWith("/") || !subject.includes("/21/") || !line) return;
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await get(`${desk}/scans`, { method: "POST", headers, body: JSON.stringify({ item: subject }) });
    if (!answer.ok) return;
    const { outcome, seenTooOften } = await answer.json();
    const sentences = [word("publicdesk.standing.", outcome), seenTooOften ? say("publicdesk.standing.too-often") : ""];
    line.textContent = sentences.filter(Boolean).join(" · ");
  } catch {
    line.textContent = "";
  }
}
