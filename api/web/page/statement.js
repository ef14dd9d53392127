/**
 * The page of a statement: checks its bytes and its receipt here.
 * @module
 */
import { drawCheck, watching } from "./checkstrip.js";
import { fetchBytes } from "./fetching.js";
import { withLaterTexts } from "./later_saying.js";
import { asOf } from "./offline.js";
import { standpointOf } from "./standpoint.js";
import { checkStatement } from "./statementcheck.js";

const NUMBER = /^\/statements\/([0-9]{1,15})$/;

/** @param {any} place the section of the page @param {import("./saying.js").Saying} spoken without our own texts */
export async function show(place, spoken) {
  const saying = withLaterTexts(spoken);
  const [, number] = NUMBER.exec(location.pathname) ?? [];
  // An address with a hash names the statement itself; the server's word does not.
  const identity = number ? place.dataset.identity : location.pathname.split("/")[2];
  const asked = { identity, leaf: number ? Number(number) : null };
  const { get, since } = watching(asOf);
  await drawCheck(place, "check.event.heading", saying, "statement", async () => {
    try {
      const found = await checkStatement(asked, (address) => fetchBytes(address, get), standpointOf());
      return { ...found, since: since() };
    } catch {
      return null;
    }
  });
}
