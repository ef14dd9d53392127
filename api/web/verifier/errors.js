/**
 * What a reader or a check says when it refuses: a code, the field, what came, what was expected.
 * @module
 */

/**
 * The one error of this verifier; `code` says of which sort. Anything else that is thrown is a fault of the
 *   program.
 */
export class SuyuanError extends Error {
  /**
   * @param {string} code
   * @param {string} field
   * @param {unknown} [came]
   * @param {unknown} [expected]
   */
  constructor(code, field, came = "", expected = "") {
    super(`${field}: came ${came}, expected ${expected}`);
    this.code = code;
    this.field = field;
    this.came = String(came);
    this.expected = String(expected);
    /** Of a signature that this browser cannot check: the name of its algorithm. */
    this.cannotCheck = "";
  }
}

/** @param {string} code @returns {(field: string, came?: unknown, expected?: unknown) => SuyuanError} */
const sort = (code) => (field, came, expected) => new SuyuanError(code, field, came, expected);

export const malformed = sort("malformed");
export const tooLarge = sort("too-large");
export const unsupported = sort("unsupported");
export const badSignature = sort("bad-signature");
export const contradiction = sort("contradiction");
export const incomplete = sort("incomplete");
export const inconsistent = sort("inconsistent");
export const mismatch = sort("mismatch");
export const notIncluded = sort("not-included");
export const notIndexed = sort("not-indexed");
export const notPermitted = sort("not-permitted");
export const notRecognised = sort("not-recognised");
export const untrusted = sort("untrusted");

/**
 * The error of a signature of an algorithm that neither the browser nor a fallback can check: never a silent pass.
 * @param {string} alg
 * @returns {SuyuanError}
 */
export function cannotCheck(alg) {
  const error = unsupported("signature", alg, "an algorithm that this browser can check");
  error.cannotCheck = alg;
  return error;
}
