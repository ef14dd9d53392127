"""`init`, `migrate`, `backup`: commands over a ledger's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from ledger.backup import back_up
from ledger.cli.options import AsJson, Lang, PassphraseEnv, PassphraseFile, Quiet, argument, option
from ledger.cli.passphrases import read_passphrase
from ledger.cli.speaking import Voice, door
from ledger.opening import LedgerFolder, create_ledger, migrate_ledger

_Folder = Annotated[Path, argument("help.folder", "DIR")]


@door
def init(  # noqa: PLR0913 - a command's options
    folder: _Folder,
    origin: Annotated[str, option("--origin", text="help.origin", metavar="NAME")],
    *,
    guard: Annotated[Path | None, option("--guard", text="help.guard", metavar="FILE")] = None,
    passphrase_env: PassphraseEnv = None,
    passphrase_file: PassphraseFile = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a new ledger; print what a charter must name."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    passphrase = read_passphrase(voice, passphrase_env, passphrase_file, new=True)
    public = create_ledger(folder, origin, passphrase, guard=guard)
    made = LedgerFolder(folder)
    voice.tell("init.done", folder=str(folder), guard=str(guard or made.usual_guard), public=str(made.public))
    voice.data(public, public["policy"].splitlines())


@door
def migrate(folder: _Folder, *, lang: Lang = None, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Bring a database to this version's tables."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    migrate_ledger(folder)
    voice.data({"folder": str(folder)}, [voice.say("migrate.done", folder=str(folder))])


@door
def backup(
    folder: _Folder,
    destination: Annotated[Path, argument("help.destination", "DEST")],
    *,
    keys: Annotated[bool, option("--keys", text="help.keys")] = False,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Copy a ledger, also while it runs."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    made = back_up(folder, destination, keys=keys)
    answer = {"origin": made.origin, "size": made.size, "root": made.root, "time": made.time}
    voice.data(answer, [voice.say("backup.done", size=made.size, folder=str(destination))])
