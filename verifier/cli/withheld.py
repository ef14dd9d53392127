"""`suyuan-verify withheld`: a witness's notice that a ledger left a statement out."""

from __future__ import annotations

import argparse
from typing import Any

from verifier.cli.notice import add_notice_options, run_notice
from verifier.ledgerformat.withheld import Withheld, verify_withheld
from verifier.rendering import render_time
from verifier.texts import text


def add_command(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("withheld", help="verify a witness's notice of a withheld statement")
    add_notice_options(parser, "NOTICE")
    parser.set_defaults(run=run_withheld)


def run_withheld(options: argparse.Namespace) -> int:
    """Verify a notice; 0 means that this witness said so, whatever it says."""
    return run_notice(options, verify_withheld, _answer, _lines)


def _answer(found: Withheld, witness: str) -> dict[str, Any]:
    return {
        "outcome": "withheld" if found.logged is None else "logged-late",
        "witness": witness,
        "ledger": found.origin,
        "statement": found.statement.hex(),
        "firstSeen": found.first_seen * 1000,
        "lastTried": found.last_tried * 1000,
        "openIntake": found.open_intake,
        "judged": found.judged,
        "size": found.size,
        "answer": found.answer,
        "leaf": found.logged,
    }


def _lines(found: Withheld, witness: str, lang: str) -> list[str]:
    first, last = render_time(found.first_seen * 1000), render_time(found.last_tried * 1000)
    late = None if found.logged is None else text("outcome.logged-late", lang, leaf=found.logged)
    return [
        f"{text('label.ledger', lang)}: {found.origin}",
        text("withheld.statement", lang, identity=found.statement.hex()),
        text("withheld.by", lang, witness=witness),
        text("withheld.seen", lang, first=first, last=last),
        text("withheld.open", lang, seconds=found.open_intake),
        text(f"withheld.judged-{found.judged}", lang, size=found.size),
        text("withheld.answer", lang, answer=found.answer),
        f"{text('label.outcome', lang)}: {late or text('outcome.withheld', lang)}",
    ]
