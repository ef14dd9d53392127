"""What the commands over a witness's signed word share: its file, its key, and an answer as JSON or in lines."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from verifier.cli.files import read_file
from verifier.cli.speaking import show, spell_json
from verifier.primitives.note import NoteKey, parse_vkey
from verifier.rendering import plain

_Notice = TypeVar("_Notice")


def add_notice_options(parser: argparse.ArgumentParser, metavar: str) -> None:
    """Add the file of a notice, the key that it is verified by, and how to answer."""
    parser.add_argument("file", metavar=metavar)
    parser.add_argument("--key", required=True, metavar="VKEY", help="the witness's key for notices, had from itself")
    parser.add_argument("--json", action="store_true", help="answer as JSON")


def run_notice(
    options: argparse.Namespace,
    verify: Callable[[bytes, NoteKey], _Notice],
    answer: Callable[[_Notice, str], dict[str, Any]],
    lines: Callable[[_Notice, str, str], Sequence[str]],
) -> int:
    """Verify a notice and tell what it says; 0 means that this witness said so, whatever it says.

    Args:
        options: as `add_notice_options` has them, and the language.
        verify: returns what a file says, or raises.
        answer: tells it to programs; given the witness's name.
        lines: tells it to people; given the witness's name and the language.
    """
    key = parse_vkey(options.key, "--key")
    found = verify(read_file(options.file), key)
    if options.json:
        print(spell_json(answer(found, key.name)))
    else:
        show("\n".join(plain(line) for line in lines(found, key.name, options.lang)))
    return 0
