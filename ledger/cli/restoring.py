"""`restore`: what was promised since a backup, fetched back byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from ledger.cli.holder import Holder, read_holder
from ledger.cli.options import RequestKey, argument, option, sharing
from ledger.cli.speaking import door
from ledger.client.client import LedgerClient
from ledger.restore.restoring import restore_ledger
from ledger.restore.sources import BlockSource, FolderSource, ServerSource


@door
@sharing(read_holder)
def restore(  # noqa: PLR0913 - a command's options
    holder: Holder,
    folder: Annotated[Path, argument("help.folder", "DIR")],
    origin: Annotated[str, option("--from", text="help.restore-from", metavar="URL|DIR")],
    *,
    submissions: Annotated[
        list[Path] | None, option("--submissions", text="help.restore-submissions", metavar="DIR")
    ] = None,
    guard: Annotated[str | None, option("--guard", text="help.guard", metavar="FILE|s3://…")] = None,
    incomplete: Annotated[bool, option("--incomplete", text="help.restore-incomplete")] = False,
    database: Annotated[str | None, option("--database", text="help.database", metavar="URL")] = None,
    request_key: RequestKey = None,
) -> None:
    """Import the blocks that an older copy of a ledger's database lacks."""
    voice = holder.voice
    source = _source(holder, origin, request_key)
    came = restore_ledger(
        folder,
        holder.passphrase(),
        source,
        guard=guard,
        submissions=submissions or (),
        incomplete=incomplete,
        database=database,
    )
    counts = {"before": came.before, "size": came.size, "blocks": came.blocks, "without": came.without}
    lines = [voice.say("restore.done", folder=str(folder), **counts)]
    if came.without:
        lines.append(voice.say("restore.without", count=came.without))
    voice.data({"folder": str(folder), "root": came.root.hex(), **counts}, lines)


def _source(holder: Holder, origin: str, request_key: str | None) -> BlockSource:
    if origin.startswith(("http://", "https://")):
        return ServerSource(LedgerClient(origin, request_key=holder.request_key(request_key)))
    return FolderSource(Path(origin))
