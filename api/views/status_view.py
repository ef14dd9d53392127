"""The ledger's status: checkpoint, seals, witnesses, evidence; as JSON, and as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from statistics import median
from typing import Any

from api.evidence import Held
from api.texts import text
from api.views.words import beijing_time, iso_time
from ledger.errors import UnknownError
from ledger.ledger import Ledger
from ledger.store.interface import Reader, StoredSeal
from ledger.witnessing.lag import witness_lags
from verifier.primitives.base64strict import format_base64
from verifier.primitives.checkpoint import parse_signed_checkpoint

_SEALS = 33  # seals that are looked at for the time between two
_UNITS = (("days", 86_400_000), ("hours", 3_600_000), ("minutes", 60_000), ("seconds", 1000))


def status_json(ledger: Ledger, evidence: Sequence[Held], now: int, lang: str) -> dict[str, Any]:
    """Return the status as this server sees it; `now` in milliseconds since 1970.

    Times are milliseconds since 1970, but for `cosigned`, which is in seconds as the witness signed it. Before the
    founding `checkpoint` and `seal` are null.
    """
    head = ledger.head
    charter = head.replay.registry.charter_in_force(head.edge.size)
    with ledger.read() as reader:
        published = _published(ledger)
        quorum = reader.newest_checkpoint(quorum=True)
        seals = _newest_seals(reader, published)
        return {
            "computedBy": "server",
            "origin": ledger.origin,
            "name": charter.names[lang] if charter else None,
            "time": now,
            "size": published,
            "committed": head.edge.size,
            "checkpoint": _checkpoint(ledger, published),
            "quorum": quorum.size if quorum else 0,
            "cosigned": _cosigned(ledger, reader, quorum.size) if quorum else None,
            "seal": _seal(seals[0]) if seals else None,
            "interval": _interval(seals),
            "witnesses": [asdict(each) for each in witness_lags(ledger, now)],
            "evidence": [each.told for each in evidence],
        }


def status_page(status: dict[str, Any], lang: str) -> dict[str, Any]:
    """Return what the page needs beside the JSON."""
    return {"status": status, "at": beijing_time, "iso": iso_time, "span": lambda value: spell_span(value, lang)}


def spell_span(milliseconds: int, lang: str) -> str:
    """Return a length of time in its largest whole unit."""
    for unit, size in _UNITS:
        if milliseconds >= size:
            return text(f"status.{unit}", lang, count=f"{milliseconds / size:.1f}".removesuffix(".0"))
    return text("status.milliseconds", lang, count=milliseconds)


def _published(ledger: Ledger) -> int:
    """Return the size of the published checkpoint, 0 before the first."""
    note = ledger.tiles.checkpoint()
    return parse_signed_checkpoint(note)[0].size if note else 0


def _checkpoint(ledger: Ledger, size: int) -> dict[str, Any] | None:
    """Return the checkpoint of a size, with the cosignatures known by now."""
    try:
        note = ledger.prover.checkpoint(size)
    except UnknownError:
        return None
    checkpoint, parsed = parse_signed_checkpoint(note)
    return {"size": size, "root": checkpoint.root.hex(), "lines": len(parsed.signatures), "note": note.decode()}


def _cosigned(ledger: Ledger, reader: Reader, size: int) -> dict[str, Any]:
    """Return the newest checkpoint that its witnesses' quorum cosigned, and the seal that it ends with."""
    seal = reader.seal(size - 1)
    return {"checkpoint": _checkpoint(ledger, size), "seal": _seal(seal) if seal else None}


def _newest_seals(reader: Reader, size: int) -> list[StoredSeal]:
    """Return the newest seals below a size at which a block ended, the newest first."""
    seals: list[StoredSeal] = []
    leaf = size - 1
    while leaf >= 0 and len(seals) < _SEALS and (seal := reader.seal(leaf)):
        seals.append(seal)
        leaf = seal.first - 1
    return seals


def _seal(seal: StoredSeal) -> dict[str, Any]:
    return {"leaf": seal.leaf, "first": seal.first, "time": seal.time, "entry": format_base64(seal.entry)}


def _interval(seals: Sequence[StoredSeal]) -> dict[str, Any] | None:
    """Return how long it took between two seals, in milliseconds; None where there is one seal at most."""
    spans = [newer.time - older.time for newer, older in pairwise(seals)]
    return {"seals": len(seals), "median": int(median(spans)), "longest": max(spans)} if spans else None
