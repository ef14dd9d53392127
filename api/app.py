"""The app: settings and a ledger in, HTTP out."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from structlog.typing import FilteringBoundLogger

from api.actors import moment_of
from api.epcis_mount import equip_epcis, include_epcis
from api.evidence import EvidenceShelf
from api.following import follow, followers_of, stop_following
from api.health import Health
from api.intake import Intake
from api.logs import make_logger
from api.measured import BesideCollector, QueueCollector, StageCollector, pools_of, queues_of
from api.metrics import Metrics
from api.middleware.access import AccessMiddleware
from api.middleware.direct import DirectMiddleware
from api.middleware.edges import HeadMiddleware, LingerMiddleware
from api.middleware.forward import ForwardMiddleware
from api.middleware.gate import GateMiddleware
from api.middleware.observe import ObserveMiddleware
from api.middleware.reads import ReadsMiddleware
from api.openapi import describe, operation_id
from api.opening import Running, lookers_of, run_from
from api.page_releases import PageReleases
from api.rates import Rates
from api.refusals import add_refusals
from api.routes import (
    bodies,
    declarations,
    delivery,
    endorsed,
    entries,
    given,
    handles,
    histories,
    lists,
    log,
    operations,
    pages,
    recalls,
    resolver,
    statements,
    status,
    traces,
)
from api.routes.direct import direct_routes
from api.settings import Settings
from api.telemetry import NO_TRACES_OF_FASTAPI, telemetry_of
from api.workers import Workers
from ledger.clock import milliseconds
from ledger.election.candidate import Candidate
from ledger.ledger import Ledger
from ledger.prove.beside import Examiners
from ledger.prove.prover import TURNS
from ledger.sequencer.fairness import Shares
from ledger.witnessing.collection import Collection
from verifier import __version__

Clock = Callable[[], int]
_SIGNATURES, _OPERATORS = 4, 2  # requests whose signature is checked, or that are the operator's, at one moment
_READS = (log, traces, resolver, histories, bodies, endorsed, given, handles, recalls, declarations, lists)


def create_app(
    settings: Settings | None = None,
    ledger: Ledger | Running | None = None,
    *,
    logger: FilteringBoundLogger | None = None,
    clock: Clock = milliseconds,
) -> FastAPI:
    """Return the app.

    Args:
        settings: what the operator set; None to read the environment, so that
            `uvicorn --factory api.app:create_app` works.
        ledger: a running ledger, which stays its owner's, with its candidate if it has one; None to open
            the settings' folder at start and to close it, with everything queued done, at the end.
        logger: where log lines go.
        clock: milliseconds since 1970, for `/readyz`.
    """
    settings = settings or Settings()
    logger = logger or make_logger(settings.log_level)
    app = FastAPI(
        title="Suyuan",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TRACES_OF_FASTAPI,
        generate_unique_id_function=operation_id,
        lifespan=_lifespan(settings, Running(ledger) if isinstance(ledger, Ledger) else ledger, logger, clock),
    )
    app.state.settings = settings
    app.state.open_reads = settings.open_reads
    app.state.metrics = Metrics()
    app.state.telemetry = telemetry_of(os.environ)
    for module in (*_READS, entries, pages, delivery, statements, status, operations):
        app.include_router(module.router)
    include_epcis(app)
    _add_middleware(app, settings, logger)
    add_refusals(app, "an address that /openapi.json lists")
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


def _add_middleware(app: FastAPI, settings: Settings, logger: FilteringBoundLogger) -> None:
    """Stand around every request: the innermost comes first, the outermost last."""
    app.state.places = Shares("requests", settings.max_requests)
    app.add_middleware(DirectMiddleware, routes=direct_routes())
    app.state.reading = CapacityLimiter(settings.read_threads)
    app.state.proving = CapacityLimiter(min(TURNS, settings.read_threads))  # more threads would wait in the prover
    app.add_middleware(ReadsMiddleware, limiter=app.state.reading, patience=settings.max_wait)
    app.add_middleware(GateMiddleware, places=app.state.places)
    app.add_middleware(HeadMiddleware)
    app.add_middleware(AccessMiddleware, rates=_rates(settings), public_url=settings.public_url)
    app.add_middleware(
        ForwardMiddleware,
        where=lambda: _leader(app),
        hear=lambda size: app.state.ledger.hear(size),  # noqa: PLW0108 - opened later
        most=max(settings.max_submission, settings.max_note),
        buffered=settings.max_buffered,
        seconds=settings.read_timeout,
        patience=settings.drain_seconds,
    )
    app.add_middleware(LingerMiddleware)
    if app.state.telemetry:
        app.add_middleware(app.state.telemetry.wrap)
    app.add_middleware(ObserveMiddleware, metrics=app.state.metrics, logger=logger)


def _leader(app: FastAPI) -> str | None:
    """Return where the leader is, empty where nobody leads; None where this process does, or nobody may."""
    candidate: Candidate | None = getattr(app.state, "candidate", None)
    if candidate is None or candidate.ledger.leads or candidate.ledger.behind:
        return None
    return candidate.leader.url if candidate.leader.left > 0 else ""


def _rates(settings: Settings) -> Rates:
    return Rates(per_address=settings.rate_address, per_key=settings.rate_key, submissions=settings.rate_submissions)


def _lifespan(settings: Settings, given: Running | None, logger: FilteringBoundLogger, clock: Clock) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = settings.read_threads
        app.state.limiters = {"reads": app.state.reading, "operators": CapacityLimiter(_OPERATORS)}
        app.state.signatures = Workers(
            _SIGNATURES, waiting=settings.max_requests, patience=settings.max_wait, what="signatures"
        )
        running = await to_thread.run_sync(run_from, settings) if given is None else given
        ledger, app.state.candidate = running.ledger, running.candidate
        app.state.metrics.stand(running.candidate)
        _equip(app, ledger, settings, clock, logger)
        untrace = app.state.telemetry.follow(ledger.measures) if app.state.telemetry else _nothing
        logger.info("started", origin=ledger.origin, size=ledger.head.edge.size)
        if ledger.stopped:
            logger.error("read-only", reason=str(ledger.stopped))
        if settings.open_reads:
            logger.warning("open reads", meaning="entry bundles, batches and restricted bodies are open to everybody")
        try:
            yield
        finally:
            await to_thread.run_sync(app.state.witnessing.close)
            await to_thread.run_sync(stop_following, app)
            await to_thread.run_sync(app.state.intake.close)
            await to_thread.run_sync(app.state.examiners.close)
            await to_thread.run_sync(_look_beside_no_more, app)
            if given is None:
                await to_thread.run_sync(running.close)
            untrace()
            if app.state.telemetry:
                await to_thread.run_sync(app.state.telemetry.close)
            logger.info("stopped", size=ledger.head.edge.size)

    return lifespan


def _look_beside_no_more(app: FastAPI) -> None:
    """End the processes that look at submissions; the ledger may go on without."""
    app.state.ledger.look_beside(None)
    if app.state.lookers:
        app.state.lookers.close()


def _nothing() -> None:
    """Stop nothing: there are no traces."""


def _equip(app: FastAPI, ledger: Ledger, settings: Settings, clock: Clock, logger: FilteringBoundLogger) -> None:
    """Give the app what its routes ask for."""
    metrics: Metrics = app.state.metrics
    metrics.observe(ledger)
    app.state.ledger = ledger
    app.state.public_url = settings.public_url
    app.state.page = PageReleases(ledger, settings.page_policy)
    app.state.witnessing = Collection(ledger, settings.witnesses)
    metrics.watch(app.state.witnessing)
    app.state.clock = clock
    app.state.moment = lambda: moment_of(ledger, clock())
    app.state.nonces = ledger.store.nonces()
    app.state.health = Health(ledger, settings, clock)
    app.state.evidence = EvidenceShelf(settings.evidence, ledger, clock)
    app.state.intake = Intake(ledger, settings, metrics)
    ledger.wait_at_most(settings.max_wait)
    app.state.examiners = ledger.prover.examiners = Examiners(settings.examiners)
    app.state.lookers = lookers_of(settings, ledger, logger)
    ledger.look_beside(app.state.lookers)
    follow(app, ledger)
    _measure(app, ledger)
    equip_epcis(app, ledger)


def _measure(app: FastAPI, ledger: Ledger) -> None:
    """Show queues, stages, and what stands beside the ledger."""
    state = app.state
    state.metrics.add(
        QueueCollector(
            lambda: queues_of(ledger, state.intake, state.places, state.signatures),
            lambda: pools_of(state.intake, state.signatures, state.limiters),
            ledger,
        ),
        StageCollector(ledger.measures),
        BesideCollector(ledger, followers_of(app), ledger.store.beside("disk").parent),
    )
