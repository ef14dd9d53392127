"""The figures as a table in Markdown, and what each does not do."""

from __future__ import annotations

from collections.abc import Mapping

_OURS = (
    "witnesses are not in this figure; HTTP, strict parsing, issuers' signatures, authority, order, index, seal and "
    "receipt are"
)
LACKS = {
    "suyuan": f"{_OURS}. Durable, on SQLite",
    "suyuan_postgres": f"{_OURS}. Durable, on PostgreSQL",
    "audited_table": (
        "no proof of anything: whoever owns the database changes rows and audit alike, unseen; no signatures, no "
        "checks of what is said or by whom, no index by item, no witnesses; no HTTP: one client on a local socket. "
        "Durable"
    ),
    "pymerkle": (
        "no signatures, of issuers or of its own; no check of what is said, by whom, or whether it was said before; no "
        "index by item, so no proof that a life is complete; no witnesses; no HTTP: a library called in one process. "
        "Durable; one root a batch, unsigned"
    ),
    "hypercore": (
        "one writer for each log: no issuers, no check of what is said or by whom; no index by item; no witnesses; no "
        "HTTP: a library called in one process. It signs each append, and **answers before the disk has it** "
        "(`strace`: 6 syncs over 50 appends): a power loss can take back what was answered"
    ),
}


def format_table(figures: Mapping[str, Mapping[str, float]]) -> str:
    """Return the table: events a second in batches and one by one, beside what each does not do."""
    lines = ["| | batched, events/s | one by one, events/s | what it does not do |", "|---|---|---|---|"]
    for name, each in figures.items():
        lines.append(f"| `{name}` | {each['batched']:,.0f} | {each['sequential']:,.0f} | {LACKS[name]} |")
    return "\n".join(lines) + "\n"
