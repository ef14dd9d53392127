"""`suyuan-verify report`: a witness's signed word for why it stopped for a ledger."""

from __future__ import annotations

import argparse
from typing import Any

from verifier.cli.notice import add_notice_options, run_notice
from verifier.cli.speaking import show, spell_json
from verifier.errors import IncompleteError
from verifier.ledgerformat.witness_report import WitnessReport, verify_witness_report
from verifier.primitives.note import parse_vkey
from verifier.rendering import plain, render_time
from verifier.texts import text

_WORD_ONLY = 3  # the exit code of what is incomplete
_PROVES = ("report.proves", "report.proves-not", "report.replay")


def add_command(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("report", help="verify a witness's report of why it stopped for a ledger")
    add_notice_options(parser, "FILE.report")
    parser.set_defaults(run=run_report)


def run_report(options: argparse.Namespace) -> int:
    """Verify a report; 0 means that this witness said so, whatever it says."""
    return run_notice(options, verify_witness_report, _answer, _lines)


def answer_report(data: bytes, options: argparse.Namespace) -> int:
    """Tell what a report proves, and what it does not, to whoever asked for evidence; 3: it convicts nobody by itself.

    Args:
        data: the report.
        options: key, language and form of the answer.

    Raises:
        IncompleteError: no key to verify it by.
    """
    if options.key is None:
        todo = "It is a witness's word: ask that witness for its key for notices, and give it as --key VKEY."
        raise IncompleteError(
            "--key", came="none", expected="the key of the witness that signed this report", todo=todo
        )
    key = parse_vkey(options.key, "--key")
    found = verify_witness_report(data, key)
    if options.json:
        print(spell_json(_answer(found, key.name) | {"convicts": False}))
    else:
        lines = [*_lines(found, key.name, options.lang), *(text(each, options.lang) for each in _PROVES)]
        show("\n".join(plain(line) for line in lines))
    return _WORD_ONLY


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
