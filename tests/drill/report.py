"""What a drill has found: as JSON, as a table for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Failover:
    """One harm to the database's leader.

    Attributes:
        kind: of the harm, as in `tests.drill.harm.KINDS`.
        node: that led.
        elected: seconds from then until another node takes writes.
        led: seconds from then until a submission is acknowledged over it.
        gap: the longest time in seconds without an acknowledged submission.
        whole: seconds from then until that node follows and a replica is synchronous.
        acknowledged: submissions acknowledged so far.
        term: of the ledger's lease afterwards.
        refused: what that node told a write as soon as it went on; empty where it was gone.
    """

    kind: str
    node: str
    elected: float
    led: float
    gap: float
    whole: float
    acknowledged: int
    term: int
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A ledger process that slept through its lease.

    Attributes:
        lease: seconds that a lease runs.
        slept: seconds that it slept.
        taken: seconds until the other one led.
        term: its own, before it slept.
        other: the term of the process that leads since.
        gap: the longest time in seconds without an acknowledged submission.
        refused: what the fence tells a transaction under the sleeper's term.
    """

    lease: float
    slept: float
    taken: float
    term: int
    other: int
    gap: float
    refused: str


@dataclass(slots=True)
class Report:
    """A drill, whole once `checked`.

    Attributes:
        acknowledged: submissions.
        lost: of them, those that the ledger does not have where it said so.
        sizes: of the log, of which a root was seen.
        forked: of them, those with two roots.
    """

    failovers: list[Failover] = field(default_factory=list)
    pause: Pause | None = None
    acknowledged: int = 0
    events: int = 0
    lost: int = 0
    sizes: int = 0
    forked: int = 0

    def to_json(self, **about: Any) -> dict[str, Any]:
        return {**about, **asdict(self)}


def format_table(report: Report) -> str:
    """Return a table in Markdown, and what was checked under it."""
    lines = [
        "| | harm | node | database led again | ledger led again | gap | cluster whole again | acknowledged so far |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {number} | {each.kind} | {each.node} | {each.elected:.1f} s | {each.led:.1f} s | {each.gap:.1f} s"
        f" | {each.whole:.1f} s | {each.acknowledged:,} |"
        for number, each in enumerate(report.failovers, start=1)
    ]
    lines.append("")
    lines += [f"{each.node}, {each.kind}, told a write: {each.refused}" for each in report.failovers if each.refused]
    if report.pause:
        it = report.pause
        lines.append(
            f"Paused for {it.slept:.1f} s with a lease of {it.lease:.0f} s: term {it.term} was refused under term "
            f"{it.other}, which led after {it.taken:.1f} s; gap {it.gap:.1f} s. {it.refused}"
        )
    lines.append(
        f"Acknowledged: {report.acknowledged:,} submissions of {report.events:,} events; lost: {report.lost}. "
        f"Sizes with a root: {report.sizes:,}; with two: {report.forked}."
    )
    return "\n".join(lines)
