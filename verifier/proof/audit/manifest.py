"""The manifest of an exported folder: what it holds, in figures that an audit compares with what it found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from verifier.errors import MalformedError, MismatchError
from verifier.primitives.strict_json import parse_json

WORD = "suyuan export v1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export holds.

    Attributes:
        origin: the ledger.
        size: leaves of its checkpoint.
        root: the checkpoint's root, hex.
        tiles: hash tiles.
        bundles: entry bundles.
        batches: batch answers.
        events: events in them.
        bodies: `all`, or `public` where bodies for parties and agencies only were left out.
    """

    origin: str
    size: int
    root: str
    tiles: int
    bundles: int
    batches: int
    events: int
    bodies: str


def format_manifest(manifest: Manifest) -> bytes:
    """Return the manifest's one spelling."""
    return (json.dumps({"format": WORD, **asdict(manifest)}, ensure_ascii=False, indent=2) + "\n").encode()


def parse_manifest(data: bytes) -> Manifest:
    """Return the manifest that these bytes spell.

    Raises:
        MalformedError: another format or spelling.
    """
    value = parse_json(data, "manifest")
    if not isinstance(value, dict) or value.pop("format", None) != WORD:
        raise MalformedError("manifest", came="another format", expected=WORD)
    try:
        manifest = Manifest(**value)
    except TypeError:
        raise MalformedError("manifest", came=f"members {sorted(value)}", expected="those of an export") from None
    if format_manifest(manifest) != data:
        raise MalformedError("manifest", came="another spelling", expected="the one that `suyuan export` writes")
    return manifest


def check_manifest(manifest: Manifest, *, origin: str, size: int, root: bytes, counts: Mapping[str, int]) -> None:
    """Return if a manifest says what a whole audit of its folder counted; raise MismatchError if not."""
    found = Manifest(
        origin=origin,
        size=size,
        root=root.hex(),
        tiles=counts["tiles"],
        bundles=counts["bundles"],
        batches=counts["batches"],
        events=counts["events"],
        bodies="public" if counts.get("bodies.restricted") else manifest.bodies,
    )
    if manifest != found or manifest.bodies not in ("all", "public"):
        raise MismatchError("manifest", came=asdict(manifest), expected=str(asdict(found)))
