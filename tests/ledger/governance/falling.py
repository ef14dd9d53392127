"""`python -m tests.ledger.governance.falling FOLDER`: a ledger ends at each failpoint while its keys change hands.

For each point, in a fork: the completing approval goes in and the process ends there. Then, in another fork, the
ledger starts again, gets the same bytes, and is held to what a hand-over promises. One JSON object a point comes out.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from ledger import failpoints
from ledger.fsck.check import check_ledger
from ledger.ledger import Ledger
from ledger.opening import LedgerFolder
from ledger.sequencer import publisher
from tests.ledger.client.world import World
from tests.ledger.governance.handing import approval_of, approve, named, next_charter, restart, with_next_keys
from verifier.ledgerformat.seal import parse_seal

POINTS = ("intake", "before-commit", "after-commit", "after-guard", "before-tiles", "after-tiles", "before-publish",
          "after-publish", "before-answer")  # fmt: skip
LONGEST = 20.0  # seconds; a point that is not reached by then is a failure
FELL = 137


def prepare(folder: Path) -> tuple[World, bytes, bytes]:
    """Return a closed ledger that lacks one approval, that approval, and the kid of the next seal key."""
    world = World(folder / "ledger")
    world.found()
    members = with_next_keys(world, named(world, world.ledger.head.replay.registry.charters[-1])["policy"])
    restart(world)
    (event,) = world.zone.say(world.customs, [next_charter(world, **members)], as_root=True)
    approve(world, event, world.customs)
    completing = approval_of(world, event, world.market)
    after = world.submission()
    world.ledger.close()
    return world, completing, after


def fall(world: World, root: Path, point: str, completing: bytes) -> int:
    """Open the ledger and send the approval; the failpoint ends the process."""
    publisher.PERIOD = 0.02
    ledger = open_copy(world, root)
    failpoints._name, failpoints._left = point, 1
    ledger.submit(completing).result()
    time.sleep(LONGEST)
    return 98


def rise(world: World, root: Path, completing: bytes, after: bytes) -> int:
    """Start as the next start would; send the same bytes, then something new; hold the ledger to its promises."""
    ledger = open_copy(world, root)
    leaf = ledger.submit(completing).result()
    charters = ledger.head.replay.registry
    assert charters.charter_at(leaf).version == 1
    assert charters.charter_at(leaf + 1).version == 2
    ledger.submit(after).result()
    with ledger.store.read() as reader:
        for at in range(ledger.head.edge.size):
            if stored := reader.seal(at):
                charter = charters.charter_at(at)
                parse_seal(stored.entry).verify(charter.seal, charter.origin)
    assert ledger.prover.promise(leaf).receipt == ledger.prover.promise(leaf).receipt
    ledger.writer.call(ledger.writer.sequencer.publish).result()
    ledger.close()
    folder = LedgerFolder(root)
    assert check_ledger(folder.database, folder.tiles, root / "guard").damages == ()
    return 0


def open_copy(world: World, root: Path) -> Ledger:
    """Return the ledger of a copied folder, under the copied guard."""
    return world.open(root, guard=root / "guard")


def in_fork(do: Callable[[], int]) -> int:
    """Return the exit code of what a child does."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = do()
        except BaseException:  # noqa: BLE001 - a child ends here, whatever it was
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Try every point."""
    folder = Path(sys.argv[1])
    world, completing, after = prepare(folder)
    for point in POINTS:
        root = folder / point
        shutil.copytree(world.root, root)
        shutil.copy2(LedgerFolder(world.root).usual_guard, root / "guard")
        fell = in_fork(lambda: fall(world, root, point, completing))  # noqa: B023 - it is done before the next turn
        rose = in_fork(lambda: rise(world, root, completing, after))  # noqa: B023
        print(json.dumps({"point": point, "fell": fell, "rose": rose}), flush=True)


if __name__ == "__main__":
    main()
