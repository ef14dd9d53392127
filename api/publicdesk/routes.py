"""The desk's addresses. Each answers a browser with a page, and everybody else with JSON."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from api.answers import answer_json, download
from api.digital_link import subject_of_text
from api.language import language_of
from api.negotiation import prefers_page
from api.pages import render_page
from api.parameters import Lang, strict_query
from api.publicdesk.forms import Form, claim_of, item_of, read_form, region_of, secret_of
from api.publicdesk.pages import desk_file
from api.publicdesk.rates import DeskRates
from api.publicdesk.regions import named_regions
from api.publicdesk.views import activated_json, followed_json, lodged_json, standing_json
from api.reading import BodyReader
from api.views.words import beijing_time, file_name, page_of
from ledger.errors import UnknownError
from ledger.publicdesk.activating import FIRST
from ledger.publicdesk.desk import PublicDesk
from ledger.publicdesk.lodging import CATEGORIES, COMPLAINT, RETURN, make_lodged
from verifier.errors import MismatchError
from verifier.ledgerformat.body import parse_body
from verifier.primitives.base64strict import format_base64url, parse_base64url, parse_hash_hex
from verifier.proof.promise import MEDIA_TYPE as PROMISE
from verifier.proof.promise import parse_promise


async def _spoken(lang: Lang = None) -> None:
    """Let every address be asked in a language; `language_of` reads it."""


router = APIRouter(prefix="/desk", dependencies=[Depends(_spoken), Depends(strict_query)])
Item = Annotated[str, Query(max_length=512)]
Claim = Annotated[str, Query(max_length=64)]
_KINDS = {"complaint": COMPLAINT, "return": RETURN}


async def _desk(request: Request) -> PublicDesk:
    desk: PublicDesk = request.app.state.desk
    return desk


TheDesk = Annotated[PublicDesk, Depends(_desk)]


@router.get("/code")
async def get_code(request: Request, item: Item = "") -> Response:
    """Return the form for a hidden code."""
    _rates(request).charge_read(_address(request))
    named = item_of(item) if item else ""
    language = language_of(request)
    page = page_of(named, language) if named else ""
    context = {"item": named, "page": page, "regions": named_regions(language), "secret": _drawn()}
    return _private(render_page(request, "publicdesk/code.html", context))


@router.post("/activations")
async def activate(request: Request, desk: TheDesk) -> Response:
    """Let somebody reveal a hidden code: the first, or after somebody else."""
    address = _address(request)
    _rates(request).charge_reveal(address)
    form = await _form(request, {"item", "code", "region", "claim", "secret"})
    item, region = item_of(form["item"]), region_of(form)
    claim, secret = claim_of(form, secrets.token_bytes(16))
    _rates(request).require_no_guesser(address, item)
    try:
        told = await to_thread.run_sync(
            lambda: desk.activating.activate(item, form["code"], claim=claim, region=region)
        )
    except (MismatchError, UnknownError):
        _rates(request).charge_guess(address, item)
        raise
    answer = activated_json(item, told, secret)
    return _told(request, "publicdesk/activated.html", answer, 201 if told.outcome == FIRST else 200)


@router.post("/scans")
async def count_scan(request: Request, desk: TheDesk) -> Response:
    """Count that a label was seen, and return how its code stands."""
    address = _address(request)
    _rates(request).charge_scan(address)
    form = await _form(request, {"item", "region", "claim"})
    item, region = item_of(form["item"]), region_of(form)
    claim = parse_base64url(form["claim"], "claim") if form["claim"] else None
    counted, standing = await to_thread.run_sync(lambda: desk.see(item, address=address, region=region, claim=claim))
    return _private(answer_json({**standing_json(item, standing), "counted": counted}))


@router.get("/standing-of-code")
async def get_standing(request: Request, desk: TheDesk, item: Item, claim: Claim = "") -> Response:
    """Return the four-outcome answer about an item; nothing is counted."""
    _rates(request).charge_read(_address(request))
    named, mine = item_of(item), parse_base64url(claim, "claim") if claim else None
    standing = await to_thread.run_sync(lambda: desk.activating.standing(named, claim=mine))
    return _told(request, "publicdesk/standing.html", standing_json(named, standing), 200)


@router.get("/lodge")
async def get_lodge(request: Request, goods: Item = "", kind: str = "complaint") -> Response:
    """Return the form for a complaint or a return request."""
    _rates(request).charge_read(_address(request))
    chosen = kind if kind in _KINDS else "complaint"
    context = {"kind": chosen, "goods": goods, "categories": CATEGORIES[_KINDS[chosen]], "secret": _drawn()}
    return _private(render_page(request, "publicdesk/lodge.html", context))


@router.post("/complaints")
async def lodge_complaint(request: Request, desk: TheDesk) -> Response:
    """Take in a complaint."""
    return await _lodge(request, desk, COMPLAINT)


@router.post("/return-requests")
async def lodge_return(request: Request, desk: TheDesk) -> Response:
    """Take in a return request."""
    return await _lodge(request, desk, RETURN)


@router.get("/follow")
async def get_follow(request: Request) -> Response:
    """Return the form with which somebody asks for answers."""
    _rates(request).charge_read(_address(request))
    return _private(render_page(request, "publicdesk/follow.html", {"answer": None}))


@router.post("/follow")
async def follow(request: Request, desk: TheDesk) -> Response:
    """Return what was lodged and its answers, to whoever has its secret."""
    address = _address(request)
    _rates(request).charge_reveal(address)
    form = await _form(request, {"handle", "secret"})
    handle, secret = form["handle"].strip(), secret_of(form)
    _rates(request).require_no_guesser(address, handle)
    try:
        lodged, answers = await to_thread.run_sync(lambda: desk.lodging.follow(handle, secret))
    except UnknownError:
        _rates(request).charge_guess(address, handle)
        raise
    answer = followed_json(lodged, answers, language_of(request))
    return _told(request, "publicdesk/follow.html", answer, 200)


@router.post("/receipts")
async def get_receipt(request: Request, desk: TheDesk) -> Response:
    """Return the receipt file of an activation, complaint or return request, to whoever has its secret."""
    address = _address(request)
    _rates(request).charge_reveal(address)
    form = await _form(request, {"event", "secret"})
    name, secret = parse_hash_hex(form["event"], "event"), secret_of(form)
    data = await to_thread.run_sync(lambda: _receipt(desk, name, secret))
    return _private(download(data, PROMISE, file_name(f"receipt-{name.hex()[:16]}", "promise")))


@router.get("/activations", include_in_schema=False)
@router.get("/complaints", include_in_schema=False)
@router.get("/return-requests", include_in_schema=False)
async def begin_again(request: Request) -> Response:
    """Lead whoever asks for an answer's address, in another language say, to its form."""
    form = "code" if request.url.path.endswith("/activations") else "lodge"
    return RedirectResponse(f"/desk/{form}?lang={language_of(request)}", 303)


@router.get("/static/{name}", include_in_schema=False)
def get_static(name: str) -> Response:
    """Return a file of the desk's pages."""
    return desk_file(name)


@router.get("/healthz")
async def get_health() -> Response:
    """Return that the desk runs."""
    return answer_json({"status": "ok"})


async def _lodge(request: Request, desk: PublicDesk, type_: str) -> Response:
    form = await _form(request, {"goods", "category", "text", "contact", "claim", "secret"})
    claim, secret = claim_of(form, secrets.token_bytes(16))
    lodged = make_lodged(
        type_, goods=_goods(form), category=form["category"], text=form["text"], contact=form["contact"], claim=claim
    )
    _rates(request).charge_lodged(_address(request))
    event, promise = await to_thread.run_sync(lambda: desk.lodge(lodged))
    return _told(request, "publicdesk/lodged.html", lodged_json(lodged, event, promise, secret), 201)


def _receipt(desk: PublicDesk, name: bytes, secret: bytes) -> bytes:
    """Return a promise file; unknown and another's are answered alike."""
    data = desk.outbox.promise_of(name)
    event = parse_promise(data).statement.events[0] if data else None
    claim = format_base64url(sha256(secret).digest())
    if data is None or event is None or not isinstance(event.body, bytes) or _claim_in(event.body) != claim:
        todo = "Where it was lodged a moment ago, ask again in a minute."
        raise UnknownError("receipt", came="none, or another secret", expected="event and secret as told", todo=todo)
    return data


def _claim_in(body: bytes) -> Any:
    return parse_body(body).data.get("claim")


def _goods(form: Form) -> str:
    return subject_of_text(form["goods"])


async def _form(request: Request, allowed: set[str]) -> Form:
    bodies: BodyReader = request.app.state.bodies
    return await read_form(request, bodies, allowed)


def _told(request: Request, template: str, answer: dict[str, Any], status: int) -> Response:
    if not prefers_page(request.headers.get("accept")):
        return _private(answer_json(answer, status))
    context = {
        "answer": answer,
        "beijing_time": beijing_time,
        "page_of": lambda each: page_of(each, language_of(request)),
    }
    return _private(render_page(request, template, context, status=status))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _drawn() -> str:
    """Return a secret for a page's form, which nobody keeps until it is sent."""
    return format_base64url(secrets.token_bytes(16))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _rates(request: Request) -> DeskRates:
    rates: DeskRates = request.app.state.rates
    return rates
