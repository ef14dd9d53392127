"""Which readings of a typed text the ledger has something of, and where their pages are.

Nothing is looked at but what everybody may ask for anyway: public histories, names of events, identities. A private
number is no subject and stands in no name, so nobody finds out here whether it was recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from api.digital_link import path_of
from api.search.readings import EVENT, LEAF, STATEMENT, SUBJECT, Reading
from ledger.ledger import Ledger
from ledger.store.interface import Reader
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.subject import form_of, subject_name

_OPEN_KINDS = ("trace", "recall", "registry", "list")  # as /trace and /histories show them to everybody


@dataclass(frozen=True, slots=True)
class Found:
    """A reading, and what there is of it.

    Attributes:
        reading: how the text was read.
        form: what that is: a form of subjects, `event`, `statement` or `leaf`.
        recorded: whether the ledger has something of it that is open to everybody.
        path: of its page, without a language.
        absence: the address of the proof that nothing is recorded; None where the index proves no absence.
    """

    reading: Reading
    form: str
    recorded: bool
    path: str
    absence: str | None


def find(ledger: Ledger, readings: Sequence[Reading]) -> tuple[Found, ...]:
    """Return what the ledger has of each reading, up to the newest checkpoint that its witnesses cosigned."""
    with ledger.read() as reader:
        newest = reader.newest_checkpoint(quorum=True)
        size = newest.size if newest else 0
        return tuple(_find(each, reader, size) for each in readings)


def _find(reading: Reading, reader: Reader, size: int) -> Found:
    if reading.kind == SUBJECT:
        return _find_subject(reading, reader, size)
    page = "events" if reading.kind == EVENT else "statements"
    return Found(reading, reading.kind, _is_there(reading, reader, size), f"/{page}/{reading.value}", None)


def _is_there(reading: Reading, reader: Reader, size: int) -> bool:
    if reading.kind == LEAF:
        return int(reading.value) < size
    name = bytes.fromhex(reading.value)
    stored = reader.statement_by_identity(name) if reading.kind == STATEMENT else reader.find_event(name)
    return stored is not None and stored.leaf < size


def _find_subject(reading: Reading, reader: Reader, size: int) -> Found:
    name = subject_name(reading.value)
    kinds = [kind for kind in _OPEN_KINDS if reader.history_part(index_key(kind, name), size, first=0, most=1)]
    path = _path(reading.value, kinds)
    return Found(reading, form_of(reading.value), bool(kinds), path, f"{path}{_glue(path)}format=proof")


def _path(subject: str, kinds: Sequence[str]) -> str:
    """Return the page that shows a subject: of its trace, unless only the registry or a list has something of it."""
    spelt = quote(subject, safe=":")
    if kinds and kinds[0] == "registry":
        return f"/trace?subject={spelt}&walk=registry"
    if kinds and kinds[0] == "list":
        return f"/histories/list?subject={spelt}"
    return path_of(subject) or f"/trace?subject={spelt}"


def in_language(path: str, lang: str) -> str:
    """Return a path with the language that it is to be shown in."""
    return f"{path}{_glue(path)}lang={lang}"


def _glue(path: str) -> str:
    return "&" if "?" in path else "?"
