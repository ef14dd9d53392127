"""What routes are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.access import Access
from api.actors import Moment
from api.authorise import READ_ENTRIES, Thing
from api.evidence import EvidenceShelf
from api.health import Health
from api.intake import Intake
from api.language import language_of
from api.metrics import Metrics
from api.page_releases import PageReleases
from api.parameters import Form, Lang
from api.web.release.release import Release
from ledger.ledger import Ledger


async def _ledger(request: Request) -> Ledger:
    ledger: Ledger = request.app.state.ledger
    return ledger


async def _intake(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


async def _access(request: Request) -> Access:
    return Access(request.state.actor, request.app.state.open_reads)


async def _asked_now(request: Request) -> Moment:
    moment: Moment = request.app.state.moment()
    return moment


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _evidence(request: Request) -> EvidenceShelf:
    evidence: EvidenceShelf = request.app.state.evidence
    return evidence


async def _health(request: Request) -> Health:
    health: Health = request.app.state.health
    return health


def _release(request: Request) -> Release:
    page: PageReleases = request.app.state.page
    return page.current()


TheLedger = Annotated[Ledger, Depends(_ledger)]
TheIntake = Annotated[Intake, Depends(_intake)]
TheAccess = Annotated[Access, Depends(_access)]
TheMoment = Annotated[Moment, Depends(_asked_now)]
TheMetrics = Annotated[Metrics, Depends(_metrics)]
TheHealth = Annotated[Health, Depends(_health)]
TheRelease = Annotated[Release, Depends(_release)]
TheEvidence = Annotated[EvidenceShelf, Depends(_evidence)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an answer is wanted: `proof`, `json`, `page` or None for what the header says; and the language."""

    form: str | None
    language: str


async def _wanted(request: Request, format_: Form = None, lang: Lang = None) -> Wanted:
    return Wanted(format_, lang or language_of(request))


async def _language(request: Request, lang: Lang = None) -> str:
    return lang or language_of(request)


HowWanted = Annotated[Wanted, Depends(_wanted)]
Language = Annotated[str, Depends(_language)]


async def require_entries(access: TheAccess) -> None:
    """Refuse entry bundles to whoever may not read them."""
    access.require(READ_ENTRIES, Thing())
