"""`init`, `migrate`, `backup`: commands over a ledger's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from ledger.backup import back_up
from ledger.cli.holder import Holder, read_holder, read_voice
from ledger.cli.options import argument, option, sharing
from ledger.cli.speaking import Voice, door
from ledger.opening import LedgerFolder, create_ledger, migrate_ledger

_Folder = Annotated[Path, argument("help.folder", "DIR")]


@door
@sharing(read_holder)
def init(
    holder: Holder,
    folder: _Folder,
    origin: Annotated[str, option("--origin", text="help.origin", metavar="NAME")],
    *,
    guard: Annotated[str | None, option("--guard", text="help.guard", metavar="FILE|s3://…")] = None,
    tiles: Annotated[str | None, option("--tiles", text="help.tiles", metavar="DIR|s3://…")] = None,
    database: Annotated[str | None, option("--database", text="help.new-database", metavar="URL")] = None,
) -> None:
    """Make a new ledger; print what a charter must name."""
    voice = holder.voice
    passphrase = holder.passphrase(new=True)
    public = create_ledger(folder, origin, passphrase, guard=guard, tiles=tiles, database=database)
    made = LedgerFolder(folder)
    voice.tell("init.done", folder=str(folder), guard=str(guard or made.usual_guard), public=str(made.public))
    voice.data(public, public["policy"].splitlines())


@door
@sharing(read_voice)
def migrate(voice: Voice, folder: _Folder) -> None:
    """Bring a database to this version's tables."""
    migrate_ledger(folder)
    voice.data({"folder": str(folder)}, [voice.say("migrate.done", folder=str(folder))])


@door
@sharing(read_voice)
def backup(
    voice: Voice,
    folder: _Folder,
    destination: Annotated[Path, argument("help.destination", "DEST")],
    *,
    keys: Annotated[bool, option("--keys", text="help.keys")] = False,
) -> None:
    """Copy a ledger, also while it runs."""
    made = back_up(folder, destination, keys=keys)
    answer = {"origin": made.origin, "size": made.size, "root": made.root, "time": made.time}
    voice.data(answer, [voice.say("backup.done", size=made.size, folder=str(destination))])
