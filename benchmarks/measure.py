"""How figures are taken: one Ed25519 verification rate in the same run, and everything as a ratio to it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from ledger.signing.signer import generate
from verifier.primitives.keys import EDDSA


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        name: what was measured.
        value: the figure.
        unit: `events/s`, `s`, `bytes`, …
        ratio: the rate (or 1 / the time) over one core's Ed25519 verification rate; None for sizes, and for
            times too short for their clock.
    """

    name: str
    value: float
    unit: str
    ratio: float | None


class Yardstick:
    """One core's Ed25519 verification rate in this run."""

    def __init__(self, seconds: float = 0.5) -> None:
        """Measure it."""
        signer = generate(EDDSA)
        message = b"a statement of the usual length, about a hundred and sixty bytes" * 2
        signature = signer.sign(message)
        count, begun = 0, time.perf_counter()
        while (passed := time.perf_counter() - begun) < seconds:
            for _ in range(100):
                signer.public.verify(signature, message)
            count += 100
        self.rate = count / passed

    def per_second(self, name: str, rate: float, unit: str) -> Figure:
        """Return a rate, and its ratio."""
        return Figure(name, round(rate, 1), unit, round(rate / self.rate, 4))

    def seconds(self, name: str, seconds: float) -> Figure:
        """Return a time, and how many Ed25519 verifications one core does in it, as 1 / ratio."""
        ratio = round(1 / (seconds * self.rate), 6) if seconds else None
        return Figure(name, round(seconds, 5), "s", ratio)

    def size(self, name: str, size: float) -> Figure:
        """Return a size."""
        return Figure(name, size, "bytes", None)


def resident() -> int:
    """Return the process's resident set in bytes."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no file system path of ours
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
