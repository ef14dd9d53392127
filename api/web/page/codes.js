/**
 * Codes in pictures and before the camera: what they hold, as bytes. The browser's own reader is asked first, where
 * there is one; the release's is loaded where that gives no bytes, or sees nothing.
 * @module
 */
import { formatUtf8, parseUtf8 } from "../verifier/bytes.js";

const LINK = /^(?:https?:\/\/[^/?#]+)?(\/(?:01|00|414|417)\/[^?#]+)(?:\?[^#]*)?(#[0-9A-Za-z-]{32,40})?$/;
const NUMBER = /^[0-9]{8,18}$/;
/** Frames in which the browser's reader sees nothing before the release's is tried: some see no code of bytes at all. */
const PATIENCE = 8;
/** Milliseconds for what the release's reader tries beyond the first time. */
const FRAME = 40;
const PICTURE = 3000;
const LONGEST = 4096;
const FILE = 0x83; // how a proof file begins: three parts

/** @typedef {(pixels: ImageData, milliseconds: number) => Uint8Array | null} Read */
/** @typedef {{width: number, height: number}} Size */

/** @param {string} text out of a code @returns {{found: string, hidden: string} | null} what can be looked up here,
 *   and the hidden code behind `#`; null where it cannot be looked up */
export function lookedUp(text) {
  const [, path, hidden] = LINK.exec(text.trim()) ?? [];
  const found = path ?? NUMBER.exec(text.trim())?.[0];
  return found ? { found, hidden: hidden ?? "" } : null;
}

/** @param {Uint8Array} data out of a code @returns {ReturnType<typeof lookedUp>} */
export function linkIn(data) {
  try {
    return lookedUp(parseUtf8(data, "code"));
  } catch {
    return null;
  }
}

/** @param {Uint8Array} data @returns {boolean} whether it may be a proof file; no text begins so */
export const mayBeProof = ([first]) => first === FILE;

/** @param {any} source @param {Size} size @returns {ImageData} its pixels, of a large picture fewer */
function pixelsOf(source, { width, height }) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  const context = /** @type {any} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

export class CodeReader {
  /** @param {() => Promise<Read>} load the release's reader; throws where it has none, or it is not reached */
  constructor(load) {
    const { BarcodeDetector } = /** @type {any} */ (globalThis);
    this.load = load;
    this.native = BarcodeDetector ? new BarcodeDetector() : null;
    this.missed = this.native ? 0 : PATIENCE;
    /** @type {Promise<Read> | null} */
    this.loading = null;
  }

  /** @returns {Promise<Read | null>} the release's reader; null where there is none */
  async own() {
    try {
      return await (this.loading ??= this.load());
    } catch {
      this.loading = null;
      return null;
    }
  }

  /** @returns {Promise<boolean>} whether anything can be read */
  async isThere() {
    return this.native !== null || (await this.own()) !== null;
  }

  /** @param {any} source @returns {Promise<Uint8Array[]>} what the browser's reader makes of it */
  async asked(source) {
    const codes = (await this.native?.detect(source).catch(() => [])) ?? [];
    return codes.map((/** @type {any} */ each) => formatUtf8(String(each.rawValue)));
  }

  /**
   * @param {any} video @param {Size} size
   * @returns {Promise<{data: Uint8Array, whole: boolean} | null>} whole: these are the bytes of the code
   */
  async frame(video, size) {
    const codes = await this.asked(video);
    const link = codes.find(linkIn);
    if (link) return { data: link, whole: true };
    this.missed = codes.length ? PATIENCE : this.missed + 1;
    const own = this.missed >= PATIENCE ? await this.own() : null;
    const data = own?.(pixelsOf(video, size), FRAME);
    if (data) return { data, whole: true };
    return codes.length && !own ? { data: codes[0], whole: false } : null;
  }

  /** @param {Blob} file @returns {Promise<Uint8Array | null>} what its code holds @throws where it is no picture */
  async picture(file) {
    const bitmap = await createImageBitmap(file);
    const own = await this.own();
    const data = own?.(pixelsOf(bitmap, bitmap), PICTURE) ?? (await this.asked(bitmap)).find(linkIn) ?? null;
    bitmap.close();
    return data;
  }
}
