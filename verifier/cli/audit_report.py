"""An audit's report, as text and as JSON."""

from __future__ import annotations

from typing import Any

from verifier.proof.audit.findings import Finding
from verifier.proof.audit.report import Report
from verifier.proof.verdict import Said
from verifier.rendering import render_error
from verifier.texts.audits import tell

_COUNTS = ("statements", "envelopes", "seals", "bundles", "tiles", "events", "batches", "bodies", "signatures",
           "indexes", "keys", "gaps")  # fmt: skip


def render_report(report: Report, lang: str, opinion: str | None = None) -> str:
    """Return a report as text: scope, counts, findings, what was not checked, outcome."""
    counts = {name: report.counts.get(name, 0) for name in _COUNTS}
    lines = [
        tell("audit.label.ledger", lang, origin=report.origin or "-"),
        tell("audit.label.charter", lang, charter=report.charter.hex()),
        tell("audit.label.checkpoint", lang, size=report.size, root=report.root.hex() or "-"),
        tell("audit.label.cosigners", lang, names=", ".join(report.cosigned) or "-"),
        _scope(report, lang),
        *(f"  {tell(key, lang, **counts)}" for key in ("audit.label.log", "audit.label.events", "audit.label.index")),
        *([tell("audit.label.opinion", lang, name=opinion, **_opinion(report))] if opinion else []),
        "",
        tell("audit.label.findings", lang),
        *([_finding(each, report, lang) for each in report.findings] or [f"  {tell('audit.label.none', lang)}"]),
        *([tell("audit.label.fork", lang)] if report.forked else []),
        "",
        tell("label.unchecked", lang),
        *(f"  - {_say(each, lang)}" for each in report.unchecked),
        "",
        tell("audit.label.outcome", lang, outcome=tell(f"audit.outcome.{report.outcome}", lang)),
    ]
    return "\n".join(lines)


def report_json(report: Report, lang: str, opinion: str | None = None) -> dict[str, Any]:
    """Return a report as JSON; texts stand beside the keys they come from."""
    first = report.first_fault
    return {
        "format": "suyuan audit report",
        "version": 1,
        "outcome": report.outcome,
        "exitCode": report.exit_code,
        "text": tell(f"audit.outcome.{report.outcome}", lang),
        "ledger": report.origin,
        "charter": report.charter.hex(),
        "checkpoint": {"size": report.size, "root": report.root.hex(), "note": _note(report.note)},
        "auditedBefore": {"note": _note(report.seen)} if report.seen else None,
        "fork": report.forked,
        "scope": {"first": report.first, "leaves": report.leaves},
        "counts": dict(report.counts),
        "cosignedBy": list(report.cosigned),
        "secondOpinion": {"name": opinion, **_opinion(report)} if opinion else None,
        "firstFault": _finding_json(first) if first else None,
        "findings": [_finding_json(each) for each in report.findings],
        "notChecked": [
            {"key": each.key, "values": dict(each.values), "text": _say(each, lang)} for each in report.unchecked
        ],
    }


def _scope(report: Report, lang: str) -> str:
    if report.leaves <= report.first:
        return tell("audit.label.scope-nothing", lang)
    return tell("audit.label.scope", lang, first=report.first, last=report.leaves - 1)


def _opinion(report: Report) -> dict[str, int]:
    names = {"batches": "opinion.batches", "tiles": "opinion.tiles", "notBatches": "opinion.not-compared.batches",
             "notTiles": "opinion.not-compared.tiles"}  # fmt: skip
    return {short: report.counts.get(name, 0) for short, name in names.items()}


def _finding(finding: Finding, report: Report, lang: str) -> str:
    mark = f" ({tell('audit.label.first', lang)})" if finding is report.first_fault else ""
    weight = tell(f"audit.weight.{finding.weight}", lang)
    return f"  - {finding.place} · {weight}{mark} · {render_error(finding.error, lang)}"


def _finding_json(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "leaf": place.leaf,
        "position": place.position,
        "path": place.path,
        "inside": place.inside,
        "check": finding.check,
        "weight": finding.weight,
        "code": finding.code,
        "field": finding.field,
        "came": finding.came,
        "expected": finding.expected,
        "text": str(finding),
    }


def _say(said: Said, lang: str) -> str:
    return tell(said.key, lang, **said.values)


def _note(note: bytes) -> str:
    return note.decode("utf-8", "replace")
