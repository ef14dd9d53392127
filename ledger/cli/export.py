"""`export`: what an auditor takes home."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.holder import read_voice
from ledger.cli.options import sharing
from ledger.cli.speaking import Voice, door
from ledger.cli.texts import default_language
from ledger.export.export import export_ledger
from ledger.store.opening import open_store
from verifier.texts.audits import tell

_LANGUAGE = default_language()


@door
@sharing(read_voice)
def export(
    voice: Voice,
    folder: Annotated[Path, typer.Argument(help=tell("export.folder", _LANGUAGE), metavar="DIR")],
    destination: Annotated[Path, typer.Argument(help=tell("export.destination", _LANGUAGE), metavar="DEST")],
    *,
    bodies: Annotated[bool, typer.Option("--bodies/--no-bodies", help=tell("export.bodies", _LANGUAGE))] = True,
    size: Annotated[int | None, typer.Option("--size", help=tell("export.size", _LANGUAGE), metavar="N", min=1)] = None,
) -> None:
    """Write a ledger's log, heads and bodies as files, also while it runs."""
    store = open_store(folder, writable=False)
    try:
        with store.read() as reader:
            manifest = export_ledger(reader, destination, size=size, bodies=bodies)
    finally:
        store.close()
    counts = {name: getattr(manifest, name) for name in ("size", "bundles", "tiles", "batches", "events")}
    voice.data(asdict(manifest), [tell("export.done", voice.lang, folder=str(destination), **counts)])
