"""A folder of proof files of every outcome, as a consumer, submitter or auditor would hold them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from ledger.compose.event import ComposedEvent, Draft
from ledger.prove.log import consistency_path
from tests.world import FIRM, ITEM, ORDER, PRODUCT, World, found_world, now, tell_parcel
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.primitives.base64strict import format_base64
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.note import Note, format_note, parse_note
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.eventproof import format_event_proof, parse_event_proof
from verifier.proof.evidence import CheckpointCommitment, ReceiptCommitment, format_fork_evidence
from verifier.proof.traceproof import format_trace_proof, parse_trace_proof

PROJECT = Path(__file__).resolve().parents[3]
UNKNOWN = f"{PRODUCT}/21/NEVER-SEEN"
REFUSAL = {"zh": "不符", "en": "Not as declared"}


@dataclass(slots=True)
class Cabinet:
    """Files by name, and the command run upon them.

    Attributes:
        folder: where the files are.
        events: what was said, by its name in `tests.world.parcel_story`.
        size: leaves that the verified proof covers.
    """

    folder: Path
    events: dict[str, ComposedEvent] = field(default_factory=dict)
    size: int = 0

    def put(self, name: str, data: bytes) -> str:
        """Write a file; return its path."""
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def get(self, name: str) -> bytes:
        """Return a file's bytes."""
        return (self.folder / name).read_bytes()


def run_verifier(
    *arguments: str, home: Path, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m verifier` as a process of its own, in `home`, with nothing else in its environment."""
    command = [sys.executable, "-W", "error", "-m", "verifier", *arguments]
    settings = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(PROJECT), "LANG": "C.UTF-8"}
    return subprocess.run(
        command, input=stdin, capture_output=True, cwd=home, env={**settings, **environment}, check=False, timeout=60
    )


def fill(folder: Path) -> Cabinet:
    """Tell a parcel's life, and put away what it gives out on the way."""
    cabinet = Cabinet(folder)
    world = found_world(folder / "world")
    try:
        _put_checkpoints(cabinet, world)
        cabinet.events = tell_parcel(world)
        _put_traces(cabinet, world)
        _put_alone(cabinet, world)
        _put_evidence(cabinet, world)
        _put_later_traces(cabinet, world)
    finally:
        world.ledger.close()
    return cabinet


def _put_checkpoints(cabinet: Cabinet, world: World) -> None:
    cabinet.put("early.checkpoint", world.cosign())
    cabinet.put("early.trace", world.trace(PRODUCT))
    pinned = world.standpoint().policy.charter
    cabinet.put("trust.policy", format_trust_policy(TrustPolicy(pinned)))
    cabinet.put("hourly.policy", format_trust_policy(TrustPolicy(pinned, max_age=3600)))
    cabinet.put("replay.policy", format_trust_policy(TrustPolicy(pinned, replay="nobody")))
    cabinet.put("other.policy", format_trust_policy(TrustPolicy(bytes(32))))
    cabinet.put("next.policy", b"suyuan trust policy v2\n")


def _put_traces(cabinet: Cabinet, world: World) -> None:
    data = world.trace(ITEM)
    proof = parse_trace_proof(data)
    note = parse_note(proof.checkpoint)
    cabinet.size = parse_signed_checkpoint(proof.checkpoint)[0].size
    own = Note(note.text, tuple(line for line in note.signatures if line.name == world.ledger.origin))
    cabinet.put("parcel.trace", data)
    cabinet.put("parties.trace", world.trace(ITEM, walk="parties"))
    cabinet.put("unknown.trace", world.trace(UNKNOWN))
    cabinet.put("alone.trace", format_trace_proof(replace(proof, checkpoint=format_note(own))))
    cabinet.put("altered.trace", format_trace_proof(replace(proof, path=proof.path[:-1] + bytes([proof.path[-1] ^ 1]))))
    cabinet.put("version.trace", data.replace(b"suyuan trace\x01", b"suyuan trace\x02", 1))
    cabinet.put("new.checkpoint", proof.checkpoint)
    cabinet.put("promised.checkpoint", format_note(own))


def _put_alone(cabinet: Cabinet, world: World) -> None:
    with world.ledger.store.read() as reader:
        leaf = reader.find_event(cabinet.events["list"].name).leaf
        other = reader.find_event(cabinet.events["order"].name).leaf
        cabinet.put("other.statement", reader.statement(other).entry)
    promise, recorded = world.ledger.prover.promise(leaf), world.ledger.prover.receipt(leaf)
    cabinet.put("list.statement", promise.entry)
    cabinet.put("promise.receipt", promise.receipt)
    cabinet.put("recorded.receipt", recorded.receipt)
    cabinet.put("zone.charter", world.ledger.prover.charter_file())
    event = world.ledger.prover.event(cabinet.events["delivery"].name)
    cabinet.put("delivery.event", event)
    proof = parse_event_proof(event)
    cabinet.put("uncosigned.event", format_event_proof(replace(proof, checkpoint=cabinet.get("promised.checkpoint"))))
    path = bytes([proof.path[0] ^ 1]) + proof.path[1:]
    cabinet.put("altered.event", format_event_proof(replace(proof, path=path)))
    sizes = [parse_signed_checkpoint(cabinet.get(f"{each}.checkpoint"))[0].size for each in ("early", "new")]
    lines = [format_base64(each) + "\n" for each in world.ledger.prover.consistency(*sizes)]
    cabinet.put("early-new.path", "".join(lines).encode())
    cabinet.put("short.path", "".join(lines[1:]).encode())


def _put_evidence(cabinet: Cabinet, world: World) -> None:
    """Let the ledger sign another root for a size that it has committed to."""
    charter = parse_charter_file(cabinet.get("zone.charter"))
    early, new = (cabinet.get(f"{each}.checkpoint") for each in ("early", "new"))
    sizes = [parse_signed_checkpoint(each)[0].size for each in (early, new)]
    lie = world.keys.sign_checkpoint(Checkpoint(world.ledger.origin, sizes[0], bytes(32)), 1)
    same = [CheckpointCommitment(early), CheckpointCommitment(lie)]
    cabinet.put("same.evidence", format_fork_evidence(charter, *same))
    with world.ledger.sources() as sources:
        path = consistency_path(sources.log, *sizes, whole=True)
    cabinet.put(
        "later.evidence", format_fork_evidence(charter, CheckpointCommitment(lie), CheckpointCommitment(new), path)
    )
    honest = CheckpointCommitment(early), CheckpointCommitment(new)
    cabinet.put("false.evidence", format_fork_evidence(charter, *honest, path))
    leaf = bytes(32)
    with_receipt = CheckpointCommitment(new), ReceiptCommitment(cabinet.get("recorded.receipt"), leaf)
    cabinet.put("stray.evidence", format_fork_evidence(charter, *with_receipt))


def _put_later_traces(cabinet: Cabinet, world: World) -> None:
    paid = {"/amount": {"paid": "199.00", "currency": "142"}}
    world.say("payer", Draft("order.payment", now(), {"order": ORDER}, {"firm": FIRM}, paid))
    cabinet.put("contradictory.trace", world.trace(ITEM, walk="parties"))
    world.endorse("inspection", cabinet.events["release"], "refused", reason=REFUSAL)
    cabinet.put("refused.trace", world.trace(ITEM))
