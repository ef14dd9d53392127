"""Writes the proof-file vectors, once: `python -m tests.verifier.proof.vectors.make [RECIPES…]`.

Recipes are modules: `traces`, `alone`, `agencies`; all of them where none is named. Each run founds zones of its own
with new keys. It writes nothing if one of its files is there.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.verifier.proof.vectors import agencies, alone, traces
from tests.verifier.proof.vectors.cabinet import FOLDER, SUMS, Expected, sums, write
from tests.world import World
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy

RECIPES = {"traces": traces.take_all, "alone": alone.take_all, "agencies": agencies.take_all}


@dataclass(slots=True)
class Writer:
    """What takes vectors from their recipes.

    Attributes:
        taken: folder, name, what is expected, and files, in order.
        scratch: where worlds are founded.
    """

    scratch: Path
    taken: list[tuple[str, str, Expected, dict[str, bytes]]] = field(default_factory=list)

    def take(
        self,
        name: str,
        says: str,
        data: bytes,
        world: World,
        *,
        command: str = "trace",
        outcome: str = "verified",
        exit_code: int = 0,
        refused: tuple[int | None, str, str] | None = None,
        at: int | None = None,
        policy: TrustPolicy | None = None,
        **beside: bytes,
    ) -> None:
        """Take one vector: file, policy and what lies beside it become files of its name."""
        step, code, field_ = refused or (None, None, None)
        file = f"{name}.{command}"
        files = {file: data, f"{name}.policy": format_trust_policy(policy or world.standpoint().policy)}
        files |= {f"{name}.{option}": content for option, content in beside.items()}
        expected = Expected(
            says,
            command,
            file,
            at or int(time.time()),
            outcome,
            exit_code,
            f"{name}.policy",
            step,
            code,
            field_,
            {option: f"{name}.{option}" for option in beside},
        )
        self.taken.append(("refused" if refused else "valid", name, expected, files))


def main() -> int:
    """Make the vectors that are asked for, then write them all, or none."""
    with tempfile.TemporaryDirectory() as scratch:
        writer = Writer(Path(scratch))
        for name in sys.argv[1:] or RECIPES:
            RECIPES[name](writer)
    there = [name for folder, name, _, files in writer.taken for file in files if (FOLDER / folder / file).exists()]
    if there:
        sys.stderr.write(f"these vectors are there already; nothing was written: {', '.join(sorted(set(there)))}\n")
        return 1
    for folder, name, expected, files in writer.taken:
        write(FOLDER / folder, name, expected, files)
    SUMS.write_text("".join(f"{digest}  {file}\n" for file, digest in sums().items()))
    sys.stdout.write(f"{len(writer.taken)} vectors written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
