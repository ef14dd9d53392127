"""What `suyuan-verify recompute` is given: proofs, and the bodies and disclosures that proofs commit to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from verifier.errors import IncompleteError, MalformedError, VerificationError
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.disclosure import Disclosure, check_disclosure, parse_disclosure
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.mapping import check_body, check_links
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.strict_json import parse_json
from verifier.proof.alone import verify_event
from verifier.proof.eventproof import WORD as EVENT
from verifier.proof.eventproof import parse_event_proof
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import WORD as TRACE
from verifier.proof.traceproof import TraceProof, parse_trace_proof
from verifier.proof.verdict import NOT_RECORDED, VERIFIED
from verifier.proof.verify import examine_trace
from verifier.results.recomputation import Input
from verifier.results.recomputed_lists import Shown
from verifier.results.reference_lists import Said

LIST = "list"


@dataclass(slots=True)
class Gathered:
    """What the files hold: verified events by name, their disclosures, how whole the traces are, and whole lists."""

    traces: list[TraceProof] = field(default_factory=list)
    inputs: dict[bytes, Input] = field(default_factory=dict)
    starts: dict[Pair, int] = field(default_factory=dict)
    lists: dict[Pair, Shown] = field(default_factory=dict)
    worst: int = 0


def gather(files: Sequence[bytes], standpoint: Standpoint, held: Sequence[TraceProof] = ()) -> Gathered:
    """Return the verified events of files, with the bodies and disclosures that belong to them.

    Args:
        files: trace proofs, event proofs, bodies, disclosures, in any order.
        standpoint: whom the verifier trusts.
        held: trace proofs whose registry has the event proofs; besides those among the files.

    Raises:
        MalformedError: a file of another kind.
        VerificationError: a proof that does not verify, or a disclosure of no event that is here.
    """
    gathered = Gathered()
    for each in map(_require_known, files):
        if TRACE.encode() in each[:32]:
            _take_trace(gathered, each, standpoint)
    for each in files:
        if EVENT.encode() in each[:32]:
            _take_event(gathered, each, [*held, *gathered.traces], standpoint)
    texts = [each for each in files if each[:1] == b"{"]
    for each in sorted(texts, key=_is_disclosures):  # bodies first: disclosures are checked against them
        (_take_disclosures if _is_disclosures(each) else _take_body)(gathered, each)
    return gathered


def _require_known(data: bytes) -> bytes:
    """Return a file's bytes if it is of a kind that is read here."""
    if data[:1] != b"{" and not any(word.encode() in data[:32] for word in (TRACE, EVENT)):
        expected = "a trace proof, an event proof, a body, or disclosures"
        raise MalformedError("file", came="another file", expected=expected)
    return data


def _is_disclosures(data: bytes) -> bool:
    answer = parse_json(data, "file")
    return isinstance(answer, dict) and "disclosures" in answer


def _take_trace(gathered: Gathered, data: bytes, standpoint: Standpoint) -> None:
    verdict = examine_trace(data, standpoint)
    proof = parse_trace_proof(data) if verdict.story or verdict.outcome == NOT_RECORDED else None
    if proof and proof.walk == LIST and verdict.story is None:
        size = parse_signed_checkpoint(proof.checkpoint)[0].size
        gathered.lists[LIST, subject_name(proof.subject)] = Shown((), size)
        return
    if verdict.story is None or proof is None:
        raise verdict.error or IncompleteError("trace proof", came=verdict.outcome, expected=VERIFIED)
    if proof.walk == LIST and verdict.story.rest is None:
        said = [Said(each.event, (each.successor or each.issuer).uri) for each in verdict.story.timeline]
        gathered.lists[LIST, subject_name(proof.subject)] = Shown(said, verdict.story.size)
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


def _take_body(gathered: Gathered, data: bytes) -> None:
    """Take a body that a proof only commits to, as `GET /events/{name}/body` answers it."""
    body, hash_ = parse_body(data), body_hash(data)
    known = next((each for each in gathered.inputs.values() if each.event.head.body == hash_), None)
    if known is None:
        raise VerificationError("body", came=hash_, expected="that of an event that is shown here")
    check_body(known.kind, body)
    if not known.event.head.about:
        check_links(known.kind, known.event.head, body)
    gathered.inputs[known.event.name] = Input(replace(known.event, body=body), known.kind, known.disclosures)


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
