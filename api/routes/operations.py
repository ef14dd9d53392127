"""For operators: alive, ready, metrics. In threads of their own: they answer also where every other is taken."""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from api.answers import JSON, answer_json
from api.dependencies import TheHealth, TheMetrics
from api.openapi import problems, returns
from api.parameters import strict_query

router = APIRouter(dependencies=[Depends(strict_query)])


@router.get("/healthz", responses={**returns(200, "alive", JSON), **problems(400)})
async def get_alive() -> Response:
    """Say that this process answers. Reads nothing."""
    return answer_json({"alive": True})


@router.get(
    "/readyz", responses={**returns(200, "ready", JSON), **returns(503, "not ready, and why", JSON), **problems(400)}
)
async def get_ready(request: Request, health: TheHealth) -> Response:
    """Say whether this server should be asked: writer, disk, quorum, newest seal."""
    ready, report = await to_thread.run_sync(health.report, limiter=request.app.state.limiters["operators"])
    return answer_json(report, 200 if ready else 503)


@router.get("/metrics", responses={**returns(200, "metrics", "text/plain"), **problems(400)})
async def get_metrics(request: Request, metrics: TheMetrics) -> Response:
    """Return metrics in the form of Prometheus."""
    limiter: CapacityLimiter = request.app.state.limiters["operators"]
    text = await to_thread.run_sync(generate_latest, metrics.registry, limiter=limiter)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
