"""JSON-LD contexts, recognised by their URL and otherwise kept as they are; none is ever fetched or processed.

An EPCIS document names the EPCIS context. Its terms are protected (JSON-LD 1.1, protected term definitions): another
context may add names for extensions, but may not give the standard's names another meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.readers.epcis.checks import describe, is_uri
from ledger.readers.epcis.event_types import PROTECTED_NAMES
from ledger.readers.epcis.lossless_json import format_lossless
from verifier.errors import MalformedError, TooLargeError

MAX_CONTEXT = 8_192  # bytes; it is repeated in the source of every event
EPCIS_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
EPCIS_CONTEXTS = frozenset(
    {
        EPCIS_CONTEXT,
        "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        "https://gs1.github.io/EPCIS/epcis-context.jsonld",
    }
)
_CBV_MASTER_DATA = "urn:epcglobal:cbv:mda"


def read_contexts(value: Any, what: str, *, inherited: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """Return contexts as a flat tuple, those of the document before those of the event.

    Raises:
        TooLargeError: together more than 8 KiB.
        MalformedError: no EPCIS context among them, no contexts at all, one twice, or one that redefines a name.
    """
    own = tuple(value) if isinstance(value, list) else (value,)
    contexts = inherited + own
    for place, each in enumerate(own):
        where = f"{what}[{place}]" if isinstance(value, list) else what
        if isinstance(each, dict):
            _require_own_names(each, where)
        elif not isinstance(each, str) or not is_uri(each):
            raise MalformedError(where, came=describe(each), expected="the URL of a context, or definitions of names")
    if not EPCIS_CONTEXTS & {each for each in contexts if isinstance(each, str)}:
        raise MalformedError(what, came="no EPCIS 2.0 context", expected=f"among others {EPCIS_CONTEXT}")
    if len({format_lossless(each) for each in own}) < len(own):
        raise MalformedError(what, came="one twice", expected="each context once")
    if (size := len(format_lossless(list(contexts)))) > MAX_CONTEXT:
        raise TooLargeError(what, came=f"{size} bytes", expected=f"at most {MAX_CONTEXT}")
    return contexts


def has_standard_master_data(contexts: Sequence[Any]) -> bool:
    """Return whether the prefix `cbvmda` has the meaning that the EPCIS context gives it."""
    given = [each["cbvmda"] for each in contexts if isinstance(each, dict) and "cbvmda" in each]
    return all(isinstance(each, str) and each.rstrip("#:/") == _CBV_MASTER_DATA for each in given)


def _require_own_names(definitions: dict[str, Any], what: str) -> None:
    if taken := sorted(PROTECTED_NAMES & definitions.keys()):
        raise MalformedError(
            what, came=f"a definition of {taken[0]}", expected="only names of your own; it is protected"
        )
