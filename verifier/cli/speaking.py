"""What leaves on standard output and error: signs that a terminal shows, and none that it obeys."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any, TextIO

from verifier.rendering import plain

EXIT_CLOSED = 141  # as the shell has it for a program whose reader went away (128 + SIGPIPE)


def spell_json(answer: Any) -> str:
    """Return JSON with the same values in which signs that are not printable are written as escapes."""
    spelt = json.dumps(answer, ensure_ascii=False, indent=2)
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in spelt)


def show(told: str) -> None:
    """Print lines on standard output."""
    print("\n".join(plain(line) for line in told.split("\n")))


def complain(told: str) -> None:
    """Print one line on standard error."""
    print(plain(told), file=sys.stderr)


def prepare() -> None:
    """Let signs that the locale cannot write come out as escapes, rather than end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def let_go(stream: TextIO) -> None:
    """Let nothing more be written to a stream whose reader went away, not even when the program ends."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, stream.fileno())
    finally:
        os.close(nothing)
