"""Reference lists: is something on one, and by which version; with the address of the proof of it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path
from pydantic import WithJsonSchema
from starlette.responses import Response

from api.answers import JSON, answer_json
from api.dependencies import TheAccess, TheLedger, TheMoment
from api.openapi import problems, returns
from api.parameters import strict_query
from api.reads import history_of
from api.views.trace_json import computed_by_server, verify_trace_command
from ledger.errors import UnknownError
from ledger.trade.histories import History, history_told
from ledger.trade.listed import Presence, Version, entry_subject, presence_told, require_entry, version_told

router = APIRouter(dependencies=[Depends(strict_query)])
_KIND = "list"
_LABEL: dict[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,62}$"}
_ENTRY: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}
Label = Annotated[str, WithJsonSchema(_LABEL), Path(description="the list's label: urn:suyuan:list:{label}:meta")]
Entry = Annotated[str, WithJsonSchema(_ENTRY), Path(description="what may be on it: an HS code, an enterprise, …")]


class Lists:
    """Looks lists up for one request; they are open to everybody."""

    def __init__(self, ledger: TheLedger, access: TheAccess, moment: TheMoment) -> None:
        """Take whose lists, and who asks."""
        self._ledger, self._access, self._moment = ledger, access, moment

    def version(self, label: str) -> Version:
        """Return the version in force.

        Raises:
            UnknownError: no such list is recorded.
        """
        told = version_told(label, self._history(label, "meta"))
        if told is None:
            raise UnknownError("list", came=label, expected="the label of a list that is recorded")
        return told

    def presence(self, version: Version, stated: str) -> Presence:
        """Return whether an entry is on a list at the newest position that is proved."""
        entry = require_entry(version, stated)
        return presence_told(entry, self._history(version.label, entry), version.agency)

    def _history(self, label: str, entry: str) -> History:
        subject = entry_subject(label, entry)
        proved = history_of(self._ledger, subject, _KIND, since=0, access=self._access, moment=self._moment)
        return history_told(proved.verdict, proved.data)


@router.get(
    "/lists/{label}/{entry}",
    responses={**returns(200, "whether it is on the list, and where that is proved", JSON), **problems(400, 404, 503)},
)
def get_entry(label: Label, entry: Entry, lists: Annotated[Lists, Depends(Lists)]) -> Response:
    """Return whether something is on a reference list, by the version in force; absence is proved, too."""
    version = lists.version(label)
    return answer_json(_entry_json(version, lists.presence(version, entry)))


def _entry_json(version: Version, presence: Presence) -> dict[str, Any]:
    subject = entry_subject(version.label, presence.entry)
    event = presence.event.hex() if presence.event else None
    return {
        **computed_by_server(verify_trace_command(subject), "en"),
        "list": version.label,
        "kind": version.kind,
        "of": version.of,
        "version": {"version": version.version, "event": version.event.hex(), "leaf": version.leaf},
        "entry": presence.entry,
        "listed": presence.listed,
        "event": event,
        "size": presence.size,
        "proof": f"/histories/list?subject={quote(subject, safe='')}",
    }
