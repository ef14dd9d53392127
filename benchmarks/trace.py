"""Verifying a parcel's trace: fourteen events in a log of a million leaves and an index of a million keys."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.biglog import prove_in_big_log
from ledger.compose.event import Draft
from tests.world import ITEM, found_world, now, parcel_story
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import TraceProof, format_trace_proof
from verifier.proof.verdict import VERIFIED
from verifier.proof.verify import examine_trace

ROOT = Path(__file__).parent.parent
EVENTS = 14
_LEFT_OUT = {"payment", "departing", "arriving", "return", "return closed"}


@dataclass(frozen=True, slots=True)
class Traced:
    """A trace proof and who checks it.

    Attributes:
        proof: as made.
        data: the `.trace` file.
        standpoint: of a stranger with the right trust policy.
    """

    proof: TraceProof
    data: bytes
    standpoint: Standpoint

    @property
    def story_size(self) -> int:
        """Return the file's length without the registry's statements."""
        return len(format_trace_proof(replace(self.proof, registry=())))

    def verify(self) -> None:
        """Run the nine steps."""
        verdict = examine_trace(self.data, self.standpoint)
        assert verdict.outcome == VERIFIED, verdict.error
        assert verdict.story is not None
        assert len(verdict.story.timeline) == EVENTS


@contextmanager
def traced(folder: Path, *, size: int, keys: int) -> Iterator[Traced]:
    """Yield a proof of fourteen events in a log of `size` leaves and an index of `keys` keys."""
    world = found_world(folder)
    try:
        settled = world.ledger.head.edge.size
        for name, who, draft in parcel_story(world):
            if name not in _LEFT_OUT:
                said: Draft = draft(world.events) if callable(draft) else draft  # type: ignore[assignment]
                (world.events[name],) = world.say(who, said)
        proof = prove_in_big_log(world, ITEM, settled=settled, size=size, keys=keys)
        yield Traced(proof, format_trace_proof(proof), world.standpoint(now=now() // 1000 + 1))
    finally:
        world.ledger.close()


def first_seconds(made: Traced, folder: Path, rounds: int = 41) -> float:
    """Return the median seconds of the first verification in a process: beyond its start, nothing warm."""
    folder.mkdir(exist_ok=True)
    (folder / "trace").write_bytes(made.data)
    (folder / "policy").write_bytes(format_trust_policy(made.standpoint.policy))
    command = [sys.executable, "-m", "benchmarks.first", folder / "trace", folder / "policy", str(made.standpoint.now)]
    return median(float(subprocess.check_output(command, cwd=ROOT)) for _ in range(rounds))


def verify_seconds(made: Traced, rounds: int = 41) -> float:
    """Return the median seconds of one verification."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        made.verify()
        taken.append(time.perf_counter() - begun)
    return median(taken)
