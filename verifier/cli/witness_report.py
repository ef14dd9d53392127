"""`suyuan-verify report`: a witness's signed word for why it stopped for a ledger."""

from __future__ import annotations

import argparse
from typing import Any

from verifier.cli.notice import add_notice_options, run_notice
from verifier.ledgerformat.witness_report import WitnessReport, verify_witness_report
from verifier.rendering import render_time
from verifier.texts import text


def add_command(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("report", help="verify a witness's report of why it stopped for a ledger")
    add_notice_options(parser, "FILE.report")
    parser.set_defaults(run=run_report)


def run_report(options: argparse.Namespace) -> int:
    """Verify a report; 0 means that this witness said so, whatever it says."""
    return run_notice(options, verify_witness_report, _answer, _lines)


def _answer(found: WitnessReport, witness: str) -> dict[str, Any]:
    return {
        "outcome": "reported",
        "witness": witness,
        "ledger": found.origin,
        "lie": found.lie,
        "leaf": found.leaf,
        "event": found.event,
        "reason": found.reason,
        "field": found.field,
        "size": found.size,
        "root": found.root.hex(),
        "time": found.time * 1000,
        "evidence": found.evidence,
    }


def _lines(found: WitnessReport, witness: str, lang: str) -> list[str]:
    event = [] if found.event is None else [f"{text('evidence.position', lang)}: {found.event}"]
    return [
        f"{text('label.ledger', lang)}: {found.origin}",
        text("withheld.by", lang, witness=witness),
        text("report.lie", lang, lie=found.lie, time=render_time(found.time * 1000)),
        text("report.seen", lang, size=found.size, root=found.root.hex()),
        f"{text('evidence.leaf', lang)}: {found.leaf}",
        *event,
        f"{text('evidence.reason', lang)}: {found.reason}, {found.field}",
        text("report.evidence" if found.evidence else "report.no-evidence", lang),
        f"{text('label.outcome', lang)}: {text('outcome.reported', lang)}",
    ]
