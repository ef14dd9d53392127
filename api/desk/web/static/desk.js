// Keyboard shortcuts of the desk. Everything they do is a link, a box or a button on the page as well.
"use strict";
(() => {
  const OFF = "suyuan-desk-shortcuts-off";
  const rows = Array.from(document.querySelectorAll("[data-row]"));
  let waiting = "";
  let at = -1;

  const isOff = () => localStorage.getItem(OFF) === "1";
  const press = (selector) => { const found = document.querySelector(selector); if (found) { found.click(); return true; } return false; };
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select") !== null;

  const moveTo = (place) => {
    if (!rows.length) return;
    at = Math.max(0, Math.min(rows.length - 1, place));
    rows[at].querySelector("a").focus();
    rows[at].scrollIntoView({ block: "nearest" });
  };
  const current = () => rows.findIndex((row) => row.contains(document.activeElement));

  const keys = {
    j: () => moveTo(current() < 0 ? at + 1 : current() + 1),
    k: () => moveTo(current() < 0 ? at - 1 : current() - 1),
    x: () => { const row = rows[current()]; if (row) row.querySelector("input[type=checkbox]").click(); },
    a: () => press("[data-key=approve]"),
    r: () => press("[data-key=refuse]"),
    "?": () => { const help = document.querySelector("#shortcuts"); if (help) { help.open = !help.open; help.querySelector("summary").focus(); } },
  };
  const places = { q: "[data-go=queue]", h: "[data-go=history]", d: "[data-go=day]" };

  document.addEventListener("keydown", (event) => {
    if (isOff() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (waiting === "g") {
      waiting = "";
      if (event.key in places) { event.preventDefault(); press(places[event.key]); }
      return;
    }
    if (event.key === "g") { waiting = "g"; return; }
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  const toggle = document.querySelector("#toggle-shortcuts");
  if (toggle) {
    const show = () => { toggle.textContent = isOff() ? toggle.dataset.on : toggle.dataset.off; };
    toggle.hidden = false;
    toggle.addEventListener("click", () => { localStorage.setItem(OFF, isOff() ? "0" : "1"); show(); });
    show();
  }
})();
