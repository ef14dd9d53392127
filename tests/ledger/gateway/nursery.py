"""`python -m tests.ledger.gateway.nursery`: forks gateways that run until a failpoint, or their work, ends them.

Everything is imported once. The first line of standard input says whose keys there are; each line after it is one
run: `{"url", "folder", "messages", "point", "count"}`. Answers are exit codes.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import traceback
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fixtures.zone.actors import all_types
from ledger import failpoints
from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.gateway.batching import Limits
from ledger.gateway.door import Door
from ledger.gateway.gateway import Gateway, Setting
from ledger.gateway.intake import read_ceb, read_drafts
from ledger.gateway.sending import Sender
from ledger.gateway.store import Store
from ledger.readers.ceb import Facts
from ledger.signing.signer import MemorySigner
from tests.world import ORIGIN, now

TYPES = all_types()


def main() -> None:
    """Answer runs until standard input ends."""
    keys = {
        uri: (MemorySigner(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(raw))), Path(numbers))
        for uri, (raw, numbers) in json.loads(sys.stdin.readline()).items()
    }
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 99
            try:
                code = run(keys, **json.loads(line))
            except BaseException:  # noqa: BLE001 - a child ends here, whatever it was
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)


def run(keys, *, url: str, folder: str, messages: str, point: str, count: int) -> int:
    """Hand every message of a folder over, one transaction each few, and wait until the ledger has answered all."""
    failpoints._name, failpoints._left = point, count
    senders = {uri: Sender(uri, signer, numbers) for uri, (signer, numbers) in keys.items()}
    setting = Setting(senders=senders, types=TYPES, origin=ORIGIN, random=secrets.token_bytes, clock=now,
                      limits=Limits(count=16, period=0.01))  # fmt: skip
    client = LedgerClient(url, patience=Patience(attempts=1))
    gateway = Gateway(Store(Path(folder), origin=ORIGIN), setting, client=client, door=Door(url), check=lambda *_: None)
    gateway.start()
    waiting = [
        (path, gateway.take(read(path), path.read_bytes().partition(b"\n")[0].decode()))
        for path in sorted(Path(messages).iterdir())
    ]
    with (Path(folder).parent / "answered").open("a") as answered:
        for path, future in waiting:
            future.result(30)
            answered.write(f"{path.name}\n")
            answered.flush()
    idle = gateway.wait_idle(30)
    gateway.close()
    return 0 if idle and gateway.fault is None else 97


def read(path: Path):
    """Read a file: the sender's URI, whom an order goes to, then the message or drafts."""
    _sender, to, data = path.read_bytes().split(b"\n", 2)
    if data.startswith((b"{", b"[")):
        return read_drafts(data, 1_770_000_000_000)
    return read_ceb(data, facts=Facts(to=to.decode() or None))


if __name__ == "__main__":
    main()
