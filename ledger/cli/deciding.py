"""From options to a decision and to the events it is about: words, terms, conditions; names, files, inboxes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ledger.client.client import LedgerClient
from ledger.client.drafts import parse_time
from ledger.endorsing.endorse import Decision, Text
from ledger.endorsing.queue import read_inbox
from ledger.endorsing.statements import Named
from ledger.errors import SetupError
from verifier.errors import MalformedError
from verifier.primitives.base64strict import parse_hash_hex

_BETWEEN = "|"  # between Chinese and English


def decision_of(verb: str, *, reason: str | None, conditions: Sequence[str], until: str | None) -> Decision:
    """Return the decision that options make.

    Args:
        verb: one of `ledger.endorsing.endorse.VERBS`.
        reason: Chinese and English with `|` between, or one text for both.
        conditions: the same, each.
        until: an RFC 3339 time with its zone, or milliseconds since 1970.

    Raises:
        MalformedError: the option named.
    """
    term = None if until is None else parse_time(int(until) if until.isdecimal() else until, "--until")
    said = None if reason is None else _text(reason, "--reason")
    return Decision(verb, said, tuple(_text(each, "--condition") for each in conditions), term)


def _text(value: str, what: str) -> Text:
    zh, between, en = (part.strip() for part in value.partition(_BETWEEN))
    if not zh or (between and not en):
        raise MalformedError(what, came=value, expected="a text, or Chinese | English")
    return {"zh": zh, "en": en or zh}


def names_of(
    client: LedgerClient,
    agency: str,
    *,
    name: str | None,
    file: Path | None,
    types: Sequence[str] | None,
    from_inbox: bool,
) -> dict[bytes, Named]:
    """Return the names of the events that are meant, each with what an inbox says of it.

    Raises:
        MalformedError: nothing, or more than one way, says which; or a name of another shape.
        SetupError: a file that cannot be read.
    """
    inbox = from_inbox or bool(types)
    if [name is not None, file is not None, inbox].count(True) != 1:
        raise MalformedError("EVENT", came="none, or too many", expected="EVENT, --file, or --from-inbox (--filter)")
    if name is not None:
        return {parse_hash_hex(name, "EVENT"): Named()}
    if file is not None:
        return {parse_hash_hex(each, str(file)): Named() for each in _lines(file)}
    return {each.name: Named(each.subjects, each.leaf) for each in read_inbox(client, agency, types=types or ())}


def _lines(path: Path) -> list[str]:
    """Return the names in a file: one a line, what follows a `#` is for people."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(str(path), came=str(error), expected="a readable file of names") from error
    found = [stripped for line in text.splitlines() if (stripped := line.partition("#")[0].strip())]
    if not found:
        raise MalformedError(str(path), came="no names", expected="names of events, one a line")
    return found
