"""What somebody hears who does not see the page: what it announces by itself, and its tree for screen readers."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

# Runs before the page: notes the text of every live region each time it changes, and alerts as they come in.
LISTEN = """() => {
  globalThis.heard = [];
  const plain = (text) => text.replace(/\\s+/g, " ").trim();
  globalThis.told = () => globalThis.heard.map(([how, it]) => [how, plain(it.textContent ?? it)]);
  const region = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest("[role=status]");
  new MutationObserver((changes) => {
    const alerts = changes.flatMap((each) => [...each.addedNodes]).filter((each) => each.matches?.("[role=alert]"));
    // An alert that the server sent may be here before its text is.
    for (const each of alerts) globalThis.heard.push(["alert", each]);
    for (const each of new Set(changes.map((each) => region(each.target)))) {
      if (each && plain(each.textContent)) globalThis.heard.push(["status", plain(each.textContent)]);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
}"""
_QUIET = {"StaticText", "InlineTextBox", "LineBreak", "none", "generic", "ListMarker"}


@dataclass(frozen=True, slots=True)
class Heard:
    """A node of the tree for screen readers: role, name, and the level of a heading (0 for anything else)."""

    role: str
    name: str
    level: int


def announced(page: Page) -> list[tuple[str, str]]:
    """Return how and what was announced since `LISTEN` ran, in order."""
    return [(how, text) for how, text in page.evaluate("globalThis.told()")]


def tree(page: Page) -> list[Heard]:
    """Return what a screen reader walks through, in order."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    byname = {each["nodeId"]: each for each in nodes}
    found: list[Heard] = []

    def walk(node: dict) -> None:
        role = node["role"]["value"]
        if not node.get("ignored") and role not in _QUIET:
            properties = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
            found.append(Heard(role, node.get("name", {}).get("value", ""), int(properties.get("level") or 0)))
        for child in node.get("childIds", []):
            walk(byname[child])

    walk(nodes[0])
    return found


def outline(page: Page) -> list[int]:
    """Return the levels of the headings, in order."""
    return [each.level for each in tree(page) if each.role == "heading"]
