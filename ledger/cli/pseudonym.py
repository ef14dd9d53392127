"""`pseudonym new`, `show`, `claim`, `quota`: subjects that an agency's key stands for, and nobody can trace back.

Numbers come from a file or standard input, one a line, and go nowhere: no answer and no error holds one. On the command
line they are refused, since other people's programs can read that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from ledger.cli.holder import Holder, read_holder
from ledger.cli.options import argument, help_of, option, sharing
from ledger.cli.speaking import Voice, door
from ledger.errors import KeyFileError
from ledger.trade.pseudonym_file import load_pseudonym_key, save_pseudonym_key
from ledger.trade.pseudonyms import PseudonymKey, Use, draw_key
from verifier.errors import MalformedError

pseudonym = typer.Typer(help=help_of("pseudonym"), no_args_is_help=True)
MAX_BYTES = 64 << 20
_Key = Annotated[Path, argument("help.pseudonym-key", "KEY")]
_From = Annotated[str, option("--from", text="help.pseudonym-from", metavar="FILE|-")]
# What a shell splits off is taken in, so that it can be refused without being repeated.
_OTHERS = {"allow_extra_args": True, "ignore_unknown_options": True}


@pseudonym.command("new", help=help_of("pseudonym.new"))
@door
@sharing(read_holder)
def new(
    holder: Holder,
    file: Annotated[Path, argument("help.pseudonym-file", "FILE")],
    *,
    agency: Annotated[str, option("--agency", text="help.pseudonym-agency", metavar="URI")],
    use: Annotated[str, option("--use", text="help.pseudonym-use", metavar="claim|quota")],
    year: Annotated[int | None, option("--year", text="help.pseudonym-year")] = None,
    dry_run: Annotated[bool, option("--dry-run", text="help.key-dry-run")] = False,
) -> None:
    """Make a new key for pseudonyms."""
    key = draw_key(agency, cast("Use", use), year, random=os.urandom)
    if file.exists():
        raise KeyFileError(str(file), came="a file that is there already", expected="a new file")
    if dry_run:
        holder.voice.tell("key.dry-run", place=str(file))
    else:
        save_pseudonym_key(file, key, holder.passphrase(new=True), random=os.urandom)
        holder.voice.tell("pseudonym.made", place=str(file))
    _tell(holder.voice, key)


@pseudonym.command("show", help=help_of("pseudonym.show"))
@door
@sharing(read_holder)
def show(
    holder: Holder,
    key: _Key,
) -> None:
    """Show what is public of a key."""
    _tell(holder.voice, load_pseudonym_key(key, holder.passphrase()))


@pseudonym.command("claim", help=help_of("pseudonym.claim"), context_settings=_OTHERS)
@door
@sharing(read_holder)
def claim(
    holder: Holder,
    context: typer.Context,
    key: _Key,
    *,
    class_: Annotated[str, option("--class", text="help.pseudonym-class", metavar="LABEL")],
    source: _From = "-",
) -> None:
    """Name claims: one number a line."""
    _refuse_more(context)
    names = load_pseudonym_key(key, holder.passphrase())
    _name(holder.voice, source, lambda line: names.name_claim(class_=class_, number=line))


@pseudonym.command("quota", help=help_of("pseudonym.quota"), context_settings=_OTHERS)
@door
@sharing(read_holder)
def quota(
    holder: Holder,
    context: typer.Context,
    key: _Key,
    *,
    source: _From = "-",
) -> None:
    """Name buyers' quotas: type and number of the document of identity, one buyer a line."""
    _refuse_more(context)
    names = load_pseudonym_key(key, holder.passphrase())

    def name(line: str) -> str:
        id_type, _, id_number = line.strip().replace("\t", " ").partition(" ")
        return names.name_quota(id_type=id_type, id_number=id_number)

    _name(holder.voice, source, name)


def _name(voice: Voice, source: str, name: Callable[[str], str]) -> None:
    """Answer with the subject of each line, in order; all of them, or none where one line is wrong."""
    subjects = []
    for place, line in enumerate(_lines(source), 1):
        try:
            subjects.append(name(line))
        except MalformedError as error:
            raise MalformedError(f"line {place}: {error.field}", came=error.came, expected=error.expected) from None
    voice.data({"subjects": subjects}, subjects)


def _lines(source: str) -> list[str]:
    try:
        content = sys.stdin.buffer.read(MAX_BYTES + 1) if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise MalformedError("--from", came=error.strerror, expected="a readable file, or - ") from error
    if len(content) > MAX_BYTES:
        raise MalformedError("--from", came="more", expected=f"at most {MAX_BYTES} bytes at once")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise MalformedError("--from", came=f"byte {error.start}", expected="UTF-8") from None
    if not lines:
        raise MalformedError("--from", came="nothing", expected="one number a line")
    return lines


def _refuse_more(context: typer.Context) -> None:
    if context.args:
        todo = "Others can read a command line, and a shell keeps it: clear its history."
        expected = "numbers on standard input, or in the file of --from"
        raise MalformedError("arguments", came=f"{len(context.args)} more", expected=expected, todo=todo)


def _tell(voice: Voice, key: PseudonymKey) -> None:
    answer: dict[str, Any] = {"agency": key.agency, "use": key.use, "year": key.year}
    voice.data(answer, [f"{name}: {value}" for name, value in answer.items() if value is not None])
