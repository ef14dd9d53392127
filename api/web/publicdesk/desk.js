/**
 * The public desk's pages, where scripts run: the code is read from behind `#`, and secrets are drawn here, so that the
 * desk is told their hash alone. Without this script the desk draws them, and the forms work the same.
 * @module
 */

const PENDING = "suyuan-desk-pending";
const KEPT = "suyuan-desk-secret:";

/** @param {Uint8Array} data @returns {string} base64url without padding */
const format = (data) =>
  btoa(String.fromCharCode(...data))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/** @param {string} text @returns {Uint8Array} */
const parse = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

/** @param {string} secret base64url @returns {Promise<string>} base64url of its SHA-256 */
async function claimOf(secret) {
  return format(new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", parse(secret))));
}

/** @typedef {"sessionStorage" | "localStorage"} Store in-app browsers may refuse either */

/** @param {Store} store @param {string} key @returns {string | null} null where the browser keeps nothing */
function kept(store, key) {
  try {
    return globalThis[store].getItem(key);
  } catch {
    return null;
  }
}

/** @param {Store} store @param {string} key @param {string} value @returns {boolean} whether the browser keeps it */
function keep(store, key, value) {
  try {
    globalThis[store].setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

/** @param {any} form that asks for a claim */
export function drawSecrets(form) {
  form.addEventListener("submit", async (/** @type {Event} */ event) => {
    const secret = format(globalThis.crypto.getRandomValues(new Uint8Array(16)));
    if (!keep("sessionStorage", PENDING, secret)) return; // it would be lost: the desk's own is taken
    event.preventDefault();
    const claim = document.createElement("input");
    claim.type = "hidden";
    claim.name = "claim";
    claim.value = await claimOf(secret);
    form.elements.namedItem("secret")?.remove();
    form.append(claim);
    form.submit();
  });
}

/** Take a code from behind `#` into its field, and out of the address. @param {any} field @param {Location} location */
export function takeCode(field, location) {
  const code = location.hash.slice(1);
  if (!/^[0-9A-Za-z-]{32,40}$/.test(code)) return;
  field.value = code;
  history.replaceState(null, "", location.pathname + location.search);
}

/** Take what was typed along to the page that checks it on this device, behind `#`. @param {any} link @param {any} field */
export function takeAlong(link, field) {
  link.addEventListener("click", () => {
    const code = field.value.replace(/[^0-9A-Za-z]/g, "");
    link.hash = code.length === 32 ? code : "";
  });
}

/** Show the secret that belongs to a receipt, and keep it for this browser. @param {any} place */
export async function showSecret(place) {
  const { claim, event } = place.dataset;
  const secret = kept("sessionStorage", PENDING) ?? kept("localStorage", KEPT + event);
  if (!secret || (await claimOf(secret)) !== claim) return;
  if (keep("localStorage", KEPT + event, secret)) sessionStorage.removeItem(PENDING);
  for (const shown of place.querySelectorAll("[data-secret]")) shown.textContent = secret;
  for (const given of place.querySelectorAll("input[name=secret]")) given.value = secret;
  place.hidden = false;
}

/** @param {Document} page */
function start(page) {
  const [form, code] = [page.querySelector("form[data-claim]"), page.getElementById("code")];
  if (form && globalThis.crypto.subtle) drawSecrets(form);
  if (code) takeCode(code, location);
  const first = page.getElementById("check-first");
  if (first && code) takeAlong(first, code);
  const place = page.getElementById("kept");
  if (place?.dataset.claim) showSecret(place);
}

start(document);
