/**
 * Reading a label's link with the camera, where the browser can read codes at all; typing goes everywhere.
 * @module
 */
import { element } from "./element.js";

/** @typedef {import("./saying.js").Saying} Saying */

const LINK = /^(?:https?:\/\/[^/?#]+)?\/(?:01|00|414|417)\/[^?#]+/;
const NUMBER = /^[0-9]{8,18}$/;
const PAUSE = 200;

/** @param {string} text out of a code @returns {string | null} what can be looked up here, null where it cannot */
export const lookedUp = (text) => LINK.exec(text.trim())?.[0] ?? NUMBER.exec(text.trim())?.[0] ?? null;

/** @param {string} found @param {string} lang @returns {string} an address here, whatever host the code names */
const addressOf = (found, lang) => `/search?q=${encodeURIComponent(found)}&lang=${lang}`;

/** @returns {any} a detector; null where the browser has none */
const detector = () => {
  const { BarcodeDetector } = /** @type {any} */ (globalThis);
  return BarcodeDetector && navigator.mediaDevices ? new BarcodeDetector() : null;
};

/**
 * @param {any} video that runs
 * @param {any} reader
 * @param {{isOpen: () => boolean, unread: () => void}} around unread: a code that holds no link
 * @returns {Promise<string | null>} what was found; null where it was closed
 */
async function watch(video, reader, { isOpen, unread }) {
  while (isOpen()) {
    const codes = await reader.detect(video).catch(() => []);
    for (const { rawValue } of codes) {
      const found = lookedUp(rawValue);
      if (found) return found;
      unread();
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return null;
}

/** @param {any} reader @param {Saying} saying @param {any} status @param {any} place @returns {Promise<void>} */
async function scan(reader, { say, lang }, status, place) {
  const video = element("video", { playsinline: true, muted: true, "aria-label": say("page.camera-view") });
  const close = element("button", { type: "button", class: "plain" }, say("page.camera-close"));
  let open = true;
  close.addEventListener("click", () => (open = false));
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    try {
      video.srcObject = stream;
      place.replaceChildren(video, close);
      await video.play();
      status.textContent = say("page.camera-point");
      const unread = () => (status.textContent = say("page.camera-bytes"));
      const found = await watch(video, reader, { isOpen: () => open, unread });
      if (found) location.assign(addressOf(found, lang));
    } finally {
      for (const track of stream.getTracks()) track.stop();
    }
  } catch {
    status.textContent = say("page.camera-refused");
  }
  place.replaceChildren();
}

/** @param {any} place of the home page @param {Saying} saying */
export function offerCamera(place, saying) {
  const status = element("p", { class: "quiet", role: "status" });
  const reader = detector();
  if (!reader) {
    status.textContent = saying.say("page.camera-none");
    place.replaceChildren(status);
    return;
  }
  const view = element("div", { class: "camera" });
  const button = element("button", { type: "button" }, saying.say("page.camera"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    await scan(reader, saying, status, view);
    button.disabled = false;
  });
  place.replaceChildren(button, view, status);
}
