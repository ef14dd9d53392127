/**
 * The service worker: keeps one release whole, and the newest pages and proofs that were looked at.
 *
 * What can be fetched is fetched; only without a network, or where a proxy finds no server, is something kept
 * answered, and then it says since when it is kept: a page by `data-as-of` on its root element, a proof by the header
 * `Suyuan-As-Of`. The release stands before this text as `suyuanRelease`: fingerprint, folder, files.
 * @module
 */

/** @typedef {{fingerprint: string, folder: string, files: string[], core: string[]}} Release */
/** @type {Release} */
// @ts-expect-error it is declared before this text
const release = suyuanRelease;
const worker = /** @type {any} */ (globalThis);

const RELEASE = `suyuan-release-${release.fingerprint}`;
const KEPT = { page: "suyuan-pages", proof: "suyuan-proofs" };
const ACCEPT = { page: "text/html", proof: "application/vnd.suyuan.trace+cbor" };
const MOST = 60;
const MOST_BYTES = 1 << 20;
const STORED = "Suyuan-Stored";
const UNREACHED = [502, 503, 504];
const ANY_RELEASE = /\/static\/[0-9a-f]{32}\//g;

/** @returns {Promise<Set<string>>} names of files that an earlier release keeps here: of the languages that are read */
async function namesKept() {
  const found = new Set();
  for (const name of await olderReleases()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) found.add(url.slice(url.lastIndexOf("/") + 1));
  }
  return found;
}

/** @returns {Promise<string[]>} the caches of other releases, the oldest first */
const olderReleases = async () =>
  (await caches.keys()).filter((name) => name.startsWith("suyuan-release-") && name !== RELEASE);

/** All files that are needed, or none: an install that fails leaves the release before it at work. */
async function install() {
  const known = await namesKept();
  const wanted = release.files.filter((name) => release.core.includes(name) || known.has(name));
  const cache = await caches.open(RELEASE);
  await cache.addAll(wanted.map((name) => new Request(release.folder + name, { cache: "reload" })));
  await worker.skipWaiting();
}

/** The release before this one stays beside it, for pages that are open. */
async function activate() {
  const others = await olderReleases();
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** @param {Request} request @returns {Promise<Response>} of a file that never changes: kept, or fetched and kept */
async function released(request) {
  const found = await caches.match(request.url);
  if (found) return found;
  const fetched = await fetch(request);
  if (fetched.ok && request.url.includes(release.folder)) await (await caches.open(RELEASE)).put(request.url, fetched.clone());
  return fetched;
}

/** @param {Response} answer @returns {"page" | "proof" | null} what of it may be kept */
function kindOf(answer) {
  const [type, control] = ["Content-Type", "Cache-Control"].map((name) => answer.headers.get(name) ?? "");
  if (answer.status !== 200 || answer.redirected || /no-store|private/.test(control)) return null;
  if (type.startsWith("text/html") && answer.headers.has("Content-Disposition")) return null;
  if (type.startsWith("text/html")) return "page";
  return type.startsWith("application/vnd.suyuan.") ? "proof" : null;
}

/** @param {Request} request @param {Response} answer a copy @param {"page" | "proof"} kind */
async function keep(request, answer, kind) {
  const body = await answer.blob();
  if (body.size > MOST_BYTES) return;
  const headers = new Headers(answer.headers);
  headers.set(STORED, new Date().toISOString());
  for (const name of ["Vary", "Content-Encoding", "Content-Length"]) headers.delete(name); // kept as it was decoded
  const cache = await caches.open(KEPT[kind]);
  await cache.put(request.url, new Response(body, { headers }));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, -MOST).map((key) => cache.delete(key)));
}

/** @param {string} address @returns {string} without the language */
function bare(address) {
  const url = new URL(address);
  url.searchParams.delete("lang");
  return url.href;
}

/** @param {Request} request @returns {"page" | "proof"} */
const wanted = (request) => (request.mode === "navigate" ? "page" : "proof");

/** @param {Request} request @returns {Promise<Response | null>} what was kept, marked as of when */
async function kept(request) {
  const cache = await caches.open(KEPT[wanted(request)]);
  const near = (await cache.keys()).find((key) => bare(key.url) === bare(request.url));
  const found = (await cache.match(request.url)) ?? (near && (await cache.match(near)));
  if (!found) return null;
  const headers = new Headers(found.headers);
  const stored = headers.get(STORED) ?? "";
  headers.set("Suyuan-As-Of", stored);
  if (wanted(request) === "proof") return new Response(await found.blob(), { headers });
  const text = (await found.text()).replace(ANY_RELEASE, release.folder);
  return new Response(text.replace("<html ", `<html data-as-of="${stored}" `), { headers });
}

/** @param {Request} request @returns {Promise<Response | null>} that there is no network, in words */
async function unreached(request) {
  const found = request.mode === "navigate" && (await caches.match(`${release.folder}offline.html`));
  if (!found) return null;
  return new Response((await found.text()).replace(ANY_RELEASE, release.folder), { headers: found.headers });
}

/** @param {any} event @returns {Promise<Response>} */
async function answer(event) {
  const { request } = event;
  let fetched;
  try {
    fetched = await fetch(request);
  } catch (error) {
    const instead = (await kept(request)) ?? (await unreached(request));
    if (instead) return instead;
    throw error;
  }
  if (UNREACHED.includes(fetched.status)) return (await kept(request)) ?? fetched;
  const kind = kindOf(fetched);
  if (kind === wanted(request)) event.waitUntil(keep(request, fetched.clone(), kind));
  return fetched;
}

/** What was looked at before the worker was there. @param {{page: string, proof: string | null, files: string[]}} seen */
async function keepSeen(seen) {
  await Promise.all(seen.files.filter((url) => url.includes(release.folder)).map((url) => released(new Request(url))));
  for (const kind of /** @type {const} */ (["page", "proof"])) {
    const address = new URL(seen[kind] ?? "", worker.location.origin);
    if (!seen[kind] || address.origin !== worker.location.origin) continue;
    const request = new Request(address.href, { headers: { Accept: ACCEPT[kind] } });
    const fetched = await fetch(request);
    if (kindOf(fetched) === kind) await keep(request, fetched, kind);
  }
}

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener("message", (/** @type {any} */ event) => event.waitUntil(keepSeen(event.data)));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (/^\/static\/[0-9a-f]{32}\//.test(pathname)) event.respondWith(released(request));
  else if (request.mode === "navigate" || request.destination === "") event.respondWith(answer(event));
});
