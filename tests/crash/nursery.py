"""`python -m tests.crash.nursery FOLDER [DATABASE]`: forks processes that run a ledger until a failpoint ends them.

Everything is imported, and the zone founded, once; each run is a fork, so that hundreds of them take
minutes. Commands come on standard input, one JSON object a line; answers go to standard output.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path

from ledger import failpoints
from ledger.ledger import Ledger
from ledger.sequencer import publisher
from ledger.store.opening import open_store
from ledger.tiles.folder import TileFolder
from tests.crash.checking import check_all
from tests.crash.journal import Journal, read_journal
from tests.crash.load import commission, submitter
from tests.world import World, found_world, now, tell_parcel
from verifier.primitives.checkpoint import parse_signed_checkpoint

SUBMITTERS = 4
LONGEST = 20.0  # seconds; a run whose failpoint is not reached by then ends as a failure


class Nursery:
    """A founded zone whose ledger is closed, and the runs over it."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        self.world = found_world(folder, database=database)
        tell_parcel(self.world, until="product")
        self.world.ledger.close()
        self.journal = folder / "journal"

    def command(self, said: dict[str, object]) -> dict[str, object]:
        """Fork, do what the command says, return the exit code."""
        child = os.fork()
        if child == 0:
            code = 99
            try:
                code = self._check() if said["do"] == "check" else self._run(**said["run"])  # type: ignore[arg-type]
            except BaseException:  # noqa: BLE001 - a child ends here, whatever it was
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        return {"exit": os.waitstatus_to_exitcode(status)}

    def _open(self) -> World:
        folder = self.world.folder
        self.world.ledger = Ledger(
            open_store(folder),
            TileFolder(folder / "tiles"),
            keys=self.world.keys,
            guard=folder / "guard",
            clock=now,
            monotonic=time.monotonic,
        )
        return self.world

    def _run(self, round_: int, point: str, count: int) -> int:
        """Open the ledger, load it from all sides, and wait for the end."""
        failpoints._name, failpoints._left = point, count
        publisher.PERIOD = 0.02  # seconds: as many publications as a minute of the usual period
        world = self._open()
        journal = Journal(self.journal)
        threads = [
            threading.Thread(target=_submit, args=(world, journal, round_ * SUBMITTERS + each), daemon=True)
            for each in range(SUBMITTERS)
        ]
        threads.append(threading.Thread(target=_cosign, args=(world, journal), daemon=True))
        for thread in threads:
            thread.start()
        time.sleep(LONGEST)
        return 98

    def _check(self) -> int:
        """Open the ledger as the next start would, and hold it to what was told; then stop it properly."""
        failpoints._name = ""
        world = self._open()
        told = read_journal(self.journal)
        check_all(world.ledger, told)
        journal = Journal(self.journal)
        unanswered = told.sent.keys() - told.acknowledged.keys()
        for number in unanswered:
            leaf = world.ledger.submit(told.sent[number]).result()
            journal.acknowledged(number, leaf, world.ledger.prover.promise(leaf).receipt)
        world.cosign()
        check_all(world.ledger, read_journal(self.journal, only=unanswered))
        world.ledger.close()
        return 0


def _submit(world: World, journal: Journal, number: int) -> None:
    actor = submitter(world.cast["seller"], number + 1)
    serial = number * 10_000_000
    for turn in range(1_000_000):
        size = 1 + turn % 3
        data = commission(actor, world.zone.types, world.ledger.origin, range(serial, serial + size))
        serial += size
        journal.sent(serial, data)
        leaf = world.ledger.submit(data).result()
        journal.acknowledged(serial, leaf, world.ledger.prover.promise(leaf).receipt)


def _cosign(world: World, journal: Journal) -> None:
    while True:
        note = world.ledger.prover.checkpoint()
        checkpoint, _ = parse_signed_checkpoint(note)
        journal.root(checkpoint.size, checkpoint.root)
        world.cosign(note=note)
        time.sleep(0.005)


def main() -> None:
    """Answer commands until standard input ends."""
    nursery = Nursery(Path(sys.argv[1]), *sys.argv[2:])
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(nursery.command(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
