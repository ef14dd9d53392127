"""Records a promise file, once: `python -m tests.vectors.record_promise`. Nothing is written over.

It is what a public desk hands to somebody who complains. `v1/files/promises.json` says whom it is proved to.
"""

import json
import sys
import time
from hashlib import sha256
from pathlib import Path

from ledger.publicdesk.lodging import COMPLAINT, make_lodged
from tests.ledger.publicdesk.counter import close_counter, open_counter
from tests.vectors.recording import record_once
from tests.world import PRODUCT
from verifier.ledgerformat.trust_policy import format_trust_policy


def record(root: Path) -> dict[str, bytes]:
    """Return the files by name."""
    counter = open_counter(root / "zone")
    desk = counter.desk(root / "desk")
    claim = sha256(b"an invented one!").digest()
    lodged = make_lodged(
        COMPLAINT, goods=PRODUCT, category="quality", text="an invented complaint", contact="", claim=claim
    )
    _, promise = desk.lodge(lodged)
    policy = format_trust_policy(counter.world.standpoint().policy).decode()
    about = {"policy": policy, "time": int(time.time())}
    desk.close()
    close_counter(counter)
    return {"complaint.promise": promise or b"", "promises.json": (json.dumps(about, indent=1) + "\n").encode()}


if __name__ == "__main__":
    sys.exit(record_once(record, "promises.json"))
