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
  const boxes = () => document.querySelectorAll("input[name=event]");
  // On the queue, with nothing selected, a and r mean the row in focus.
  const answer = (selector) => {
    const row = rows[current()];
    const box = row && row.querySelector("input[name=event]");
    if (box && !Array.from(boxes()).some((each) => each.checked)) box.checked = true;
    press(selector);
  };
  const current = () => rows.findIndex((row) => row.contains(document.activeElement));

  const keys = {
    j: () => moveTo(current() < 0 ? at + 1 : current() + 1),
    k: () => moveTo(current() < 0 ? at - 1 : current() - 1),
    x: () => { const row = rows[current()]; if (row) row.querySelector("input[type=checkbox]").click(); },
    a: () => answer("[data-key=approve]"),
    r: () => answer("[data-key=refuse]"),
    "?": () => { const help = document.querySelector("#shortcuts"); if (help) { help.open = !help.open; help.querySelector("summary").focus(); } },
  };
  const places = { q: "[data-go=queue]", h: "[data-go=history]", d: "[data-go=day]", s: "[data-go=status]" };

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

  // What is under way is asked for until it is through; then the page is loaded again, with the focus on its content.
  const polled = document.querySelector("[data-poll]");
  let pause = 500; // milliseconds; a quorum may take hours
  const poll = async () => {
    try {
      const answer = await fetch(polled.dataset.poll, { credentials: "same-origin" });
      const told = await answer.json();
      if (polled.textContent !== told.text) polled.textContent = told.text;
      if (told.state !== polled.dataset.state) {
        history.replaceState(null, "", "#main");
        location.reload();
        return;
      }
    } catch { /* asked again */ }
    pause = Math.min(pause * 1.3, 15000);
    setTimeout(poll, pause);
  };
  if (polled) setTimeout(poll, 300);

  if (location.hash === "#main") document.querySelector("main").focus();

  const errors = document.querySelector("#errors");
  if (errors) errors.focus();

  const toggle = document.querySelector("#toggle-shortcuts");
  if (toggle) {
    const show = () => { toggle.textContent = isOff() ? toggle.dataset.on : toggle.dataset.off; };
    toggle.hidden = false;
    toggle.addEventListener("click", () => { localStorage.setItem(OFF, isOff() ? "0" : "1"); show(); });
    show();
  }
})();
