/**
 * Reading codes on the home page: labels are followed, proofs in codes, in pictures and in files are checked here.
 * Typing goes everywhere.
 * @module
 */
import { CodeReader, linkIn, mayBeProof } from "./codes.js";
import { element } from "./element.js";
import { withLaterTexts } from "./later_saying.js";
import { released } from "./released.js";

/** @typedef {import("./saying.js").Saying} Saying */
/** @typedef {(data: Uint8Array, place: any, saying: Saying) => Promise<void>} Show a proof that was read */

const PAUSE = 150;
const WANTED = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } };

/** The part of the page where codes are read. */
class Counter {
  /** @param {Saying} saying @param {CodeReader} reader @param {Show} show */
  constructor(saying, reader, show) {
    this.saying = saying;
    this.reader = reader;
    this.show = show;
    this.view = element("div", { class: "camera" });
    this.status = element("p", { class: "quiet", role: "status" });
    this.checked = element("div", { id: "scanned", class: "scanned" });
  }

  /** @param {string} key */
  say(key) {
    this.status.textContent = key && this.saying.say(key);
  }

  /** @param {Uint8Array} data of a code or file @returns {Promise<boolean>} whether it is something for this page */
  async take(data) {
    const link = linkIn(data);
    const { lang } = this.saying;
    if (link) {
      location.assign(`/search?q=${encodeURIComponent(link.found)}&lang=${lang}${link.hidden}`);
      return true;
    }
    if (!mayBeProof(data)) return false;
    this.say("");
    await this.show(data, this.checked, this.saying);
    return true;
  }
}

/** @param {any} video that runs @param {Counter} counter @param {() => boolean} isOpen */
async function watch(video, counter, isOpen) {
  while (isOpen()) {
    const found = await counter.reader.frame(video, { width: video.videoWidth, height: video.videoHeight });
    if (found && isOpen()) {
      if (found.whole && (linkIn(found.data) || mayBeProof(found.data))) return found.data;
      counter.say(found.whole ? "camera.other" : "camera.bytes");
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return null;
}

/** @param {Counter} counter @returns {Promise<void>} */
async function scan(counter) {
  const { say } = counter.saying;
  const video = element("video", { playsinline: true, muted: true, "aria-label": say("camera.view") });
  const close = element("button", { type: "button", class: "plain" }, say("camera.close"));
  let open = true;
  let data = null;
  close.addEventListener("click", () => (open = false));
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: WANTED });
    try {
      video.srcObject = stream;
      counter.view.replaceChildren(video, close);
      await video.play();
      counter.say("camera.point");
      data = await watch(video, counter, () => open);
    } finally {
      for (const track of stream.getTracks()) track.stop();
    }
    if (!data) counter.say("");
  } catch {
    counter.say("camera.refused");
  }
  counter.view.replaceChildren();
  if (data) await counter.take(data);
}

/** @param {Counter} counter @param {File} file */
async function open(counter, file) {
  counter.say("page.checking");
  if (!file.type.startsWith("image/")) {
    const data = new Uint8Array(await file.arrayBuffer());
    if (!mayBeProof(data) || !(await counter.take(data))) counter.say("single.unknown");
    return;
  }
  if (!(await counter.reader.isThere())) return counter.say("camera.none");
  const data = await counter.reader.picture(file).catch(() => null);
  if (!data) counter.say("camera.nothing");
  else if (!(await counter.take(data))) counter.say("camera.other");
}

/** @param {Counter} counter @returns {any} where a picture or proof is chosen */
function chooser(counter) {
  const input = element("input", { type: "file", id: "picture" });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (file) await open(counter, file);
    input.value = ""; // so that the same file can be chosen again
  });
  return [element("p", {}, element("label", { for: "picture" }, counter.saying.say("camera.picture"))), input];
}

/** @param {Counter} counter @returns {any} */
function starter(counter) {
  const button = element("button", { type: "button" }, counter.saying.say("camera.start"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    if (await counter.reader.isThere()) await scan(counter);
    else counter.say("camera.none");
    button.disabled = false;
  });
  return button;
}

/**
 * @param {any} place of the home page @param {Saying} spoken without the texts that only this script says
 * @param {{load: () => Promise<import("./codes.js").Read>, show: Show}} later what is loaded once it is wanted
 */
export function offerCamera(place, spoken, { load, show }) {
  const counter = new Counter(withLaterTexts(spoken), new CodeReader(load), show);
  const camera = navigator.mediaDevices && (counter.reader.native || released.reader);
  if (!camera) counter.say("camera.none");
  const parts = [camera && starter(counter), counter.view, ...chooser(counter), counter.status, counter.checked];
  place.replaceChildren(...parts.filter(Boolean));
}
