"""The door `GET /mirror/<hex sha256(origin)>/…`: the paths of an export, and `cosigned`; nothing else of the disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from ledger.witness.serve.server import TEXT, Door, Reply, Request

_NUMBER = r"(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[0-9]{1,3})?"
_PUBLIC = re.compile(rf"checkpoint|cosigned|charter|manifest\.json|tile/[0-9]{{1,2}}/{_NUMBER}")
_RESERVED = re.compile(rf"tile/entries/{_NUMBER}|batches/(?:0|[1-9][0-9]{{0,15}})")
_KINDS = {"checkpoint": TEXT, "cosigned": TEXT, "manifest.json": "application/json"}
_PREFIX = "/mirror/"


def mirror_door(folders: Callable[[], Sequence[Path]], *, open_reads: bool) -> Door:
    """Return the door.

    Args:
        folders: the copies; each one's name is the hash of its ledger's.
        open_reads: whether entries, heads and bodies are open to everybody, as `SUYUAN_OPEN_READS` says it of a ledger.
    """

    def answer(request: Request) -> Reply | None:
        if request.method != "GET" or not request.path.startswith(_PREFIX):
            return None
        name, _, path = request.path.removeprefix(_PREFIX).partition("/")
        folder = next((each for each in folders() if each.name == name), None)
        if folder is None:
            return None
        if _RESERVED.fullmatch(path):
            return _file(folder, path) if open_reads else Reply(403, b"reserved: this mirror does not open it\n")
        return _file(folder, path) if _PUBLIC.fullmatch(path) else None

    return Door(answer)


def _file(folder: Path, path: str) -> Reply | None:
    try:
        return Reply(200, (folder / path).read_bytes(), _KINDS.get(path, "application/octet-stream"))
    except (FileNotFoundError, NotADirectoryError):
        return None
