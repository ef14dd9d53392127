"""`suyuan-verify custody`: where goods were, who passed them to whom, what is missing; from a trace that verifies."""

from __future__ import annotations

import argparse
from typing import Any

from verifier.cli.files import add_policy_option, read_file, standpoint_of
from verifier.cli.speaking import show, spell_json
from verifier.custody_report import custody_json, render_custody
from verifier.proof.verify import examine_trace
from verifier.rendering import plain
from verifier.texts import text


def add_command(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("custody", help="tell gaps, dwell times and sensor excursions of a trace")
    parser.add_argument("file", metavar="FILE.trace")
    parser.add_argument("--subject", help="the URI that you asked for; refuse a proof about another")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    add_policy_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify a trace proof and tell custody; the exit code is the verdict's: a gap is told, and is no refusal."""
    verdict = examine_trace(read_file(options.file), standpoint_of(options), subject=options.subject)
    lang = options.lang
    if options.json:
        told = {"subject": verdict.story.subject if verdict.story else options.subject, "outcome": verdict.outcome}
        print(spell_json({**told, "custody": custody_json(verdict.story, lang)}))
        return verdict.exit_code
    show(text(f"outcome.{verdict.outcome}", lang))
    show("\n".join(plain(line) for line in render_custody(verdict.story, lang)))
    return verdict.exit_code
