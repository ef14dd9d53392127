/**
 * What a page was asked for, by its address alone: the server's text does not choose the subject.
 * @module
 */

const RESOLVER = "https://id.gs1.org";
const LINK = /^\/(01\/[0-9]{14}(\/(10|21)\/[^/]+)?|00\/[0-9]{18}|41[47]\/[0-9]{13})$/;
const HISTORY = /^\/histories\/([a-z]+)$/;

/** @typedef {{subject: string, walk: string, proof: string}} Asked proof: the address of the proof */

/** @param {string} escaped a lot or serial @returns {string} with exactly the escapes of the canonical spelling */
const canonical = (escaped) =>
  [...decodeURIComponent(escaped)]
    .map((each) =>
      /[A-Za-z0-9._-]/.test(each) ? each : `%${each.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");

/** @param {string} path @returns {string} the subject of a Digital Link */
function subjectOfPath(path) {
  const [key, number, qualifier, value] = path.slice(1).split("/");
  return [RESOLVER, key, number, ...(qualifier ? [qualifier, canonical(value)] : [])].join("/");
}

/** @param {{pathname: string, search: string}} location @returns {Asked | null} null where it is no page of a trace */
export function askedOf({ pathname, search }) {
  const query = new URLSearchParams(search);
  const history = HISTORY.exec(pathname);
  const linked = LINK.test(pathname);
  if (!linked && !history && pathname !== "/trace") return null;
  const subject = linked ? subjectOfPath(pathname) : (query.get("subject") ?? "");
  query.set("format", "proof");
  query.delete("lang");
  return { subject, walk: history?.[1] ?? query.get("walk") ?? "public", proof: `${pathname}?${query}` };
}
