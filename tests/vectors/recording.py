"""What is recorded once, and never written over: files of which the recipes of vectors start."""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.vectors.recipe import ROOT

FILES = ROOT / "files"


def record_once(record: Callable[[Path], dict[str, bytes]], about: str) -> int:
    """Record files beside those that are there, unless the one that says what they are is; return the exit code.

    Args:
        record: makes files by name, in an empty folder.
        about: one of these names.
    """
    if (FILES / about).exists():
        sys.stderr.write(f"{FILES / about} is there already; nothing was written\n")
        return 1
    with TemporaryDirectory() as folder:
        files = record(Path(folder))
    FILES.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (FILES / name).write_bytes(content)
    return 0
