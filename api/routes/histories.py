"""One history of a subject, proved: whole, absent, or since what one of its events states."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answers import JSON, answer_history
from api.dependencies import HowWanted, TheAccess, TheLedger, TheMoment
from api.openapi import problems, returns
from api.own_proofs import own_proofs
from api.parameters import HistoryKind, Since, Subject, strict_query
from api.reads import history_of
from verifier.proof.traceproof import MEDIA_TYPE as TRACE

router = APIRouter(dependencies=[Depends(strict_query), Depends(own_proofs)])
_PROVED = {
    **returns(200, "the history", TRACE, JSON, "text/html"),
    **problems(400, 401, 403, 404, 406, 413, 503),
}


class Histories:
    """Answers with one history of a subject."""

    def __init__(
        self, request: Request, ledger: TheLedger, access: TheAccess, moment: TheMoment, wanted: HowWanted
    ) -> None:
        """Take who asks, and in which form."""
        self._request, self._wanted = request, wanted
        self._history = partial(history_of, ledger, access=access, moment=moment)

    def of(self, subject: str, kind: str, since: int | None) -> Response:
        """Return a history of a subject, from an entry on."""
        proved = self._history(subject, kind, since=since)
        return answer_history(self._request, proved, subject, kind, since, self._wanted.form)


@router.get("/histories/{kind}", responses=_PROVED)
def get_history(
    kind: HistoryKind, subject: Subject, histories: Annotated[Histories, Depends(Histories)], since: Since = 0
) -> Response:
    """Return one kind of history of a subject, proved to be all of it. Claims, members and quotas are reserved."""
    return histories.of(subject, kind, since)
