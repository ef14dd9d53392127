"""What a witness shows: `GET /<hex sha256(origin)>/checkpoint` (C2SP tlog-witness, monitoring prefix).

Whoever asks learns the newest checkpoint that this witness cosigned, whatever the ledger says.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from ledger.witness.serve.server import Door, Reply, Request, WitnessServer
from ledger.witness.store import WitnessReader


class Monitor(WitnessServer):
    """The server beside a running witness: this door first, then others."""

    def __init__(self, address: str, store: WitnessReader, doors: Sequence[Door] = ()) -> None:
        """Listen on `host:port`; port 0 takes any free one.

        Raises:
            MalformedError: no such address.
            SetupError: it cannot be listened on.
        """
        super().__init__(address, [monitor_door(store), *doors])


def monitor_door(store: WitnessReader) -> Door:
    """Return the door that shows what was cosigned last, of each origin."""

    def answer(request: Request) -> Reply | None:
        asked, _, rest = request.path.removeprefix("/").partition("/")
        if request.method != "GET" or rest != "checkpoint":
            return None
        origin = origin_of(asked, store.origins())
        newest = store.newest(origin) if origin else None
        return Reply(200, newest.whole) if newest else None

    return Door(answer)


def origin_of(asked: str, origins: Sequence[str]) -> str | None:
    """Return the origin whose SHA-256 stands in a path, in hexadecimal; None where it is none of these."""
    return next((each for each in origins if sha256(each.encode()).hexdigest() == asked), None)
