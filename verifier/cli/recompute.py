"""`suyuan-verify recompute`: do the results that events record follow from what the events say?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from verifier.cli.files import add_policy_option, read_file, standpoint_of
from verifier.cli.recompute_inputs import gather
from verifier.cli.recompute_report import recomputation_json, render_recomputation
from verifier.cli.speaking import show, spell_json
from verifier.proof.traceproof import parse_trace_proof
from verifier.rendering import plain
from verifier.results.findings import DIFFERS
from verifier.results.recomputation import REFUTED, UNTOLD, Recomputation
from verifier.results.recomputed_balances import recompute_balances
from verifier.results.recomputed_lists import recompute_lists
from verifier.results.recomputed_matches import recompute_matches
from verifier.results.recomputed_settlements import recompute_settlements
from verifier.results.recomputed_summaries import recompute_summaries
from verifier.texts import text


def add_command(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("recompute", help="recompute recorded results from the events that they rest on")
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="trace proofs, event proofs, and disclosures as the ledger answers them",
    )
    parser.add_argument("--registry", metavar="FILE.trace", help="a trace proof whose registry has the event proofs")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    add_policy_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify the files, recompute, print; 1 where a result does not follow, 3 where one cannot be told."""
    standpoint = standpoint_of(options)
    held = [parse_trace_proof(read_file(options.registry))] if options.registry else []
    gathered = gather([read_file(each) for each in options.files], standpoint, held)
    inputs = list(gathered.inputs.values())
    found = [
        *recompute_matches(inputs),
        *recompute_lists(inputs, gathered.lists),
        *recompute_summaries(inputs),
        *recompute_balances(inputs, gathered.starts),
        *recompute_settlements(inputs),
    ]
    if options.json:
        print(spell_json({"results": [recomputation_json(each, options.lang) for each in found]}))
    elif found:
        show("\n".join(plain(line) for each in found for line in render_recomputation(each, options.lang)))
    else:
        show(text("result.none", options.lang))
    return max(gathered.worst, exit_code_of(found)) if gathered.worst != 1 else 1


def exit_code_of(found: Sequence[Recomputation]) -> int:
    """Return 1 if a result is refuted or unrecorded documents differ, 3 if one cannot be told or there is none."""
    outcomes = [DIFFERS if each.result and each.recorded is None and each.result.outcome == DIFFERS else each.outcome
                for each in found]  # fmt: skip
    if REFUTED in outcomes or DIFFERS in outcomes:
        return 1
    open_ = any(each.result is not None and each.recorded is None and each.missing for each in found)
    return 3 if UNTOLD in outcomes or open_ or not found else 0
