"""The requests that come most: how each is answered without the framework's way to its route.

What the routes' dependencies would have given is gathered here by hand. Whatever is spelt otherwise than here (escapes,
a query) takes the usual way, which says the same.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from api.access import Access
from api.dependencies import Wanted
from api.language import language_of
from api.middleware.direct import Direct
from api.own_proofs import own_proof
from api.routes import entries, log, traces
from ledger.ledger import Ledger
from verifier.primitives.tiles import WIDTH, parse_tile_path

_SUBMISSIONS = re.compile("/entries")
_ITEM = re.compile(r"/01/([0-9]{14})/21/([A-Za-z0-9._-]{1,20})")
_TILE = re.compile(r"/(tile/[0-9]{1,2}/[x0-9/]{1,30}(?:\.p/[0-9]{1,3})?)")
_FULL_TILES = 256  # of 8 KiB


def direct_routes() -> tuple[Direct, ...]:
    """Return the routes that are answered directly."""
    return (
        Direct("POST", _SUBMISSIONS, _route(entries.router, entries.submit_entry), entries.answer_submission),
        Direct("GET", _ITEM, _route(traces.router, traces.get_item), _answer_item),
        Direct("GET", _TILE, _route(log.router, log.get_tile), _Tiles().answer),
    )


def _route(router: APIRouter, endpoint: Callable[..., object]) -> BaseRoute:
    return next(each for each in router.routes if getattr(each, "endpoint", None) is endpoint)


async def _answer_item(request: Request, gtin: str, serial: str) -> Response:
    """Answer as `traces.get_item` does, in one of as many threads as proofs are made at a time."""
    state = request.app.state
    language = language_of(request)
    access = Access(request.state.actor, state.open_reads)
    wanted = Wanted(None, language)
    trace = traces.Tracing(request, state.ledger, access, state.moment(), wanted, walk="public")
    link = traces.Linking(request, trace, language, link_type=None)
    proving: CapacityLimiter = state.proving
    return await to_thread.run_sync(_proved, partial(link.of, "01", gtin, "21", serial), limiter=proving)


def _proved(answer: Callable[[], Response]) -> Response:
    with own_proof():
        return answer()


class _Tiles:
    """Answers as `log.get_tile` does; full tiles never change, and those that were asked for lately are at hand."""

    def __init__(self) -> None:
        """Hold none yet. Belongs to one event loop."""
        self._full: OrderedDict[str, bytes] = OrderedDict()

    async def answer(self, request: Request, path: str) -> Response:
        if found := self._full.get(path):
            self._full.move_to_end(path)
            return log.full_tile(found)
        ledger: Ledger = request.app.state.ledger
        tile = parse_tile_path(path)
        response = await to_thread.run_sync(log.read_tile, ledger, tile)
        if tile.width == WIDTH:
            self._full[path] = bytes(response.body)
            if len(self._full) > _FULL_TILES:
                self._full.popitem(last=False)
        return response
