"""`demo`: a whole zone on this machine, for whoever wants to see what a proof says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.ports import require_free
from fixtures.demo.telling import demonstrate
from fixtures.demo.texts import tell
from ledger.cli.options import Lang
from ledger.cli.speaking import Voice, door
from ledger.cli.texts import default_language

HOST = "127.0.0.1"
_LANGUAGE = default_language()


@door
def demo(
    *,
    port: Annotated[int, typer.Option("--port", help=tell("help.port", _LANGUAGE), min=1, max=65_535)] = 8000,
    folder: Annotated[Path, typer.Option("--folder", help=tell("help.folder", _LANGUAGE))] = Path("build/demo"),
    serve: Annotated[bool, typer.Option("--serve", help=tell("help.serve", _LANGUAGE))] = False,
    parcels: Annotated[int, typer.Option("--parcels", help=tell("help.parcels", _LANGUAGE), min=0)] = 0,
    lang: Lang = None,
) -> None:
    """Found a zone, tell a parcel's life, verify it."""
    voice = Voice(lang, as_json=False, quiet=False)
    require_free(HOST, port)

    def server(at: int) -> tuple[str, ...]:
        return "api.cli", "serve", "--host", HOST, "--port", str(at), "--open-reads", "--lang", voice.lang

    desk = ("api.cli", "desk", "--lang", voice.lang)
    takeaway = demonstrate(
        folder, f"http://{HOST}:{port}", server, voice.lang, desk=desk, counter=("api.cli", "public-desk"), serve=serve,
        parcels=parcels,
    )  # fmt: skip
    if takeaway.verdict.exit_code:
        raise typer.Exit(takeaway.verdict.exit_code)
