"""What routes are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.authorise import Reads
from api.health import Health
from api.intake import Intake
from api.language import language_of
from api.metrics import Metrics
from api.parameters import Form, Lang
from ledger.ledger import Ledger


async def _ledger(request: Request) -> Ledger:
    ledger: Ledger = request.app.state.ledger
    return ledger


async def _intake(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


async def _reads(request: Request) -> Reads:
    reads: Reads = request.app.state.reads
    return reads


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _health(request: Request) -> Health:
    health: Health = request.app.state.health
    return health


TheLedger = Annotated[Ledger, Depends(_ledger)]
TheIntake = Annotated[Intake, Depends(_intake)]
TheReads = Annotated[Reads, Depends(_reads)]
TheMetrics = Annotated[Metrics, Depends(_metrics)]
TheHealth = Annotated[Health, Depends(_health)]


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


async def require_entries_open(reads: TheReads) -> None:
    """Refuse entry bundles unless reserved reads are open."""
    reads.require("entries")


async def require_batches_open(reads: TheReads) -> None:
    """Refuse batches unless reserved reads are open."""
    reads.require("batches")
