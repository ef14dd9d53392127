"""`suyuan-verify trace`: the nine steps over one file."""

from __future__ import annotations

import argparse
from typing import Any

from verifier.cli.files import add_policy_option, add_state_options, read_file, remember, standpoint_of
from verifier.cli.speaking import show, spell_json
from verifier.proof.examination import Seen
from verifier.proof.verdict import NOT_RECOGNISED, NOT_RECORDED, VERIFIED
from verifier.proof.verify import examine_trace
from verifier.rendering import render_verdict, verdict_json

_REMEMBERED = {VERIFIED, NOT_RECORDED, NOT_RECOGNISED}


def add_command(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("trace", help="verify a trace proof: the whole story of one subject")
    parser.add_argument("file", metavar="FILE.trace")
    parser.add_argument("--subject", help="the URI that you asked for; refuse a proof about another")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    add_policy_option(parser)
    add_state_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify a trace proof, print the verdict, remember the checkpoint."""
    data = read_file(options.file)
    state = None if options.no_state else options.state
    standpoint = standpoint_of(options, state=state)
    verdict = examine_trace(data, standpoint, subject=options.subject)
    if options.json:
        print(spell_json(verdict_json(verdict, options.lang)))
    else:
        show(render_verdict(verdict, options.lang))
    if state and verdict.story and verdict.outcome in _REMEMBERED and not options.at:
        remember(state, standpoint.policy.charter.hex(), Seen(verdict.story.size, verdict.story.root))
    return verdict.exit_code
