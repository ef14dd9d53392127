"""`suyuan-verify recompute`: do the results that events record follow from what the events say?"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from verifier.cli.files import add_policy_option, read_file, standpoint_of
from verifier.cli.recompute_report import recomputation_json, render_recomputation
from verifier.cli.speaking import show, spell_json
from verifier.errors import IncompleteError, MalformedError, VerificationError
from verifier.ledgerformat.disclosure import Disclosure, check_disclosure, parse_disclosure
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.strict_json import parse_json
from verifier.proof.alone import verify_event
from verifier.proof.eventproof import WORD as EVENT
from verifier.proof.eventproof import parse_event_proof
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import WORD as TRACE
from verifier.proof.traceproof import TraceProof, parse_trace_proof
from verifier.proof.verdict import VERIFIED
from verifier.proof.verify import examine_trace
from verifier.rendering import plain
from verifier.results.findings import DIFFERS
from verifier.results.recomputation import REFUTED, UNTOLD, Input, Recomputation
from verifier.results.recomputed_balances import recompute_balances
from verifier.results.recomputed_matches import recompute_matches
from verifier.results.recomputed_summaries import recompute_summaries
from verifier.texts import text


@dataclass(slots=True)
class Gathered:
    """What the files hold: verified events by name, their disclosures, and how whole the traces are."""

    traces: list[TraceProof] = field(default_factory=list)
    inputs: dict[bytes, Input] = field(default_factory=dict)
    starts: dict[Pair, int] = field(default_factory=dict)
    worst: int = 0


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
    gathered = gather([read_file(each) for each in options.files], standpoint, registry=options.registry)
    inputs = list(gathered.inputs.values())
    found = [
        *recompute_matches(inputs),
        *recompute_summaries(inputs),
        *recompute_balances(inputs, gathered.starts),
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


def gather(files: Sequence[bytes], standpoint: Standpoint, *, registry: str | None) -> Gathered:
    """Return the verified events of files, with the disclosures that belong to them.

    Raises:
        MalformedError: a file of another kind.
        VerificationError: a proof that does not verify, or a disclosure of no event that is here.
    """
    gathered = Gathered()
    for each in files:
        if TRACE.encode() in each[:32]:
            _take_trace(gathered, each, standpoint)
    held = [parse_trace_proof(read_file(registry))] if registry else gathered.traces
    for each in files:
        if EVENT.encode() in each[:32]:
            _take_event(gathered, each, held, standpoint)
    for each in files:
        if each[:1] == b"{":
            _take_disclosures(gathered, each)
        elif TRACE.encode() not in each[:32] and EVENT.encode() not in each[:32]:
            raise MalformedError("file", came="another file", expected="a trace proof, an event proof, or disclosures")
    return gathered


def _take_trace(gathered: Gathered, data: bytes, standpoint: Standpoint) -> None:
    verdict = examine_trace(data, standpoint)
    if verdict.story is None:
        raise verdict.error or IncompleteError("trace proof", came=verdict.outcome, expected=VERIFIED)
    proof = parse_trace_proof(data)
    gathered.traces.append(proof)
    gathered.starts[proof.walk, subject_name(proof.subject)] = proof.since.count if proof.since else 0
    gathered.worst = 1 if 1 in (gathered.worst, verdict.exit_code) else max(gathered.worst, verdict.exit_code)
    for told in verdict.story.timeline:
        _add(gathered, Input(told.event, told.kind, told.disclosures))


def _take_event(gathered: Gathered, data: bytes, held: Sequence[TraceProof], standpoint: Standpoint) -> None:
    proof, error = parse_event_proof(data), None
    for each in held:
        try:
            found = verify_event(proof, each, standpoint)
        except IncompleteError as incomplete:
            error = incomplete
            continue
        if not found.checkpoint.quorum:
            raise IncompleteError("checkpoint", came="too few cosignatures", expected="the quorum")
        _add(gathered, Input(found.event, found.kind, found.disclosures))
        return
    raise error or IncompleteError("registry", came="no trace proof", expected="one that knows the events' issuers")


def _take_disclosures(gathered: Gathered, data: bytes) -> None:
    answer = parse_json(data, "disclosures")
    texts = answer.get("disclosures") if isinstance(answer, dict) else None
    if not isinstance(texts, dict) or not all(isinstance(each, str) for each in texts.values()):
        raise MalformedError("disclosures", came="another shape", expected='{"event", "disclosures": {pointer: text}}')
    name = str(answer.get("event"))
    known = next((each for each in gathered.inputs.values() if each.event.name.hex() == name), None)
    if known is None or known.event.body is None:
        raise VerificationError("disclosures", came=f"those of {name}", expected="those of an event that is shown here")
    shown = tuple(parse_disclosure(each) for each in texts.values())
    for each in shown:
        check_disclosure(each, known.event.body.digests)
    _add(gathered, Input(known.event, known.kind, shown))


def _add(gathered: Gathered, more: Input) -> None:
    """Keep an event with all of its disclosures; a body that one file withholds another may show."""
    name, known = more.event.name, gathered.inputs.get(more.event.name)
    event = known.event if known and known.event.body else more.event
    gathered.inputs[name] = Input(
        event, more.kind, _distinct([*(known.disclosures if known else ()), *more.disclosures])
    )


def _distinct(disclosures: Iterable[Disclosure]) -> tuple[Disclosure, ...]:
    return tuple({each.pointer: each for each in disclosures}.values())
