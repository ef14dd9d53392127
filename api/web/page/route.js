/**
 * The way of the goods as a sketch: places in their order, no map, no coordinates.
 * @module
 */
import { drawing, element, section } from "./element.js";
import { beijingTime } from "./saying.js";

/** @typedef {import("./story.js").Story} Story */

const ROW = 46;
/** How wide a line may be, in halves of a Chinese character. */
const WIDE = 36;
const WIDE_SMALL = 42;

/** @param {string} sign @returns {number} */
const widthOf = (sign) => (sign > "\u2e7f" ? 2 : 1);

/** @param {string} text @param {number} most @returns {string} no wider than the sketch */
function cut(text, most) {
  let left = most;
  const signs = [...text];
  const fits = signs.filter((each) => (left -= widthOf(each)) > 0);
  return fits.length < signs.length ? `${fits.join("")}…` : text;
}

/** @param {ReturnType<Story["way"]>} way @param {string} label of the whole @returns {any} */
function sketch(way, label) {
  const height = ROW * way.length;
  const dots = way.flatMap(({ place, time, title }, at) => {
    const y = ROW * at + 14;
    const last = at === way.length - 1;
    const small = [place.site, time && beijingTime(time).slice(5), title].filter(Boolean).join(" · ");
    return [
      drawing("circle", { cx: 12, cy: y, r: last ? 8 : 6, class: last ? "here" : "stop" }),
      drawing("text", { x: 32, y: y + 5 }, cut(place.name, WIDE)),
      drawing("text", { x: 32, y: y + 22, class: "small" }, cut(small, WIDE_SMALL)),
    ];
  });
  return drawing(
    "svg",
    { class: "route", viewBox: `0 0 320 ${height}`, role: "img", "aria-label": label },
    drawing("path", { d: `M12 14V${height - ROW + 14}`, class: "way" }),
    ...dots,
  );
}

/** @param {Story} story @returns {any} nothing where no place is on record */
export function route(story) {
  const { say } = story.saying;
  const way = story.way();
  if (way.length < 2) return null;
  const label = `${say("page.route")}: ${way.map(({ place }) => `${place.name} ${place.site}`.trim()).join(" → ")}`;
  return section(
    "route",
    say("page.route"),
    sketch(way, label),
    element("p", { class: "quiet" }, say("page.route-why")),
  );
}
