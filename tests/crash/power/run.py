"""`python -m tests.crash.power.run FOLDER COUNT SYNCHRONOUS`: load a ledger; say what was acknowledged.

Run under strace: each line on standard output has a place among the writes and syncs of the files.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from fixtures.zone.actors import Actor, all_types
from ledger.opening import open_ledger
from ledger.sequencer import publisher
from ledger.signing.keyfile import load_key
from ledger.store.sqlite import connection
from tests.crash.load import commission
from tests.crash.served import PASSPHRASE
from tests.world import ORIGIN


def say(**line: Any) -> None:
    """Write one line, at once."""
    os.write(1, (json.dumps(line) + "\n").encode())


def main() -> None:
    """Submit, a few at a time, and publish often."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    connection._SETTINGS["synchronous"] = int(sys.argv[3])
    publisher.PERIOD = 0.02
    seller = Actor(sys.argv[4], {}, ("seller",), load_key(folder / "seller.pem", PASSPHRASE))
    seller._sequence[seller.signer.public.kid] = 1_000_000
    types = all_types()
    ledger = open_ledger(folder / "ledger", PASSPHRASE)
    for number in range(0, count, 4):
        waiting = []
        for each in range(number, number + 4):
            data = commission(seller, types, ORIGIN, range(each * 10, each * 10 + 1 + each % 6))
            say(sent=each, submission=data.hex())
            waiting.append((each, ledger.submit(data)))
        for each, future in waiting:
            leaf = future.result()
            say(acknowledged=each, leaf=leaf, receipt=ledger.prover.promise(leaf).receipt.hex())
    ledger.close()


if __name__ == "__main__":
    main()
