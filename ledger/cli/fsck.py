"""`fsck`: the operator's check of rows and files against the log."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.holder import read_voice
from ledger.cli.options import sharing
from ledger.cli.speaking import DONE, FALSE, Voice, door, render_error
from ledger.cli.texts import default_language
from ledger.fsck.check import Checked, check_ledger
from ledger.fsck.elsewhere import files_at_hand
from ledger.fsck.rebuild import Rebuilt, rebuild
from ledger.opening import LedgerFolder
from verifier.texts.audits import tell

_LANGUAGE = default_language()


@door
@sharing(read_voice)
def fsck(
    voice: Voice,
    folder: Annotated[Path, typer.Argument(help=tell("export.folder", _LANGUAGE), metavar="DIR")],
    *,
    anew: Annotated[bool, typer.Option("--rebuild", help=tell("fsck.rebuild", _LANGUAGE))] = False,
    guard: Annotated[Path | None, typer.Option("--guard", help=tell("fsck.guard", _LANGUAGE), metavar="FILE")] = None,
) -> None:
    """Check every row and file of a ledger against its log; name each damage."""
    parts = LedgerFolder(folder)
    rebuilt = None
    if anew:
        with files_at_hand(parts.database, parts.tiles) as tiles:
            rebuilt = rebuild(parts.database, tiles)
    with files_at_hand(parts.database, parts.tiles) as tiles:
        checked = check_ledger(parts.database, tiles, guard)
    code = FALSE if checked.damages else DONE
    voice.data(_answer(checked, rebuilt, code, voice.lang), _lines(checked, rebuilt, voice.lang))
    raise typer.Exit(code)


def _answer(checked: Checked, rebuilt: Rebuilt | None, code: int, lang: str) -> dict[str, Any]:
    return {
        "outcome": "damaged" if checked.damages else "clean",
        "exitCode": code,
        "size": checked.size,
        "events": checked.events,
        "keys": checked.keys,
        "damages": [asdict(each) for each in checked.damages],
        "more": checked.more,
        "notChecked": [{"key": each.key, "text": tell(each.key, lang, **each.values)} for each in checked.unchecked],
        "rebuilt": {"rows": rebuilt.rows, "root": rebuilt.root.hex(), "files": rebuilt.files} if rebuilt else None,
    }


def _lines(checked: Checked, rebuilt: Rebuilt | None, lang: str) -> list[str]:
    lines = []
    if rebuilt:
        rows = ", ".join(f"{table} {count}" for table, count in rebuilt.rows.items())
        lines.append(tell("fsck.rebuilt", lang, rows=rows, root=rebuilt.root.hex(), files=rebuilt.files))
    lines += [render_error(each.error, lang) for each in checked.damages]
    if checked.more:
        lines.append(tell("fsck.more", lang, count=checked.more))
    lines += [tell("fsck.unchecked", lang, what=tell(each.key, lang, **each.values)) for each in checked.unchecked]
    if checked.damages:
        return [*lines, tell("fsck.damaged", lang, count=len(checked.damages) + checked.more)]
    return [*lines, tell("fsck.clean", lang, size=checked.size, events=checked.events, keys=checked.keys)]
