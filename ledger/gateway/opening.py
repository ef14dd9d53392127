"""From options to a gateway that runs: its folder, whose keys it holds, the ledger that it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Error as SqliteError
from sqlite3 import connect

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.clock import milliseconds
from ledger.gateway.batching import Limits
from ledger.gateway.door import Door
from ledger.gateway.gateway import Chore, Gateway, Setting
from ledger.gateway.randomness import RandomPool
from ledger.gateway.receipts import ReceiptChecker, Redeemer
from ledger.gateway.resolving import Resolver
from ledger.gateway.sending import Check, Sender
from ledger.gateway.store import Store
from ledger.signing.signer import Signer
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.checkpoint import parse_signed_checkpoint

_QUICK = Patience(attempts=2, most=1.0)  # whoever asks beside the sending thread does not wait long


@dataclass(frozen=True, slots=True)
class Options:
    """What a gateway is opened with.

    Attributes:
        folder: its own.
        url: of the ledger's service.
        senders: whose events it signs; the first is meant where none is named.
        types: event types by name.
        policy: the ledger that is trusted; None to check no receipt and believe nobody's handles.
        request_key: signs questions to the ledger; None to ask none that are reserved.
        audience: the ledger's origin; None for the folder's, else that of the ledger's checkpoint.
        most: events that may be open at once.
        limits: of batches.
    """

    folder: Path
    url: str
    senders: Sequence[Sender]
    types: Mapping[str, EventType]
    policy: TrustPolicy | None = None
    request_key: Signer | None = None
    audience: str | None = None
    most: int = 100_000
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Opened:
    """A gateway, and who looks after handles and receipts; None where there is no policy to check by."""

    gateway: Gateway
    resolver: Resolver | None
    redeemer: Redeemer | None


def open_gateway(options: Options) -> Opened:
    """Return a gateway that is not started yet.

    Raises:
        SetupError: the folder is another gateway's or ledger's, or held.
        UnreachableError: the folder is new, and the ledger cannot be asked for its name.
    """
    client = LedgerClient(options.url, patience=_QUICK, request_key=options.request_key)
    origin = options.audience or _origin_of(options.folder) or parse_signed_checkpoint(client.checkpoint())[0].origin
    check: Check = ReceiptChecker(client, options.policy) if options.policy else _believe
    chores: list[Chore] = []
    setting = Setting(
        senders={each.uri: each for each in options.senders}, types=options.types, origin=origin,
        random=RandomPool(), clock=milliseconds, most=options.most, limits=options.limits, chores=chores,
    )  # fmt: skip
    store = Store(options.folder, origin=origin)
    gateway = Gateway(store, setting, client=client, door=Door(options.url), check=check)
    redeemer = Redeemer(store, client, options.policy) if options.policy else None
    resolver = None
    if options.policy:
        resolver = Resolver(gateway, client, options.policy, clock=milliseconds)
    if resolver and options.request_key:
        chores.append(resolver.turn)
    if redeemer:
        chores.append(redeemer.turn)
    return Opened(gateway, resolver, redeemer)


def _origin_of(folder: Path) -> str | None:
    """Return the ledger that a folder's queue is for, None for a new folder."""
    path = folder / "gateway.db"
    if not path.exists():
        return None
    try:
        connection = connect(f"file:{path}?mode=ro", uri=True)
        try:
            row = connection.execute("SELECT value FROM meta WHERE name = 'origin'").fetchone()
        finally:
            connection.close()
    except SqliteError:
        return None  # a start that a crash cut short
    return str(row[0]) if row else None


def _believe(_statement: bytes, _receipt: bytes) -> None:
    """Take a receipt as it comes."""
