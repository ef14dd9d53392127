/**
 * QR codes (ISO/IEC 18004) out of pixels, with the bytes that they hold: a browser's own reader gives text only, or is
 * not there.
 * @module
 */
import decodeQR from "qr/decode.js";

const MOST_OF_A_BYTE = 255;

/** @param {Uint8Array} data @returns {string} a sign for each byte */
const signs = (data) => Array.from(data, (each) => String.fromCharCode(each)).join("");

/**
 * @param {{width: number, height: number, data: Uint8ClampedArray}} pixels RGBA
 * @param {number} milliseconds for what is tried beyond the first time
 * @returns {Uint8Array | null} what the code holds; null where none can be read
 */
export function read(pixels, milliseconds) {
  let text;
  try {
    text = decodeQR(pixels, { textDecoder: signs, effort: Infinity, timeLimit: milliseconds });
  } catch {
    return null; // it throws where there is none, which is no fault of anybody's
  }
  const codes = Array.from(text, (sign) => sign.codePointAt(0) ?? 0);
  return codes.some((each) => each > MOST_OF_A_BYTE) ? new TextEncoder().encode(text) : Uint8Array.from(codes);
}
