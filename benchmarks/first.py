"""`python -m benchmarks.first TRACE POLICY NOW`: print the seconds of a process's first verification."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from verifier.ledgerformat.trust_policy import parse_trust_policy
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import VERIFIED
from verifier.proof.verify import examine_trace
from verifier.vocabulary import registry_types


def main() -> None:
    """Verify once, everything imported, nothing warm."""
    data, policy = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]).read_bytes()
    builtin = registry_types()  # the program's own files, read as it starts
    begun = time.perf_counter()
    verdict = examine_trace(data, Standpoint(parse_trust_policy(policy), int(sys.argv[3]), builtin))
    print(time.perf_counter() - begun)  # noqa: T201
    assert verdict.outcome == VERIFIED, verdict.error


if __name__ == "__main__":
    main()
